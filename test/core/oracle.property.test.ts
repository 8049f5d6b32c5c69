import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settle } from '../../src/core/incident/settle.ts';
import { restore, snapshot } from '../../src/core/snapshot.ts';
import { engine } from '../../src/core/tocsin-engine.ts';
import type { Effect } from '../../src/model/effect.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import { anyOutages, anyServices } from './support/random-world.ts';
import { Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const END = 26_000;

/**
 * What a whole evaluation would decide now, in a copy: nothing, if what was evaluated in passing was enough. Updates
 * may wait: one that a merge gives cause to leaves with the next evaluation.
 */
function overlooked(state: ReturnType<typeof engine.initial>): readonly Effect[] {
  const copy = restore(snapshot(state));
  if (copy.graph === null || copy.configuration === null) return [];
  const effects: Effect[] = [];
  settle({ state: copy, graph: copy.graph, configuration: copy.configuration, now: copy.at, effects });
  return effects.filter((e) => e.kind === 'decide' || (e.kind === 'notify' && e.notification.event !== 'update'));
}

describe('evaluating only what can have changed', { timeout: 120_000 }, () => {
  test('decides after every entry what a whole evaluation would', () => {
    fc.assert(
      fc.property(anyServices, anyOutages, fc.integer({ min: 1, max: 1_000_000 }), (services, outages, seed) => {
        const world: World = (probe, at) =>
          outages.some((o) => probe.startsWith(`s${String(o.service)}/`) && at >= o.from && at < o.from + o.forMs)
            ? { class: 'http.5xx' }
            : 'pass';
        const { entries } = new Simulation(makeConfiguration(services), world, seed).run(END);
        let state = engine.initial();
        for (const entry of entries) {
          ({ state } = engine.reduce(state, entry));
          expect({ entry, overlooked: overlooked(state) }).toEqual({ entry, overlooked: [] });
        }
      }),
      { numRuns: 12 },
    );
  });
});
