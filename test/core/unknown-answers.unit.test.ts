import { describe, expect, test } from 'vitest';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';
import { Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const PHASES = Array.from({ length: 60 }, (_, i) => i + 1);
const T = 40_000;
const zero = (spec: ServiceSpec = {}): ServiceSpec => ({ tier: 0, ...spec });
/** Whose dependency is looked at so seldom that it must be asked. */
const services = { dep: zero({ probe: { every: 30_000 } }), child: zero({ needs: ['dep'] }) };

/** Both fail from T; whoever looks at the dependency cannot tell until `tellsFrom`. */
function broken(tellsFrom: number): World {
  return (probe, at) => {
    if (at < T) return 'pass';
    return probe === 'dep/http' && at < tellsFrom ? 'unknown' : { class: 'http.5xx' };
  };
}

describe('a dependency that is asked and cannot tell', () => {
  test('is asked again, and is the root once it can', () => {
    for (const seed of PHASES) {
      const s = new Simulation(makeConfiguration(services), broken(T + 2500), seed).run(T + 15_000);
      expect(s.events('page').map((page) => page.root)).toEqual(['dep']);
    }
  });

  test('does not hold the page for longer than hold.max, and the page does not call it verified', () => {
    for (const seed of PHASES) {
      const s = new Simulation(makeConfiguration(services), broken(Infinity), seed).run(T + 15_000);
      const [page] = s.events('page');
      expect(page?.root).toBe('child');
      expect(page?.reason).toContain('not verified: no clear answer from dep/http');
      expect(page?.incident.root.verified).toBe(false);
    }
  });

  test('is asked again after a restart in the middle of the hold', () => {
    for (const seed of PHASES) {
      const s = new Simulation(makeConfiguration(services), broken(T + 3500), seed).run(T + 2600).away(1500);
      s.run(T + 25_000);
      expect(s.events('page').map((page) => page.root)).toEqual(['dep']);
    }
  });
});
