import { expect, it } from 'vitest';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { Heard } from './support/heard.ts';

const now = (): number => performance.now();

it('everything wakes once, in the order of its due time, and never before it', async () => {
  using wakeUps = new WakeUps(now, () => {});
  const woken = new Heard<{ readonly dueMs: number; readonly at: number }>();
  const begun = now();
  for (const inMs of [90, 5, 40, 5, 130, 0, 41]) {
    const dueMs = begun + inMs;
    wakeUps.at(dueMs, () => woken.hear({ dueMs, at: now() }));
  }
  const all = await woken.untilCount(7);
  expect(all.map(({ dueMs }) => Math.round(dueMs - begun))).toEqual([0, 5, 5, 40, 41, 90, 130]);
  expect(all.every(({ dueMs, at }) => at >= dueMs)).toBe(true);
  expect(wakeUps.size).toBe(0);
});

it('what is due within one batch wakes in one turn', async () => {
  using wakeUps = new WakeUps(now, () => {}, 20);
  const turns = new Heard<number>();
  let turn = 0;
  const grid = Math.ceil((now() + 40) / 20) * 20;
  for (const inMs of [1, 5, 10, 19]) wakeUps.at(grid - 20 + inMs, () => turns.hear(turn));
  const counting = setInterval(() => turn++, 0);
  const all = await turns.untilCount(4);
  clearInterval(counting);
  expect(new Set(all).size).toBe(1);
});

it('what is cancelled does not wake, and the others still do', async () => {
  using wakeUps = new WakeUps(now, () => {});
  const woken = new Heard<string>();
  const cancelled = wakeUps.at(now() + 10, () => woken.hear('cancelled'));
  wakeUps.at(now() + 30, () => woken.hear('kept'));
  wakeUps.cancel(cancelled);
  wakeUps.cancel(cancelled);
  expect(await woken.until(() => true)).toBe('kept');
});

it('one that throws is reported and stops none of the others', async () => {
  const reported = new Heard<unknown>();
  using wakeUps = new WakeUps(now, reported.hear);
  const woken = new Heard<string>();
  wakeUps.at(now(), () => {
    throw new Error('a bug');
  });
  wakeUps.at(now(), () => woken.hear('next'));
  await woken.until(() => true);
  expect(reported.all).toEqual([new Error('a bug')]);
});
