import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Secret } from '../../src/model/secret.ts';
import type { Probe } from '../../src/model/configuration.ts';
import type { LoadedConfiguration } from '../../src/ports/loaded.ts';
import { line, loaded, loadTexts, mistakesIn } from './load-texts.ts';
import type { Texts } from './load-texts.ts';

const FULL: Texts = {
  'tocsin.yaml': readFileSync(path.join(import.meta.dirname, 'full.yaml'), 'utf8'),
  'secrets/hook.txt': 'hook-secret\n',
};
const ENV = { TOKEN: 'a-token' };

function probe({ configuration }: LoadedConfiguration, id: string): Probe {
  const found = configuration.probes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no probe ${id}`);
  return found;
}

/** A probe of a service that has one capability, with more fields than `kind` and `url`. */
const shop = (fields: string, service = ''): string =>
  `services:\n  shop:\n    ${service || 'title: Shop'}\n    probes:\n      front: { kind: web, url: "https://a.example/"${fields && `, ${fields}`} }\n`;

describe('a full example', () => {
  test('loads with every field where the model has it', async () => {
    const { configuration, server, log, telemetry, deadman } = await loaded(FULL, ENV);
    expect(configuration).toMatchObject({
      instance: 'prod-eu',
      serverOwner: 'sre',
      publicUrl: 'https://tocsin.example',
      pageAfterMs: [30_000, 60_000, 600_000, 600_000],
      hold: { minMs: 4000, maxMs: 20_000, afterMs: 120_000 },
      causeWithinMs: 80_000,
      remindMs: 7_200_000,
      anchors: [
        { kind: 'tcp', host: '192.0.2.1', port: 443 },
        { kind: 'dns', name: 'example.org' },
        { kind: 'http', url: 'https://example.net' },
      ],
    });
    expect(configuration.services.map(({ id }) => id)).toEqual(['corp-smtp', 'dis', 'kms', 'policy', 's3-a', 's3-b']);
    expect(configuration.services[1]).toMatchObject({
      tier: 0,
      owner: 'supply-chain',
      detectWithinMs: 120_000,
      pageAfterMs: 45_000,
      labels: { env: 'prod' },
      start: ['kms.sign'],
      recovery: [
        { name: 'roll back', needs: ['kms.sign'], breakGlass: false },
        { name: 'by hand', needs: [], breakGlass: true, drilled: '2026-10-15' },
      ],
      accept: [{ code: 'recovery/none', because: 'known', until: '2027-01-01' }],
    });
    expect(configuration.capabilities.map(({ id, objective }) => [id, objective])).toEqual(
      expect.arrayContaining([
        ['dis.verify', 0.999],
        ['kms.sign', 0.99],
        ['kms.unseal', undefined],
      ]),
    );
    expect(configuration.routes).toMatchObject([
      {
        match: { tier: [0, 1], owner: ['supply-chain'], capability: ['dis.sign'], labels: { env: 'prod' } },
        page: ['hook'],
        ticket: ['mail'],
        consumers: ['mail'],
        fallback: { afterMs: 60_000, to: ['mail'] },
        escalate: [{ afterMs: 600_000, to: ['mail'] }],
        continue: true,
      },
      { match: {}, page: ['mail'], ticket: ['mail'], consumers: ['mail'], escalate: [], continue: false },
    ]);
    expect(configuration.maintenance).toMatchObject([
      { kind: 'cron', services: ['dis'], cron: '0 3 * * sun', forMs: 3_600_000, timezone: 'Europe/Berlin' },
      { kind: 'once', services: ['kms'], from: Date.UTC(2026, 11, 1, 2), until: Date.UTC(2026, 11, 1, 3, 0, 0, 500) },
    ]);
    expect(server).toMatchObject({
      listen: { host: '0.0.0.0', port: 9700 },
      auth: { kind: 'tokens', public: true, tokens: [{ name: 'sre', role: 'operator' }] },
      allow: { cidrs: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'], deny: ['10.9.0.0/16'] },
    });
    expect(log).toEqual({ path: '/var/lib/tocsin', keepMs: 864_000_000, keepIncidents: 31_536_000_000 });
    expect(telemetry).toEqual({ otlp: 'http://collector:4318', metrics: false });
    expect(deadman?.url.reveal()).toBe('https://alive.example/x');
  });

  test('keeps secrets beside the configuration, never in it', async () => {
    const all = await loaded(FULL, ENV);
    const hook = all.channels.get('hook' as never)?.options as { secret: Secret };
    expect(hook.secret.reveal()).toBe('hook-secret');
    expect(JSON.stringify(all.configuration)).not.toContain('a-token');
    expect(probe(all, 'dis/front').options).toMatchObject({ headers: { authorization: '<secret>' } });
    expect(all.findings).toEqual([]);
  });

  test('has all forms of needs, those of the service added to each capability', async () => {
    const { configuration } = await loaded(FULL, ENV);
    const [, sign, verify] = configuration.capabilities;
    expect(sign?.needs.map(({ place: _, ...need }) => need)).toEqual([
      { kind: 'hard', of: 'kms.sign' },
      { kind: 'cached', of: 'policy.up', ttlMs: 600_000, covers: ['unreachable', 'error'], cold: 'degraded' },
      { kind: 'any', of: ['s3-a.up', 's3-b.up'], min: 1 },
      { kind: 'soft', of: 'corp-smtp.up' },
    ]);
    expect(verify?.needs).toHaveLength(1);
    expect(sign?.down).toBe('no image can be signed');
  });

  test('every place points at its own text', async () => {
    const { configuration, sources } = await loaded(FULL, ENV);
    const text = (place: { line: number; column: number; endColumn: number }): string =>
      sources[0]?.text.split('\n')[place.line - 1]?.slice(place.column - 1, place.endColumn - 1) ?? '';
    for (const service of configuration.services) expect(text(service.place)).toBe(service.id);
    for (const one of configuration.probes) expect(text(one.place)).toBe(one.name === 'web' ? 'probe' : one.name);
    for (const one of configuration.channels) expect(text(one.place)).toBe(one.id);
    expect(configuration.capabilities[1]?.needs.map(({ place }) => text(place))).toEqual([
      'kms.sign',
      '{ cached: policy, ttl: 10m, covers: [unreachable, error], cold: degraded }',
      '{ any: [s3-a, s3-b], min: 1 }',
      '{ soft: corp-smtp }',
    ]);
    expect(text(probe({ configuration } as LoadedConfiguration, 'dis/front').assert[0]?.place as never)).toBe(
      "status in [200, 204] && headers.server == 'dis'",
    );
  });
});

describe('short forms and defaults', () => {
  test('the smallest useful file gets a probe, a route and all defaults', async () => {
    const { configuration, server, findings } = await loaded(
      'channels: { mail: { kind: mail, to: [a@example.com] } }\nservices:\n  pay: { external: true, probe: https://pay.example/ }\n  shop: { needs: [pay] }\n',
    );
    expect(probe({ configuration } as LoadedConfiguration, 'pay/web')).toMatchObject({
      kind: 'web',
      schedule: { kind: 'every', everyMs: 30_000 },
      timeoutMs: 10_000,
      confirm: { failures: 3, everyMs: 5000 },
      recover: { successes: 2 },
      ratio: { failures: 4, of: 12 },
      notify: 'page',
      proves: { reach: ['pay.up'], read: ['pay.up'], write: [] },
      deep: false,
      onDemand: true,
      enabled: true,
    });
    expect(configuration.routes).toMatchObject([{ page: ['mail'], ticket: ['mail'], consumers: ['mail'] }]);
    expect(configuration.capabilities.map(({ id }) => id)).toEqual(['pay.up', 'shop.up']);
    expect(configuration.pageAfterMs).toEqual([30_000, 60_000, 300_000, 300_000]);
    expect(server).toEqual({
      listen: { host: '127.0.0.1', port: 9700 },
      auth: { kind: 'default' },
      allow: { deny: [] },
    });
    expect(findings).toEqual([]);
  });

  test.each([
    ['nothing said', '', '', 30_000, 10_000],
    ['tier 0', '', 'tier: 0', 15_000, 10_000],
    ['its own interval beats tier 0', 'every: 1m', 'tier: 0', 60_000, 10_000],
    ['a default timeout gives way to a shorter interval', 'every: 4s', '', 4000, 4000],
    ['its own timeout', 'every: 1m, timeout: 30s', '', 60_000, 30_000],
  ])('schedule: %s', async (_rule, fields, service, everyMs, timeoutMs) => {
    const one = probe(await loaded(shop(fields, service)), 'shop/front');
    expect([one.schedule, one.timeoutMs]).toEqual([{ kind: 'every', everyMs }, timeoutMs]);
  });

  test('defaults win over tier 0, and a probe over defaults', async () => {
    const text = `defaults: { every: 20s, notify: record }\n${shop('notify: ticket', 'tier: 0')}`;
    expect(probe(await loaded(text), 'shop/front')).toMatchObject({ schedule: { everyMs: 20_000 }, notify: 'ticket' });
  });

  test('cron has a time zone, and no interval that its timeout must fit', async () => {
    const one = probe(await loaded(shop('cron: "0 3 * * *", timeout: 2h')), 'shop/front');
    expect(one.schedule).toEqual({ kind: 'cron', expression: '0 3 * * *', timezone: 'UTC' });
    expect(one.timeoutMs).toBe(7_200_000);
  });

  test('what others push has an interval and a grace', async () => {
    const all = await loaded(FULL, ENV);
    expect(probe(all, 'dis/backup')).toMatchObject({
      schedule: { kind: 'pushed', everyMs: 86_400_000, graceMs: 3_600_000 },
      onDemand: false,
      enabled: false,
    });
  });

  test('pageAfter may be one duration for all tiers', async () => {
    expect((await loaded('defaults: { pageAfter: 0s }\n')).configuration.pageAfterMs).toEqual([0, 0, 0, 0]);
  });

  test('steps that name capabilities prove them, without proves at the probe', async () => {
    expect(probe(await loaded(FULL, ENV), 'dis/round').proves).toEqual({
      reach: [],
      read: ['dis.sign', 'dis.verify'],
      write: [],
    });
  });

  test('proves by step kind keeps each list to its step', async () => {
    expect(probe(await loaded(FULL, ENV), 'kms/store').proves).toEqual({
      reach: ['kms.sign', 'kms.unseal'],
      read: [],
      write: ['kms.sign'],
    });
  });

  test('pins may be one value, a list, or values for a while', async () => {
    expect(probe(await loaded(FULL, ENV), 'dis/front').pins).toEqual([
      {
        fact: 'addresses',
        values: [
          { value: '10.2.0.0/16' },
          { value: '10.3.0.1', from: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 5, 1) },
        ],
      },
      { fact: 'version', values: [{ value: '1.3.*' }] },
    ]);
  });

  test('with several channels nothing is assumed about routes', async () => {
    const { configuration } = await loaded(
      'channels:\n  a: { kind: mail, to: [a@b] }\n  b: { kind: mail, to: [a@b] }\n',
    );
    expect(configuration.routes).toEqual([]);
  });

  test('listening beyond loopback needs auth, or the word that it has none', async () => {
    expect((await loaded('server: { listen: "0.0.0.0:80", auth: none }\n')).server.auth).toEqual({ kind: 'none' });
    expect((await loaded('server: { listen: "[::1]:80" }\n')).server.listen).toEqual({ host: '::1', port: 80 });
  });
});

describe('mistakes', () => {
  test('are all told at once, in the order of their places', async () => {
    const told = await mistakesIn(
      'server: { instanse: x }\nservices:\n  shop:\n    tier: 9\n    needs: [nobody, { sofft: pay }, pay.nothing]\n  pay: { probe: "ftp://x" }\n',
    );
    expect(told.map(line)).toEqual([
      'tocsin.yaml:1:11-19 config/unknown-key: unknown key instanse',
      'tocsin.yaml:4:11-12 config/range: tier must be at most 3',
      'tocsin.yaml:5:13-19 config/unknown-service: there is no service nobody',
      'tocsin.yaml:5:23-28 config/unknown-key: unknown key sofft',
      'tocsin.yaml:5:37-48 config/unknown-capability: pay has no capability nothing',
      'tocsin.yaml:6:17-26 config/unknown-scheme: no kind of probe is short for ftp:',
    ]);
  });

  test('in a file that cannot be parsed hide what may be declared there, and nothing else', async () => {
    const told = await mistakesIn({
      'tocsin.yaml': 'services:\n  shop: { needs: [pay], tier: 9 }\n',
      'pay.yaml': 'services:\n  pay: { title: "x }\n',
    });
    expect(told.map(({ code }) => code)).toEqual(['syntax/yaml', 'config/range']);
  });

  test('in one document leave the other documents of the file readable', async () => {
    const told = await mistakesIn('services:\n  a: @x\n---\nservices:\n  b: { tier: 9 }\n');
    expect(told.map(({ code }) => code)).toEqual(['syntax/yaml', 'config/range']);
  });

  test('every unquoted interpolation of a document is told', async () => {
    const told = await mistakesIn(
      'channels:\n  a: { kind: hook, url: ${env:A}, secret: ${env:B} }\n  b: [${file:x}]\n',
    );
    expect(told.map(({ code, place }) => [code, place?.line])).toEqual([
      ['syntax/unquoted-interpolation', 2],
      ['syntax/unquoted-interpolation', 2],
      ['syntax/unquoted-interpolation', 3],
    ]);
  });

  test('are at most a thousand, and then counted', async () => {
    const services = Array.from({ length: 1500 }, (_, n) => `  s${n}: { tier: 9 }`).join('\n');
    const told = await mistakesIn(`services:\n${services}\n`);
    expect(told).toHaveLength(1001);
    expect(told.at(-1)?.message).toBe('500 more mistakes are not shown');
  });

  test('never show what a variable brought in', async () => {
    const told = await mistakesIn(shop('method: "${env:TOKEN}"'), ENV);
    expect(told.map(({ message }) => message)).toEqual(['method must be one of GET, POST, not "${env:TOKEN}"']);
    expect(JSON.stringify(told)).not.toContain('a-token');
  });

  test('a path that does not exist is one', async () => {
    const result = await loadTexts({});
    expect(result.ok ? [] : result.diagnostics.map(({ code }) => code)).toEqual(['config/no-files']);
  });
});

describe('findings', () => {
  test('a literal in a secret field is a warning at the literal, wherever the field is', async () => {
    const { findings } = await loaded(
      shop('token: abc, headers: { a: "x", b: "${env:TOKEN}", c: "Bearer ${login.token}" }'),
      ENV,
    );
    expect(findings.map(({ code, severity, place }) => [code, severity, place?.column])).toEqual([
      ['secret/inline', 'warning', 61],
      ['secret/inline', 'warning', 80],
    ]);
  });
});
