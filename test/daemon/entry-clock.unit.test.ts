import { expect, it } from 'vitest';
import { EntryClock } from '../../src/daemon/entry-clock.ts';
import { HeldClock } from './support/heard.ts';

const WALL = 1_700_000_000_000;

it('begins at wall time, or at the last entry where that is later', () => {
  expect(new EntryClock(new HeldClock(WALL), null).now()).toBe(WALL);
  expect(new EntryClock(new HeldClock(WALL), WALL - 5).now()).toBe(WALL);
  expect(new EntryClock(new HeldClock(WALL), WALL + 5000).now()).toBe(WALL + 5000);
});

it('advances by monotonic time in whole milliseconds, whatever the wall clock does', () => {
  const held = new HeldClock(WALL);
  const clock = new EntryClock(held, null);
  held.pass(1500.7);
  held.step(-3_600_000);
  expect(clock.now()).toBe(WALL + 1500);
});

it.each([
  ['nothing when time just passed', (held: HeldClock) => held.pass(9000), undefined],
  ['nothing for a small correction of the wall clock', (held: HeldClock) => held.step(9000), undefined],
  ['a stall when nobody asked for longer than ten seconds', (held: HeldClock) => held.pass(20_000), 'stall'],
  ['a step when the wall clock was set ahead', (held: HeldClock) => held.step(60_000), 'clock-step'],
  ['a step when the wall clock was set back', (held: HeldClock) => held.step(-60_000), 'clock-step'],
])('sees %s, and says so once', (_rule, happen, reason) => {
  const held = new HeldClock(WALL);
  const clock = new EntryClock(held, null);
  happen(held);
  expect(clock.gap()?.reason).toBe(reason);
  expect(clock.gap()).toBeUndefined();
});

it('catches up with a wall clock that went ahead, and never goes back with one that did not', () => {
  const held = new HeldClock(WALL);
  const clock = new EntryClock(held, null);
  held.step(60_000);
  clock.rebase();
  expect(clock.now()).toBe(WALL + 60_000);
  held.step(-3_600_000);
  clock.rebase();
  expect(clock.now()).toBe(WALL + 60_000);
  held.pass(10);
  expect(clock.now()).toBe(WALL + 60_010);
});
