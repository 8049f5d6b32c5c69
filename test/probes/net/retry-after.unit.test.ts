import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/probes/net/retry-after.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');

test.each<[string, string | undefined, number | undefined]>([
  ['seconds', '30', 30_000],
  ['none at all', undefined, undefined],
  ['a date', 'Fri, 01 May 2026 12:01:00 GMT', 60_000],
  ['a date that has passed', 'Fri, 01 May 2026 11:00:00 GMT', 0],
  ['longer than anybody is waited for', '86400', 300_000],
  ['a date of next year', 'Sat, 01 May 2027 12:00:00 GMT', 300_000],
  ['something else', 'tomorrow', undefined],
  ['a negative number', '-5', undefined],
  ['a number that never ends', '9'.repeat(400), undefined],
])('a retry-after of %s', (_what, text, expected) => {
  expect(retryAfterMs(text, NOW)).toBe(expected);
});
