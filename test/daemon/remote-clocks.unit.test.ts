import { describe, expect, it } from 'vitest';
import { RemoteClocks } from '../../src/daemon/remote-clocks.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const MINUTE = 60_000;

/** Clocks by hand: the wall can be set, both go on together. */
function world() {
  const at = { wall: NOW, monotonic: 5_000 };
  const clocks = new RemoteClocks(
    () => at.wall,
    () => at.monotonic,
  );
  return {
    clocks,
    /** Each offset is heard from an address of its own. */
    hear: (offsets: readonly number[]) =>
      offsets.forEach((offset, index) => clocks.hear(`10.0.0.${index}`, at.wall + offset)),
    pass: (ms: number) => {
      at.wall += ms;
      at.monotonic += ms;
    },
    setWall: (by: number) => (at.wall += by),
  };
}

describe('our clock counts as right', () => {
  it.each([
    ['while nobody was heard', []],
    ['when hosts agree with it', [0, 900, -800]],
    ['when fewer than three hosts say otherwise', [90 * MINUTE, 90 * MINUTE]],
    ['when one host of many is off', [0, 0, 0, 90 * MINUTE]],
    ['when hosts do not agree with each other either', [90 * MINUTE, -40 * MINUTE, 20 * MINUTE, 300 * MINUTE]],
    ['when it is off by less than a minute', [50_000, 51_000, 49_000]],
  ])('%s', (_rule, offsets) => {
    const w = world();
    w.hear(offsets);
    expect(w.clocks.skew()).toBeUndefined();
  });

  it('when one host says otherwise again and again', () => {
    const w = world();
    for (let times = 0; times < 9; times++) w.clocks.hear('10.0.0.1', NOW + 90 * MINUTE);
    expect(w.clocks.skew()).toBeUndefined();
  });

  it('again when it was set right after they were heard', () => {
    const w = world();
    w.hear([90 * MINUTE, 90 * MINUTE, 90 * MINUTE]);
    w.setWall(90 * MINUTE);
    expect(w.clocks.skew()).toBeUndefined();
  });

  it('when what was heard is more than ten minutes old', () => {
    const w = world();
    w.hear([90 * MINUTE, 90 * MINUTE, 90 * MINUTE]);
    w.pass(11 * MINUTE);
    expect(w.clocks.skew()).toBeUndefined();
  });
});

describe('our clock is off', () => {
  it.each([
    ['behind, when three hosts say so', [90 * MINUTE, 90 * MINUTE + 900, 90 * MINUTE], 90, 3],
    ['ahead, when most of four say so', [-90 * MINUTE, -90 * MINUTE, -90 * MINUTE, 0], -90, 3],
  ])('%s', (_rule, offsets, minutes, agreeing) => {
    const w = world();
    w.hear(offsets);
    w.pass(5 * MINUTE);
    expect(w.clocks.skew()).toEqual({ behindMs: minutes * MINUTE, agreeing, heard: offsets.length });
  });
});
