import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextInPhase, phaseOf } from '../../src/daemon/phase.ts';

const everyMs = fc.integer({ min: 1, max: 86_400_000 });
const time = fc.integer({ min: 0, max: 2_000_000_000_000 });

it('the next time in phase is later, by at most one interval, and on the phase', () => {
  fc.assert(
    fc.property(fc.string(), everyMs, time, (id, interval, after) => {
      const phase = phaseOf(id);
      const next = nextInPhase(phase, interval, after);
      expect(next).toBeGreaterThan(after);
      expect(next).toBeLessThanOrEqual(after + interval);
      expect(next % interval).toBe(Math.floor(phase * interval) % interval);
    }),
  );
});

it('asked again at that time, it gives the time one interval later', () => {
  fc.assert(
    fc.property(fc.string(), everyMs, time, (id, interval, after) => {
      const next = nextInPhase(phaseOf(id), interval, after);
      expect(nextInPhase(phaseOf(id), interval, next)).toBe(next + interval);
    }),
  );
});

it('a thousand alike ids spread evenly over the interval', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 1000; index++) tenths[Math.floor(phaseOf(`service-${index}/probe`) * 10)]!++;
  expect(Math.min(...tenths)).toBeGreaterThan(60);
  expect(Math.max(...tenths)).toBeLessThan(140);
});
