import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_RUNS, withRun } from '../../src/core/detect/recent-runs.ts';

test('the window remembers of the last runs how many there were and which failed, as a list of them all would', () => {
  const steps = fc.array(fc.record({ failed: fc.boolean(), size: fc.integer({ min: 1, max: 6 }) }), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (runs) => {
      let window = NO_RUNS;
      let all: { readonly at: number; readonly failed: boolean }[] = [];
      for (const [at, { failed, size }] of runs.entries()) {
        window = withRun(window, at, failed, size);
        all = [...all, { at, failed }].slice(-size);
        expect(window.length).toBe(all.length);
        expect(window.failed.map((run) => run.at)).toEqual(all.filter((run) => run.failed).map((run) => run.at));
      }
    }),
  );
});

test('a probe that works has a window without anything in it', () => {
  let window = NO_RUNS;
  for (let at = 0; at < 100; at++) window = withRun(window, at, false, 12);
  expect(window).toEqual({ length: 12, newest: 100, failed: [] });
});
