import { describe, expect, test } from 'vitest';
import { comesDue, readCron } from '../../src/core/cron-expression.ts';

describe('cron expressions', () => {
  test.each(['* * * * *', '*/5 0-6 1,15 jan-mar mon', '30 0 3 * * 7', '0 3 * * sun', '0 0 1/2 * *'])(
    '%s is one',
    (text) => {
      expect(readCron(text).kind).toBe('times');
    },
  );

  test.each([
    ['* * * *', 'a cron expression has 5 fields, or 6 with seconds, not 4'],
    ['', 'a cron expression has 5 fields, or 6 with seconds, not 0'],
    ['60 * * * *', '60 is no minute (0 to 59)'],
    ['* 24 * * *', '24 is no hour (0 to 23)'],
    ['* * 0 * *', '0 is no day of month (1 to 31)'],
    ['* * * 13 *', '13 is no month (1 to 12)'],
    ['* * * * mno', 'mno is no day of week (0 to 7)'],
    ['*/0 * * * *', '*/0 is no minute (0 to 59)'],
    ['9-5 * * * *', '9-5 is no minute (0 to 59)'],
    ['1--2 * * * *', '1--2 is no minute (0 to 59)'],
  ])('%j: %s', (text, problem) => {
    expect(readCron(text)).toEqual({ kind: 'problem', problem });
  });
});

test('a step behind one number runs from there to the end of the field', () => {
  expect(readCron('5/15 * * * *')).toMatchObject({ times: { seconds: [0], minutes: [5, 20, 35, 50] } });
});

test('Sunday is 0, whether it was written 0, 7 or sun', () => {
  for (const sunday of ['0', '7', 'sun', '0,7'])
    expect(readCron(`0 3 * * ${sunday}`)).toMatchObject({ times: { weekdays: [0] } });
});

test.each([
  ['0 0 30 2 *', false],
  ['0 0 29 2 *', true],
  ['0 0 31 4,6 *', false],
  ['0 0 31 * *', true],
])('%s comes due some year: %s', (text, comes) => {
  const read = readCron(text);
  expect(read.kind === 'times' && comesDue(read.times)).toBe(comes);
});
