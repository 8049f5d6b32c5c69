import { describe, expect, test } from 'vitest';
import { allKinds, NO_SCREEN } from '../../src/app/kinds.ts';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { renderDiagnostics } from '../../src/config/render-diagnostic.ts';
import type { Diagnostic } from '../../src/model/configuration.ts';
import { textFiles } from '../config/load-texts.ts';

const SHORT = 'services:\n  shop: { probe: "';

/** What is wrong with a text, to the kinds that the daemon has. */
async function told(text: string): Promise<{ readonly mistakes: readonly Diagnostic[]; readonly shown: string }> {
  const kinds = allKinds(NO_SCREEN);
  const result = await loadConfiguration({
    paths: ['.'],
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: textFiles({ 'tocsin.yaml': text }),
    env: () => undefined,
  });
  if (result.ok) throw new Error('accepted');
  const shown = renderDiagnostics(result.diagnostics, result.sources, { colour: false });
  return { mistakes: result.diagnostics.filter(({ severity }) => severity === 'error'), shown };
}

describe('a wrong URL of `probe` is told at the URL, by what is wrong with it', () => {
  test.each([
    [
      'http://user:pw@shop.example/',
      'url: credentials do not belong in a URL; use auth.basic',
      'https://pay.example/health',
    ],
    ['http://', 'url: not a URL; write it like https://host.example/path', 'https://pay.example/health'],
    ['tcp://shop.example:99999', 'port must be at most 65535', 'tcp://db.example:5432'],
    ['tcp://shop.example', 'port is missing', 'tcp://db.example:5432'],
    ['tls://shop.example:0', 'port must be at least 1', 'tls://www.example:443'],
    ['tcp://-shop:1', 'host: not a host name or an address', 'tcp://db.example:5432'],
    ['dns:a..b', 'name: not a domain name', 'dns:www.example.com'],
    ['redis://cache.example/x', 'url: the path is the number of a database, like /0', 'redis://cache.example:6379'],
  ])('%s', async (url, message, example) => {
    const { mistakes } = await told(`${SHORT}${url}" }\n`);
    const place = { line: 2, column: 18, endLine: 2, endColumn: 20 + url.length };
    expect(mistakes[0]).toMatchObject({ message, place });
    expect(mistakes[0]?.help ?? '').toContain(example);
  });

  test('a variable that is missing is the only thing told about its URL', async () => {
    const { mistakes } = await told(`${SHORT}https://\${env:HOST}/health" }\n`);
    expect(mistakes.map(({ code, message }) => [code, message])).toEqual([
      ['config/missing-variable', 'the environment has no variable HOST'],
    ]);
  });
});

test.each([
  'http://user:hunter2@shop.example/',
  'https://hunter2@shop.example/',
  'redis://:hunter2@cache.example/x',
  'gopher://user:hunter2@shop.example/',
])('the password in %s is in no message and no code frame', async (url) => {
  const { shown } = await told(`# ${url}\n${SHORT}${url}" } # ${url}\nunknown: ${url}\n`);
  expect(shown).toContain('<secret>');
  expect(shown).not.toContain('hunter2');
});

test.each([
  ['100GiB', 'maxBytes: must be between 1B and 64MiB; write it like 1MiB, 64KiB, 500kB or 4096'],
  ['0', 'maxBytes: must be between 1B and 64MiB; write it like 1MiB, 64KiB, 500kB or 4096'],
  ['1.5', 'maxBytes: not a size; write it like 1MiB, 64KiB, 500kB or 4096'],
  ['1 MB', 'maxBytes: not a size; write it like 1MiB, 64KiB, 500kB or 4096'],
  ['lots', 'maxBytes: not a size; write it like 1MiB, 64KiB, 500kB or 4096'],
])('of %s bytes it is said which sizes may be written', async (size, message) => {
  const { mistakes } = await told(
    `services:\n  shop: { probes: { web: { kind: http, url: "https://shop.example/", maxBytes: ${size} } } }\n`,
  );
  expect(mistakes.map((mistake) => mistake.message)).toEqual([message]);
});

test.each([
  ['rows > 0', 'there is no variable rows here', 'a field of the JSON is json.rows; variables: '],
  [
    'bytes > 0',
    'cannot compute type > double',
    'a name such as bytes or int is a type; a field of the JSON is json.bytes',
  ],
])('the assertion %s about what was pushed is told where its field stands', async (assertion, message, help) => {
  const { mistakes } = await told(
    `services:\n  backup: { probes: { nightly: { kind: heartbeat, assert: ["${assertion}"] } } }\n`,
  );
  expect(mistakes[0]).toMatchObject({ message });
  expect(mistakes[0]?.help).toContain(help);
});

test('a host name of many letters and one wrong one is refused at once', async () => {
  const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}!`;
  const { mistakes } = await told(`${SHORT}tcp://${host}:1" }\n`);
  expect(mistakes[0]?.message).toBe('host: not a host name or an address');
});
