import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loaded, loadTexts } from './load-texts.ts';

type Mapping = Record<string, unknown>;

/** Services whose needs point only at earlier ones, so that every reference exists. */
const services = fc
  .array(
    fc.record({
      title: fc.constantFrom('One', 'Two'),
      tier: fc.integer({ min: 0, max: 3 }),
      labels: fc.dictionary(fc.constantFrom('env', 'zone', 'team'), fc.constantFrom('a', 'b')),
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      every: fc.constantFrom('20s', '1m'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((written) =>
    written.map(({ title, tier, labels, needs, every }, index): [string, Mapping] => [
      `s${index}`,
      {
        title,
        tier,
        labels,
        ...(index === 0 ? {} : { needs: [...new Set(needs.map((n) => n % index))].map((n) => ({ soft: `s${n}` })) }),
        probes: {
          front: { kind: 'web', url: 'https://a.example/', every, expect: { status: 200, contains: 'x' } },
          back: { kind: 'store', host: 'h', write: true },
        },
      },
    ]),
  );

const ROOT: Mapping = {
  server: { instance: 'x', owner: 'sre' },
  channels: { mail: { kind: 'mail', to: ['a@b'] }, hook: { kind: 'hook', url: 'u' } },
  routes: [{ page: ['hook'] }, { page: ['mail'] }],
  defaults: { notify: 'ticket', timeout: '5s' },
};

const windowOf = (service: string): Mapping => ({
  services: [service],
  from: '2026-01-01',
  until: '2026-01-02',
  reason: service,
});

/** The same mapping with its keys in another order, all the way down. */
function shuffled(value: unknown, pick: (n: number) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, pick));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, shuffled(item, pick)]);
  for (let i = entries.length - 1; i > 0; i -= 1) {
    const j = pick(i + 1);
    [entries[i], entries[j]] = [entries[j] as [string, unknown], entries[i] as [string, unknown]];
  }
  return Object.fromEntries(entries);
}

test('any split into files and documents, and any order of keys, gives the same hash', async () => {
  await fc.assert(
    fc.asyncProperty(services, fc.infiniteStream(fc.nat()), async (all, numbers) => {
      const pick = (n: number): number => (numbers.next().value as number) % n;
      const windows = all.map(([name]) => windowOf(name));
      const whole = await loaded(stringify({ ...ROOT, services: Object.fromEntries(all), maintenance: windows }));

      const files: Record<string, string> = { 'tocsin.yaml': stringify(shuffled(ROOT, pick)) };
      for (const [name, service] of all) {
        const file = ['tocsin.yaml', 'a.yaml', 'team/b.yaml', 'team/c.yaml'][pick(4)] ?? '';
        const document = stringify(shuffled({ services: { [name]: service }, maintenance: [windowOf(name)] }, pick));
        files[file] = files[file] === undefined ? document : `${files[file]}---\n${document}`;
      }
      const split = await loaded(files);
      expect(split.configuration.hash).toBe(whole.configuration.hash);
      expect(split.configuration.probes.map((probe) => probe.optionsHash)).toEqual(
        whole.configuration.probes.map((probe) => probe.optionsHash),
      );
    }),
    { numRuns: 40 },
  );
});

test('whatever changes what a configuration says changes its hash', async () => {
  const base = 'services:\n  a: { tier: 1, probe: "https://a.example/" }\n';
  const { hash } = (await loaded(base)).configuration;
  for (const other of [
    base.replace('tier: 1', 'tier: 2'),
    base.replace('https://a', 'https://b'),
    `${base}defaults: { pageAfter: 1s }\n`,
    `${base}server: { instance: y }\n`,
    `${base}  b: {}\n`,
  ]) {
    expect((await loaded(other)).configuration.hash).not.toBe(hash);
  }
  expect((await loaded(`# a comment\n\n${base}`)).configuration.hash).toBe(hash);
});

test('text that is no configuration gives diagnostics, never an exception', async () => {
  const bits = fc.constantFrom(
    'services',
    ':',
    ' ',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '!!',
    '|',
    '>',
    '?',
    '#',
    'kind',
    'web',
    'probes',
    'needs',
    '${env:A}',
    '${',
    'x',
    '1',
    'null',
    '---\n',
    'a.b',
    '\t',
    '\u0000',
    '%',
    '@',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(bits, { maxLength: 40 }), async (parts) => {
      const result = await loadTexts(parts.join(''), { A: 'a' });
      if (result.ok) return;
      for (const { place, message } of result.diagnostics) {
        expect(message).not.toBe('');
        expect(place?.line).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});
