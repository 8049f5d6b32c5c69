import { describe, expect, test } from 'vitest';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';
import { Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const PHASES = Array.from({ length: 12 }, (_, i) => i + 1);
const T = 10_000;
const MINUTE_MS = 60_000;
const zero = (spec: ServiceSpec = {}): ServiceSpec => ({ tier: 0, ...spec });

describe('what comes and goes', () => {
  test('a root that flaps is paged three times at most, also where its slower probe is confirmed after its dependents', () => {
    const broken = (at: number): boolean => at >= T && at < T + 32_000 && Math.floor((at - T) / 4000) % 2 === 0;
    const world: World = (probe, at) => {
      if (probe === 'other/http' || !broken(at)) return 'pass';
      return { class: 'http.5xx', ms: probe === 'dep/http' ? 200 : 5 };
    };
    const services = { dep: zero(), app: zero({ needs: ['dep'] }), web: zero({ needs: ['dep'] }), other: zero() };
    for (const seed of PHASES) {
      const s = new Simulation(makeConfiguration(services), world, seed).run(T + 40_000);
      expect(s.events('page').map((page) => page.root)).toEqual(['dep', 'dep', 'dep']);
      expect(s.events('resolve')).toHaveLength(2);
    }
  });

  test('one answer in three that is wrong, for minutes, is one page by ratio, and not one after the other', () => {
    // Counted by runs, as a broken one of three servers behind a balancer is.
    const worlds = PHASES.map(() => {
      let asked = 0;
      const world: World = (probe, at) => {
        if (probe !== 'kv/http' || at < T || at > T + 3 * MINUTE_MS) return 'pass';
        return asked++ % 3 === 0 ? { class: 'semantic.wrong_value' } : 'pass';
      };
      return world;
    });
    for (const [index, world] of worlds.entries()) {
      const s = new Simulation(makeConfiguration({ kv: zero() }), world, index + 1).run(T + 6 * MINUTE_MS);
      expect(s.sent.filter((m) => m.event !== 'update').map((m) => `${m.event} ${m.root}`)).toEqual([
        'page kv',
        'resolve kv',
      ]);
    }
  });
});
