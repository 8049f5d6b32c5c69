import fc from 'fast-check';
import { createTask, validate } from 'node-cron';
import { expect, test } from 'vitest';
import { readCron } from '../../src/core/cron-expression.ts';
import { nodeCronCalendar } from '../../src/daemon/cron-calendar.ts';

const BOUNDS = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const WORDS = { 4: 'jan feb mar dec'.split(' '), 5: 'sun mon sat'.split(' ') } as const;

type Index = 0 | 1 | 2 | 3 | 4 | 5;

/** A field that is right; `steppable`: what a step may stand behind, as node-cron knows it only behind some. */
function field(index: Index, steppable: 'all' | 'ranges' = 'all'): fc.Arbitrary<string> {
  const [min, max] = BOUNDS[index];
  const number = fc.integer({ min, max });
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: 70 }).map((n) => `/${n}`);
  const words = index === 4 || index === 5 ? WORDS[index] : [String(max)];
  const single = fc.oneof(number.map(String), fc.constantFrom(...words));
  const many = fc.oneof(fc.constant('*'), range);
  const stepped = fc.tuple(steppable === 'all' ? fc.oneof(single, many) : many, step).map(([a, b]) => a + b);
  const item = fc.oneof(single, many, stepped);
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
}

/** A field as people miswrite it too: a little below and above what is allowed, and odd ends. */
function anyField(index: Index): fc.Arbitrary<string> {
  const [min, max] = BOUNDS[index];
  const number = fc.integer({ min: Math.max(0, min - 1), max: max + 1 }).map(String);
  const step = fc.integer({ min: 0, max: 70 }).map((n) => `/${n}`);
  const words = ['5x', '', '-3', 'mno'];
  const base = fc.oneof(
    { weight: 4, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: number },
    { weight: 2, arbitrary: fc.tuple(number, number).map(([a, b]) => `${a}-${b}`) },
    { weight: 1, arbitrary: fc.constantFrom(...words) },
  );
  const item = fc.tuple(base, fc.option(step, { nil: '' })).map(([a, b]) => a + b);
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
}

function expressionOf(part: (index: Index) => fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.option(part(0), { nil: undefined }), part(1), part(2), part(3), part(4), part(5))
    .map((fields) => fields.filter((text) => text !== undefined).join(' '));
}

const rightExpression = expressionOf((index) => field(index));
const commonExpression = expressionOf((index) => field(index, 'ranges'));
const anyExpression = fc.oneof(
  rightExpression,
  expressionOf((index) => fc.oneof(field(index), anyField(index))),
);

const calendar = nodeCronCalendar((thrown) => {
  throw thrown;
});

function runs(text: string): boolean {
  try {
    calendar.check(text, 'Europe/Berlin');
    calendar.every(text, 'Europe/Berlin', () => undefined)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

test('an expression that is right is taken', () => {
  fc.assert(
    fc.property(rightExpression, (text) => {
      expect(readCron(text).kind).toBe('times');
    }),
  );
});

test('what the configuration takes the scheduler runs, and nothing else', () => {
  fc.assert(
    fc.property(anyExpression, (text) => {
      expect(runs(text)).toBe(readCron(text).kind === 'times');
    }),
    { numRuns: 300 },
  );
});

test('an expression that node-cron knows too is next due when node-cron says', () => {
  fc.assert(
    fc.property(commonExpression, (text) => {
      fc.pre(validate(text));
      using entry = calendar.every(text, 'UTC', () => undefined);
      const theirs = createTask(text, () => undefined, { timezone: 'UTC' });
      void theirs.start();
      try {
        const due = entry.nextAt();
        // Both look from the present on: a second may pass in between, so the time itself is asked for.
        expect(due !== null && theirs.match(new Date(due))).toBe(true);
      } finally {
        void theirs.destroy();
      }
    }),
    { numRuns: 100 },
  );
});

test.each(['5/15 * * * *', '0 0 30 2 *'])('%s, which node-cron refuses, runs', (text) => {
  expect(validate(text)).toBe(false);
  expect(runs(text)).toBe(true);
});
