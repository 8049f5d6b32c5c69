import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { allKinds, NO_SCREEN } from '../../../src/app/kinds.ts';
import { importConfiguration } from '../../../src/config/import/import-configuration.ts';
import type { Import, ImportFormat } from '../../../src/config/import/import-configuration.ts';
import { loadConfiguration } from '../../../src/config/load-configuration.ts';
import type { LoadResult } from '../../../src/ports/loaded.ts';
import { textFiles } from '../load-texts.ts';

type Written = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function imported(format: ImportFormat, ...names: readonly string[]): Import {
  const files = names.map((file) => ({
    file,
    text: readFileSync(path.join(import.meta.dirname, 'samples', file), 'utf8'),
  }));
  const result = importConfiguration(format, files);
  if (!result.ok) throw new Error(result.why.join('\n'));
  return result.imported;
}

function servicesOf({ yaml }: Import): Written {
  return (parse(yaml) as { services: Written }).services;
}

function load(yaml: string): Promise<LoadResult> {
  const kinds = allKinds(NO_SCREEN);
  return loadConfiguration({
    paths: ['.'],
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: textFiles({ 'team.yaml': yaml, 'tocsin.yaml': 'server: {}\n' }),
    env: () => undefined,
  });
}

const SAMPLES: readonly { readonly format: ImportFormat; readonly files: readonly string[] }[] = [
  { format: 'backstage', files: ['backstage.yaml'] },
  { format: 'blackbox', files: ['blackbox.yml', 'prometheus.yml'] },
  { format: 'gatus', files: ['gatus.yaml'] },
  { format: 'uptime-kuma', files: ['uptime-kuma.json'] },
];

describe('every import', () => {
  test.each(SAMPLES)('of $format gives a team file that is valid', async ({ format, files }) => {
    const result = await load(imported(format, ...files).yaml);
    expect(result.ok ? [] : result.diagnostics).toEqual([]);
  });

  test.each(SAMPLES)(
    'of $format carries no secret over, and lists in the file all that it left out',
    ({ format, files }) => {
      const { yaml, left } = imported(format, ...files);
      expect(yaml).not.toContain('sample');
      expect(left.length).toBeGreaterThan(0);
      for (const { file, line, what } of left) expect(yaml).toContain(`#   ${file}:${line} ${what}: `);
    },
  );

  test.each(SAMPLES)('of $format lists a key that nobody knows, wherever it stands', ({ format, files }) => {
    const texts = files.map((file) => ({
      file,
      text: readFileSync(path.join(import.meta.dirname, 'samples', file), 'utf8'),
    }));
    const [first] = texts;
    const added = texts.map((one) => (one === first ? { ...one, text: withKey(one.text) } : one));
    const result = importConfiguration(format, added);
    expect(result.ok && result.imported.left.some(({ what }) => what.endsWith('newcomer'))).toBe(true);
  });

  test('of text that is neither YAML nor JSON says at which line', () => {
    const result = importConfiguration('gatus', [{ file: 'g.yaml', text: 'endpoints:\n  - "x\n' }]);
    expect(result).toMatchObject({ ok: false, why: [expect.stringMatching(/^g\.yaml:\d+: /)] });
  });

  test('of any shape of data gives a valid file or a reason, never an exception', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const keys = [
      'endpoints',
      'name',
      'url',
      'conditions',
      'dns',
      'kind',
      'metadata',
      'spec',
      'dependsOn',
      'monitorList',
      'type',
      'modules',
      'scrape_configs',
    ];
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('tree')),
      ),
    }));
    const run = fc.check(
      fc.property(tree, fc.constantFrom(...SAMPLES.map(({ format }) => format)), (data, format) => {
        const result = importConfiguration(format, [{ file: 'x.yaml', text: stringify(data) }]);
        return !result.ok || typeof parse(result.imported.yaml) === 'object';
      }),
      { numRuns: 200 },
    );
    expect(fc.defaultReportMessage(run) ?? 'held').toBe('held');
  });
});

/** The text with one more key in its first mapping. */
function withKey(text: string): string {
  return text.startsWith('{') ? text.replace('{', '{ "newcomer": 1,') : `newcomer: 1\n${text}`;
}

