import { describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../../src/cli/suggest/unified-diff.ts';
import { editFor } from '../../../src/core/suggest/edit-text.ts';
import { emptyMemory, remember } from '../../../src/core/suggest/failure-memory.ts';
import type { FailureMemory } from '../../../src/core/suggest/failure-memory.ts';
import { suggest } from '../../../src/core/suggest/suggest.ts';
import type { FailureClass } from '../../../src/model/failure.ts';
import type { CapabilityId } from '../../../src/model/ids.ts';
import type { Facts } from '../../../src/model/run.ts';
import { run } from '../../log/samples.ts';
import { configurationOf } from '../lint/findings-of.ts';

const HOUR = 3_600_000;
const WEB = 'probes: { http: { kind: http, url: https://a.example, expect: { contains: ok } } }';

/** One outage of a probe: from when to when it failed, in milliseconds, every 10 s. */
interface Told {
  readonly probe: string;
  readonly from: number;
  readonly to: number;
  readonly class?: FailureClass;
}

/** A log in which probes fail at these times and pass after them. */
function remembered(outages: readonly Told[], facts: Readonly<Record<string, Facts>> = {}): FailureMemory {
  const memory = emptyMemory();
  for (const { probe, from, to, class: failureClass = 'http.5xx' } of outages) {
    const against = [`${probe.split('/')[0] ?? ''}.up` as CapabilityId];
    for (let at = from; at < to; at += 10_000)
      remember(
        memory,
        run(1, probe, { startedAt: at, endedAt: at + 50, outcome: 'fail', class: failureClass, against, facts: {} }),
      );
    remember(memory, run(1, probe, { startedAt: to, endedAt: to + 50, facts: {} }));
  }
  for (const [probe, known] of Object.entries(facts)) remember(memory, run(1, probe, { facts: known }));
  return memory;
}

/** So many outages of a minute, an hour apart, each beginning a little after the hour. */
const hourly = (probe: string, times: number, lateMs = 0): readonly Told[] =>
  Array.from({ length: times }, (_, i) => ({ probe, from: i * HOUR + lateMs, to: i * HOUR + lateMs + 60_000 }));

async function suggestions(services: string, memory: FailureMemory): Promise<readonly string[]> {
  const all = suggest(await configurationOf(`services:\n${services}`), memory);
  return all.map((s) =>
    s.kind === 'edge' ? `${s.from} → ${s.to}` : s.kind === 'cache' ? `cache of ${s.from}` : s.name,
  );
}

describe('services that keep failing together', () => {
  const two = `  a: { ${WEB} }\n  b: { ${WEB} }`;
  const thrice = [...hourly('b/http', 3), ...hourly('a/http', 3, 20_000)];

  test('suggest a need of the one that follows, from the third time on', async () => {
    expect(await suggestions(two, remembered(thrice))).toEqual(['a.up → b.up']);
    expect(await suggestions(two, remembered([...hourly('b/http', 2), ...hourly('a/http', 2, 20_000)]))).toEqual([]);
  });

  test('of which the one that seldom fails alone is the victim, whoever was seen first', async () => {
    const alone = hourly('a/http', 6).map((o) => ({ ...o, from: o.from + HOUR / 2, to: o.to + HOUR / 2 }));
    expect(await suggestions(two, remembered([...thrice, ...alone]))).toEqual(['b.up → a.up']);
  });

  test('suggest nothing where both often fail alone, where it is declared, or where a need of both failed too', async () => {
    const alone = (probe: string): readonly Told[] =>
      hourly(probe, 6).map((o) => ({ ...o, from: o.from + HOUR * 20, to: o.to + HOUR * 20 }));
    const later = alone('b/http').map((o) => ({ ...o, from: o.from + HOUR / 2, to: o.to + HOUR / 2 }));
    expect(await suggestions(two, remembered([...thrice, ...alone('a/http'), ...later]))).toEqual([]);
    expect(await suggestions(`  a: { needs: [{ soft: b }], ${WEB} }\n  b: { ${WEB} }`, remembered(thrice))).toEqual([]);
    const common = `  a: { needs: [db], ${WEB} }\n  b: { needs: [db], ${WEB} }\n  db: { ${WEB} }`;
    expect(await suggestions(common, remembered([...thrice, ...hourly('db/http', 3, 5_000)]))).toEqual([]);
  });

  test('a single failed run is a blip, and what began too far apart is chance', async () => {
    const blips = hourly('b/http', 3).map((o) => ({ ...o, to: o.from + 10_000 }));
    expect(await suggestions(two, remembered([...blips, ...hourly('a/http', 3)]))).toEqual([]);
    expect(await suggestions(two, remembered([...hourly('b/http', 3), ...hourly('a/http', 3, 120_000)]))).toEqual([]);
  });
});

describe('what services share', () => {
  const two = `  a: { ${WEB} }\n  b: { ${WEB} }`;
  const at = (address: string): Readonly<Record<string, Facts>> => ({
    'a/http': { addresses: [address] },
    'b/http': { addresses: [address, '10.0.0.8'] },
  });

  test('an address or a certificate that the graph does not explain is suggested as a service of its own', async () => {
    expect(await suggestions(two, remembered([], at('10.0.0.7')))).toEqual(['address-10-0-0-7']);
    const key = { spki: 'sha256/AbCdEf+/=' };
    expect(await suggestions(two, remembered([], { 'a/http': key, 'b/http': key }))).toEqual(['certificate-abcdef']);
  });

  test('loopback is everybody’s, and what is declared needs no second word', async () => {
    expect(await suggestions(two, remembered([], at('127.0.0.1')))).toEqual([]);
    expect(await suggestions(`  a: { needs: [b], ${WEB} }\n  b: { ${WEB} }`, remembered([], at('10.0.0.7')))).toEqual(
      [],
    );
  });
});

describe('caches that did not hold', () => {
  const cached = (covers: string): string =>
    `  a: { needs: [{ cached: b, ttl: 10m, covers: [${covers}] }], ${WEB} }\n  b: { ${WEB} }`;
  const within = [
    { probe: 'b/http', from: 0, to: 20 * 60_000 },
    { probe: 'a/http', from: 45_000, to: 20 * 60_000 },
  ];

  test('are said with how long they held', async () => {
    const [cache] = suggest(await configurationOf(`services:\n${cached('error')}`), remembered(within));
    expect(cache).toMatchObject({ kind: 'cache', heldMs: 45_000 });
    expect(cache?.because).toBe(
      'a.up should live 10m without b.up, and failed once before that, at the soonest after 45s (last at 1970-01-01T00:00:45.000Z)',
    );
  });

  test('are not blamed after their time, in a mode that they never covered, or while another need was down', async () => {
    expect(
      await suggestions(
        cached('error'),
        remembered(within.map((o) => (o.probe === 'a/http' ? { ...o, from: 11 * 60_000 } : o))),
      ),
    ).toEqual([]);
    expect(await suggestions(cached('unreachable'), remembered(within))).toEqual([]);
    const other = `  a: { needs: [{ cached: b, ttl: 10m, covers: [error] }, c], ${WEB} }\n  b: { ${WEB} }\n  c: { ${WEB} }`;
    expect(
      await suggestions(other, remembered([...within, { probe: 'c/http', from: 40_000, to: 20 * 60_000 }])),
    ).toEqual([]);
  });
});

describe('the diff', () => {
  const diffOf = async (services: string, memory: FailureMemory): Promise<string> => {
    const text = `services:\n${services}\n`;
    const configuration = await configurationOf(text);
    // Two lines and a channel stand before it (test/core/lint/findings-of.ts).
    const lines = ['vantage', 'owner', 'channels', ...text.split('\n')];
    const edits = suggest(configuration, memory).flatMap((s) => editFor(s, configuration, () => lines) ?? []);
    return unifiedDiff('tocsin.yaml', lines, edits);
  };
  const thrice = [...hourly('b/http', 3), ...hourly('a/http', 3, 20_000)];

  test.each([
    ['in flow style, after the last need', `  a: { needs: [c], ${WEB} }`, `  a: { needs: [c, b.up], ${WEB} }`],
    ['in flow style, as the first need', `  a: { ${WEB} }`, `  a: { needs: [b.up], ${WEB} }`],
  ])('puts a need where it belongs: %s', async (_, before, after) => {
    const diff = await diffOf(`${before}\n  b: { ${WEB} }\n  c: {}`, remembered(thrice));
    expect(diff).toContain(`-${before}\n+${after}\n`);
    expect(diff.startsWith('--- a/tocsin.yaml\n+++ b/tocsin.yaml\n@@ -2,6 +2,6 @@\n')).toBe(true);
  });

  test.each([
    ['a list of lines', `  a:\n    needs:\n      - c\n    ${WEB}`, '       - c\n+      - b.up\n'],
    ['a mapping without needs', `  a:\n    ${WEB}`, '   a:\n+    needs: [b.up]\n'],
  ])('adds a line to %s', async (_, before, added) => {
    expect(await diffOf(`${before}\n  b: { ${WEB} }\n  c: {}`, remembered(thrice))).toContain(added);
  });

  test('shortens a cache to what it held', async () => {
    const services = `  a: { needs: [{ cached: b, ttl: 10m, covers: [error] }], ${WEB} }\n  b: { ${WEB} }`;
    const held = [
      { probe: 'b/http', from: 0, to: 20 * 60_000 },
      { probe: 'a/http', from: 45_000, to: 20 * 60_000 },
    ];
    expect(await diffOf(services, remembered(held))).toContain(
      '+  a: { needs: [{ cached: b, ttl: 45s, covers: [error] }]',
    );
  });

  test('declares what is shared, and who needs it', async () => {
    const facts = { 'a/http': { addresses: ['10.0.0.7'] }, 'b/http': { addresses: ['10.0.0.7'] } };
    const diff = await diffOf(`  a: { ${WEB} }\n  b: { ${WEB} }`, remembered([], facts));
    expect(diff).toContain('+  address-10-0-0-7: { external: true }\n');
    expect(diff).toContain(`+  a: { needs: [address-10-0-0-7], ${WEB} }\n`);
    expect(diff).toContain(`+  b: { needs: [address-10-0-0-7], ${WEB} }\n`);
  });
});
