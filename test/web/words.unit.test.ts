import { describe, expect, test } from 'vitest';

import { ago, duration, latency } from '../../src/web/words/duration.ts';
import { counted, factText, listed } from '../../src/web/words/phrases.ts';

const MIN = 60_000;
const H = 60 * MIN;
const D = 24 * H;

describe('the words of the page', () => {
  test.each([
    [-5000, '0 s'],
    [0, '0 s'],
    [999, '0 s'],
    [1000, '1 s'],
    [59_999, '59 s'],
    [MIN, '1 min'],
    [200_000, '3 min 20 s'],
    [H - 1, '59 min 59 s'],
    [H, '1 h'],
    [H + 5000, '1 h'],
    [2 * H + 5 * MIN, '2 h 5 min'],
    [3 * D + 4 * H + 50 * MIN, '3 d 4 h'],
  ])('%i ms is a duration of %s: at most two units, none of them zero', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  test.each([
    [-2000, 'now'],
    [500, 'now'],
    [12_300, '12 s ago'],
    [4 * MIN + 59_000, '4 min ago'],
    [26 * H, '1 d ago'],
  ])('%i ms back is %s: one unit', (ms, words) => {
    expect(ago(ms)).toBe(words);
  });

  test.each([
    [0.04, '0 ms'],
    [0.42, '0.4 ms'],
    [41.2, '41 ms'],
    [2500, '2.5 s'],
  ])('a measurement of %d ms is read as %s', (ms, words) => {
    expect(latency(ms)).toBe(words);
  });

  test('counts and lists read as sentences do', () => {
    expect([counted(1, 'probe'), counted(0, 'probe'), counted(2, 'capability', 'capabilities')]).toEqual([
      '1 probe',
      '0 probes',
      '2 capabilities',
    ]);
    expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
  });

  test('a fact is shown on one line, whatever it is', () => {
    expect([factText(['10.2.3.4', '10.2.3.5']), factText([]), factText(null), factText(7), factText(false)]).toEqual([
      '10.2.3.4, 10.2.3.5',
      'none',
      'none',
      '7',
      'false',
    ]);
  });
});
