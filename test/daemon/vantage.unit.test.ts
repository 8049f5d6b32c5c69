import { describe, expect, test } from 'vitest';
import type { Anchor } from '../../src/model/configuration.ts';
import type { AnchorFact } from '../../src/model/entry.ts';
import { Vantage } from '../../src/daemon/vantage.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { HeldClock } from './support/heard.ts';

const ANCHOR: Anchor = { kind: 'tcp', host: '192.0.2.1', port: 443 };
const START = 1_000_000;
/** While it is blind, nothing asks again by itself: the test does. */
const NEVER_MS = 3_600_000;

describe('whether a failure is believed', () => {
  test('without anchors every failure is', async () => {
    using it = watching([]);
    expect(await it.vantage.believe(START)).toBe(true);
  });

  test('while an anchor answers it is, and nothing is recorded', async () => {
    using it = watching();
    expect(await it.vantage.believe(START)).toBe(true);
    expect(it.recorded).toEqual([]);
  });

  test('while none answers it is not, and each check is recorded', async () => {
    using it = watching();
    it.anchorAnswers = false;
    expect(await it.vantage.believe(START)).toBe(false);
    expect(await it.vantage.believe(START)).toBe(false);
    expect(it.recorded.map((check) => check.answered)).toEqual([false, false]);
  });

  test('one that began while none answered is not, even where an anchor answers after it; a later one is', async () => {
    using it = watching();
    it.anchorAnswers = false;
    await it.vantage.believe(START);
    it.clock.pass(5000);
    const beganBlind = START + 4500;
    it.anchorAnswers = true;
    expect(await it.vantage.believe(beganBlind)).toBe(false);
    expect(it.recorded.map((check) => check.answered)).toEqual([false, true]);
    it.clock.pass(1000);
    expect(await it.vantage.believe(START + 5500)).toBe(true);
  });
});

interface Watching extends Disposable {
  readonly vantage: Vantage;
  readonly clock: HeldClock;
  readonly recorded: readonly AnchorFact[];
  anchorAnswers: boolean;
}

function watching(anchors: readonly Anchor[] = [ANCHOR]): Watching {
  const clock = new HeldClock(START);
  const wakeUps = new WakeUps(clock.monotonic, (thrown) => {
    throw thrown;
  });
  const recorded: AnchorFact[] = [];
  const vantage = new Vantage({
    ask: () => Promise.resolve(it.anchorAnswers),
    now: clock.wall,
    monotonic: clock.monotonic,
    wakeUps,
    record: (fact) => recorded.push(fact),
  });
  vantage.set(anchors, NEVER_MS);
  const it = {
    vantage,
    clock,
    recorded,
    anchorAnswers: true,
    [Symbol.dispose]: () => {
      vantage[Symbol.dispose]();
      wakeUps[Symbol.dispose]();
    },
  };
  return it;
}
