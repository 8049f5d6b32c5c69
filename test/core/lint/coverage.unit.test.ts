import { describe, expect, test } from 'vitest';
import { lintOf } from './findings-of.ts';

async function coverage(text: string): Promise<readonly string[]> {
  const { findings } = await lintOf(text);
  return findings
    .filter((f) => f.code.startsWith('coverage/'))
    .map((f) => `${f.severity} ${f.code} ${f.subject}: ${f.message}`);
}

describe('coverage', () => {
  test('a hard need without any probe is said, as an error where it or what needs it is urgent', async () => {
    const text = (need: string, tiers: readonly [number, number]): string =>
      `services: { db: { tier: ${String(tiers[0])} }, a: { tier: ${String(tiers[1])}, needs: [${need}] } }`;
    const said = 'coverage/unprobed db.up: db.up is needed hard by a.up, and nothing probes it';
    expect(await coverage(text('db', [0, 2]))).toEqual([`error ${said}`]);
    expect(await coverage(text('db', [3, 1]))).toEqual([`error ${said}`]);
    expect(await coverage(text('db', [2, 2]))).toEqual([`warning ${said}`]);
    expect(await coverage(text('{ soft: db }', [0, 0]))).toEqual([]);
  });

  test('a probe that is disabled is no probe, and is named', async () => {
    expect(
      await coverage(
        `services: { db: { tier: 2, probes: { p: { kind: tcp, host: db.example, port: 1, enabled: false } } }, a: { tier: 2, needs: [db] } }`,
      ),
    ).toEqual([
      'warning coverage/unprobed db.up: db.up is needed hard by a.up, and nothing probes it (db/p is disabled)',
    ]);
  });

  test('only shallow evidence of something urgent is said; one deep probe is enough', async () => {
    const probes = (more: string): string =>
      `services: { a: { tier: 1, probes: { port: { kind: tcp, host: a.example, port: 1 }${more} } } }`;
    expect(await coverage(probes(''))).toEqual([
      'warning coverage/shallow a.up: a.up is tier 1, and its only evidence is shallow: a/port',
    ]);
    expect(await coverage(probes(', web: { kind: http, url: https://a.example, expect: { contains: ok } }'))).toEqual(
      [],
    );
  });

  test('two probes with the same steps are one too many; another value, assertion or capability makes them different', async () => {
    const two = (second: string): string =>
      `services: { a: { tier: 2, capabilities: { x: {}, y: {} }, probes: { one: { kind: http, url: https://a.example, proves: [x] }, two: { kind: http, ${second} } } } }`;
    expect(await coverage(two('url: https://a.example, proves: [x], every: 5m'))).toHaveLength(1);
    expect(await coverage(two('url: https://a.example/b, proves: [x]'))).toEqual([]);
    expect(await coverage(two('url: https://a.example, proves: [y]'))).toEqual([]);
    expect(await coverage(two('url: https://a.example, proves: [x], assert: [status < 300]'))).toEqual([]);
  });
});
