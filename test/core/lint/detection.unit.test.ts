import { describe, expect, test } from 'vitest';
import { cronGaps } from '../../../src/core/lint/cron-gaps.ts';
import { findingsOf } from './findings-of.ts';

const HTTP = 'kind: http, url: https://a.example, expect: { contains: ok }';
const HOUR = 3_600_000;

describe('worst-case detection', () => {
  const budget = (service: string): Promise<readonly string[]> =>
    findingsOf(`defaults: { pageAfter: 30s, hold: { max: 10s } }\nservices: { a: { ${service} } }`, /^detect\/budget$/);

  test('is interval, timeouts, the pauses between re-runs, hold and pageAfter; what keeps the promise is silent', async () => {
    const probe = `probes: { web: { ${HTTP}, every: 20s, timeout: 5s, confirm: { failures: 2, every: 3s } } }`;
    expect(await budget(`detectWithin: 73s, ${probe}`)).toEqual([]);
    expect(await budget(`detectWithin: 72s, ${probe}`)).toEqual([
      'detect/budget a.up: worst-case detection of a.up is 1m13s, promised is 1m12s: 20s interval + 2 × 5s timeout + 1 × 3s until the next re-run + 10s hold + 30s pageAfter = 1m13s, by a/web',
    ]);
  });

  test('of a flow counts its timeout once for all steps', async () => {
    const flow = `probes: { f: { kind: flow, every: 1m, timeout: 20s, steps: [{ name: one, url: https://a.example/1 }, { name: two, url: https://a.example/2 }] } }`;
    expect(await budget(`detectWithin: 2m, ${flow}`)).toEqual([
      'detect/budget a.up: worst-case detection of a.up is 2m50s, promised is 2m: 1m interval + 3 × 20s timeout + 2 × 5s until the next re-run + 10s hold + 30s pageAfter = 2m50s, by a/f',
    ]);
  });

  test('by cron counts the longest time between two of its times', async () => {
    const cron = `probes: { c: { ${HTTP}, cron: '0 8-18 * * 1-5', timeout: 5s } }`;
    expect(await budget(`detectWithin: 1h, ${cron}`)).toEqual([
      'detect/budget a.up: worst-case detection of a.up is 2d14h1m5s, promised is 1h: 2d14h at most between two times of "0 8-18 * * 1-5" + 3 × 5s timeout + 2 × 5s until the next re-run + 10s hold + 30s pageAfter = 2d14h1m5s, by a/c',
    ]);
  });

  test('of a heartbeat is the sign of life that stays away: no timeout and no re-runs', async () => {
    const beat = `probes: { b: { kind: heartbeat, every: 1h, grace: 10m } }`;
    expect(await budget(`detectWithin: 1h, ${beat}`)).toEqual([
      'detect/budget a.up: worst-case detection of a.up is 1h10m40s, promised is 1h: 1h between two signs of life + 10m grace + 10s hold + 30s pageAfter = 1h10m40s, by a/b',
    ]);
  });

  test('takes the quickest probe of each capability, and the slowest capability of the service', async () => {
    expect(
      await budget(
        `detectWithin: 2m, capabilities: { read: {}, write: {} }, probes: { quick: { ${HTTP}, every: 10s, timeout: 5s, proves: [read] }, slow: { ${HTTP}, every: 10m, proves: [read, write] } }`,
      ),
    ).toEqual([
      'detect/budget a.write: worst-case detection of a.write is 11m20s, promised is 2m: 10m interval + 3 × 10s timeout + 2 × 5s until the next re-run + 10s hold + 30s pageAfter = 11m20s, by a/slow',
    ]);
  });

  test('of what nobody looks at is never', async () => {
    expect(await budget(`detectWithin: 2m`)).toEqual([
      'detect/budget a: a failure of a is never detected, promised is 2m: no probe of it may tell anybody',
    ]);
    expect(await budget(`detectWithin: 2m, probes: { web: { ${HTTP}, notify: record } }`)).toHaveLength(1);
  });
});

describe('windows that the interval cannot fill', () => {
  const window = (probe: string, more = ''): Promise<readonly string[]> =>
    findingsOf(`services: { a: { ${more} probes: { p: { ${probe} } } } }`, /^detect\/window$/);

  test('a cron expression that never comes due, or comes due before a run has ended', async () => {
    expect(await window(`${HTTP}, cron: '0 0 30 2 *'`)).toEqual([
      'detect/window a/p: a/p never comes due: there is no such time as "0 0 30 2 *"',
    ]);
    expect(await window(`${HTTP}, cron: '*/5 * * * * *', timeout: 10s`)).toEqual([
      'detect/window a/p: a/p may take 10s and is due again after 5s: some of its runs never begin',
    ]);
  });

  test('a ratio over pushes, or one that is slower than the promise', async () => {
    expect(await window('kind: heartbeat, ratio: { failures: 2, of: 3 }')).toHaveLength(1);
    expect(
      await window(`${HTTP}, every: 30s, timeout: 1s, ratio: { failures: 20, of: 40 }`, 'detectWithin: 9m,'),
    ).toEqual([
      'detect/window a/p: the ratio of a/p (20 of 40) needs at least 20 × 30s = 10m to see a fault that comes and goes, promised is 9m',
    ]);
  });

  test('a pin that is over before the next run', async () => {
    expect(
      await window(
        `${HTTP}, every: 1h, pin: { issuer: [{ value: a, from: '2026-12-01T00:00Z', until: '2026-12-01T00:30Z' }] }`,
      ),
    ).toEqual([
      'detect/window a/p: the pin issuer: a of a/p holds for 30m, and it runs every 1h: no run may fall into that',
    ]);
  });
});

describe('the gaps of a cron expression', () => {
  test.each([
    ['every minute', '* * * * *', 60_000, 60_000],
    ['seconds first where there are six fields', '*/10 * * * * *', 10_000, 10_000],
    ['a day', '30 3 * * *', 24 * HOUR, 24 * HOUR],
    ['lists, and the night between', '0 9,12 * * *', 3 * HOUR, 21 * HOUR],
    ['a week, with a name for the day', '0 3 * * sun', 168 * HOUR, 168 * HOUR],
    ['Sunday is 7 too', '0 3 * * 7', 168 * HOUR, 168 * HOUR],
    ['months differ in length', '0 0 1 * *', 28 * 24 * HOUR, 31 * 24 * HOUR],
    ['a leap day comes every four years', '0 0 29 2 *', 1461 * 24 * HOUR, 1461 * 24 * HOUR],
    ['day of month and day of week must both match', '0 0 13 * fri', 28 * 24 * HOUR, 427 * 24 * HOUR],
  ])('%s', (_, expression, shortestMs, longestMs) => {
    expect(cronGaps(expression)).toEqual({ shortestMs, longestMs });
  });

  test('there are none where it never comes due', () => {
    expect(cronGaps('0 0 31 4 *')).toBeUndefined();
  });
});
