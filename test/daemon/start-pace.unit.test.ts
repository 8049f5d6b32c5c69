import { expect, it } from 'vitest';
import { StartPace } from '../../src/daemon/start-pace.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';

const LIMITS = { burst: 3, everyMs: 10 };

/** A pace on a clock by hand; its timers are real, and short. */
function world() {
  const at = { ms: 1_000 };
  const wakeUps = new WakeUps(
    () => at.ms,
    (thrown) => {
      throw thrown;
    },
  );
  const pace = new StartPace(wakeUps, LIMITS);
  const never = new AbortController().signal;
  return { at, wakeUps, pace, never, [Symbol.dispose]: () => wakeUps[Symbol.dispose]() };
}

it('a few runs begin at once, the next ones wait', () => {
  using w = world();
  const turns = [1, 2, 3, 4, 5].map(() => w.pace.turn(w.never));
  expect(turns.map((turn) => turn === undefined)).toEqual([true, true, true, false, false]);
});

it('those that wait begin in the order they came', async () => {
  using w = world();
  const begun: number[] = [];
  const turns = [1, 2, 3, 4, 5, 6].map(async (each) => {
    await w.pace.turn(w.never);
    begun.push(each);
  });
  w.at.ms += 1_000;
  await Promise.all(turns);
  expect(begun).toEqual([1, 2, 3, 4, 5, 6]);
});

it('after a quiet while a few begin at once again', () => {
  using w = world();
  for (let each = 0; each < 3; each++) void w.pace.turn(w.never);
  w.at.ms += 20;
  expect([1, 2, 3].map(() => w.pace.turn(w.never) === undefined)).toEqual([true, true, false]);
});

it('whoever is not wanted any more does not wait, and leaves no timer', async () => {
  using w = world();
  const gone = new AbortController();
  for (let each = 0; each < 3; each++) void w.pace.turn(w.never);
  const turn = w.pace.turn(gone.signal);
  expect(w.wakeUps.size).toBe(1);
  gone.abort();
  await turn;
  expect(w.wakeUps.size).toBe(0);
});
