import { describe, expect, test } from 'vitest';
import { checkConfigurationText } from '../../../src/app/check-configuration.ts';
import type { Checked } from '../../../src/app/check-configuration.ts';

const NOW = Date.UTC(2026, 10, 22);

/** A configuration without a finding. */
const CLEAN = `owner: shop-team
channels:
  oncall: { kind: webhook, url: https://hooks.example/oncall }
  mail: { kind: email, smtp: { host: smtp.example }, from: tocsin@example.com, to: [sre@example.com] }
routes:
  - { page: [oncall], ticket: [mail] }
vantage: { anchors: [{ tcp: 192.0.2.1:443 }] }
services:
  payments:
    external: true
    probe: https://pay.example/health
  shop:
    tier: 2
    needs: [payments]
    probes:
      front:
        kind: http
        url: https://shop.example/
        every: 30s
        timeout: 5s
        expect: { status: 200, contains: Welcome }
      login:
        kind: http
        url: https://shop.example/login
        cron: '5/15 * * * *'
        auth: { bearer: "\${env:SHOP_TOKEN}" }
`;

/** What is meant, what is written instead, and what is told: place, message and help. */
const SEEDED: readonly (readonly [mistake: string, right: string, wrong: string, told: string])[] = [
  [
    'a need is misspelt',
    'needs: [payments]',
    'needs: [payment]',
    '14:13 there is no service payment; did you mean payments?',
  ],
  ['a key is misspelt', '        timeout: 5s', '        timout: 5s', '20:9 unknown key timout; did you mean timeout?'],
  [
    'a duration has no unit',
    'every: 30s',
    'every: 30',
    '19:16 every must be text, not a number; write it with its unit: 30s',
  ],
  [
    'a URL has no scheme',
    'url: https://shop.example/login',
    'url: shop.example/login',
    '24:14 url: not a URL; write it like https://host.example/path',
  ],
  [
    'a variable is not quoted inside of { }',
    '"${env:SHOP_TOKEN}"',
    '${env:SHOP_TOKEN}',
    '26:25 inside { … } and [ … ] a text with ${…} must be quoted; write "${env:SHOP_TOKEN}" with its quotes',
  ],
  [
    'a variable is written as in a shell',
    '${env:SHOP_TOKEN}',
    '${SHOP_TOKEN}',
    '26:26 ${SHOP_TOKEN} is not filled in; a variable of the environment is ${env:SHOP_TOKEN}',
  ],
  ['the minute of a cron expression is 60', "'5/15 * * * *'", "'60 * * * *'", '25:15 cron: 60 is no minute (0 to 59)'],
  [
    'a route names a channel that is not there',
    'page: [oncall]',
    'page: [on-call]',
    '6:14 there is no channel on-call; did you mean oncall?',
  ],
  [
    'a blank is missing behind a colon',
    '    tier: 2',
    '    tier:2',
    '13:5 a blank is missing behind the colon; write tier: 2',
  ],
  [
    'a line is indented by a tab',
    '    needs: [payments]',
    '\tneeds: [payments]',
    '14:1 tabs are not allowed as indentation; indent with spaces',
  ],
];

function check(text: string): Promise<Checked> {
  return checkConfigurationText('tocsin.yaml', text, { SHOP_TOKEN: 'token' }, NOW);
}

describe('a mistake as people make it is told with its place and its mending, alone', () => {
  test.each(SEEDED)('%s', async (_, right, wrong, told) => {
    const { findings } = await check(CLEAN.replace(right, () => wrong));
    const lines = findings.map(({ place, message, help }) =>
      [`${String(place?.line)}:${String(place?.column)} ${message}`, ...(help === undefined ? [] : [help])].join('; '),
    );
    expect(lines).toEqual([told]);
  });

  test('mended, the configuration has no finding', async () => {
    for (const [, right] of SEEDED) expect(CLEAN).toContain(right);
    expect((await check(CLEAN)).findings).toEqual([]);
  });
});