test('backstage: components and resources become services, and their needs wait to be classified', async () => {
  const result = imported('backstage', 'backstage.yaml');
  expect(servicesOf(result)).toEqual({
    'checkout-web': {
      title: 'Checkout',
      description: "The shop's checkout",
      owner: 'shop',
      runbook: 'https://wiki.example/checkout',
      labels: { kind: 'component', type: 'website', lifecycle: 'production', system: 'shop' },
      needs: [{ unclassified: 'payments' }, { unclassified: 'orders-db' }],
    },
    'orders-db': {
      description: 'Orders',
      owner: 'dba',
      labels: { kind: 'resource', type: 'database', system: 'shop' },
    },
    payments: { external: true },
  });
  const loaded = await load(result.yaml);
  const findings = loaded.ok ? loaded.loaded.findings : [];
  expect(findings.map(({ code, severity, subject }) => [code, severity, subject])).toEqual([
    ['need/unclassified', 'warning', 'payments.up'],
    ['need/unclassified', 'warning', 'orders-db.up'],
  ]);
  const left = result.left.map(({ line, what }) => [line, what]);
  expect(left).toContainEqual([7, 'metadata.annotations']);
  expect(left).toContainEqual([22, 'spec.dependsOn[2]']);
  expect(left).toContainEqual([23, 'spec.consumesApis']);
});

test('blackbox: every target of a job becomes a service, with its module as a probe', () => {
  const result = imported('blackbox', 'blackbox.yml', 'prometheus.yml');
  const services = servicesOf(result);
  const http = {
    kind: 'http',
    method: 'GET',
    follow: 'any',
    expect: { status: [200, 204], matches: ['status.*ok'] },
    timeout: '5s',
    every: '30s',
  };
  expect(services['shop-example']?.['probes']).toEqual({
    websites: { ...http, url: 'https://shop.example/health' },
    ssh: { kind: 'tcp', host: 'shop.example', port: 22, every: '1m' },
  });
  expect(services['pay-example']?.['probes']).toEqual({ websites: { ...http, url: 'http://pay.example' } });
  expect(services['192-0-2-53']?.['probes']).toEqual({
    resolver: {
      kind: 'dns',
      name: 'www.example.com',
      type: 'A',
      resolver: '192.0.2.53',
      expect: { rcode: 'NOERROR' },
      every: '30s',
    },
  });
  expect(result.left.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'modules.ssh_banner.tcp.query_response',
      'modules.unused',
      'modules.http_2xx.http.headers',
      'scrape_configs[0]',
    ]),
  );
});

test('gatus: endpoints become services, and conditions what the probe expects', () => {
  const result = imported('gatus', 'gatus.yaml');
  const services = servicesOf(result);
  expect(services['front-end']).toEqual({
    title: 'front-end',
    external: true,
    labels: { group: 'core' },
    probes: {
      http: {
        kind: 'http',
        url: 'https://shop.example/health',
        every: '5m',
        follow: 'any',
        expect: { status: 200, json: { '$.status': 'UP' }, maxLatency: '150ms' },
        tls: { minDaysLeft: 2 },
      },
    },
  });
  expect(services['front-end-2']?.['probes']).toEqual({
    tcp: { kind: 'tcp', host: 'db.example', port: 5432, every: '60s', enabled: false, assert: ['latencyMs < 20'] },
  });
  expect(result.left.map(({ line, what }) => [line, what])).toEqual(
    expect.arrayContaining([
      [1, 'alerting'],
      [13, 'endpoints[0].conditions[4]'],
      [14, 'endpoints[0].alerts'],
      [23, 'endpoints[3]'],
    ]),
  );
});

test('uptime-kuma: monitors become services, those that are paused stay off', () => {
  const result = imported('uptime-kuma', 'uptime-kuma.json');
  expect(servicesOf(result)).toEqual({
    shop: {
      title: 'Shop',
      external: true,
      probes: {
        http: {
          kind: 'http',
          url: 'https://shop.example/',
          method: 'GET',
          follow: 'any',
          expect: { status: '2xx', contains: 'welcome' },
          every: '60s',
          timeout: '48s',
          confirm: { failures: 3, every: '20s' },
        },
      },
    },
    database: {
      title: 'Database',
      external: true,
      probes: { tcp: { kind: 'tcp', host: 'db.example', port: 5432, every: '30s', timeout: '30s', enabled: false } },
    },
    backup: { title: 'Backup', external: true, probes: { heartbeat: { kind: 'heartbeat', every: '3600s' } } },
  });
  expect(result.left.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'notificationList',
      'monitorList[0].headers',
      'monitorList[0].ignoreTls',
      'monitorList[0].tags',
      'monitorList[3]',
    ]),
  );
});
