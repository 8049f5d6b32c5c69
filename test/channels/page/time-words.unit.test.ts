import { expect, test } from 'vitest';
import { daysAgo, timeSpan, utc } from '../../../src/channels/page/time-words.ts';

test.each([
  [0, '0 ms'],
  [820, '820 ms'],
  [1000, '1 s'],
  [59_900, '59 s'],
  [60_000, '1 min'],
  [760_000, '12 min 40 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [90_061_000, '1 d 1 h'],
  [-5, '0 ms'],
])('%i ms is %s', (ms, words) => {
  expect(timeSpan(ms)).toBe(words);
});

test.each([
  [0, 'today'],
  [1, '1 day ago'],
  [13, '13 days ago'],
  [37, '5 weeks ago'],
  [240, '8 months ago'],
])('%i days before is %s', (days, words) => {
  expect(daysAgo(days * 86_400_000)).toBe(words);
});

test('a time is shown in UTC, and what is none as it is', () => {
  expect(utc('2026-11-21T03:12:04.000+01:00')).toBe('2026-11-21 02:12:04 UTC');
  expect(utc('soon')).toBe('soon');
});
