import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WhatIf } from '../../../src/core/replay/what-if.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import { makeConfiguration } from '../support/make-configuration.ts';
import { anyOutages, anyServices } from '../support/random-world.ts';
import { Simulation } from '../support/simulation.ts';

test('the same rules change nothing, in any world: every page at its time, nothing assumed, nothing uncertain', () => {
  fc.assert(
    fc.property(anyServices, anyOutages, fc.integer({ min: 1, max: 1_000_000 }), (services, outages, seed) => {
      const configuration = makeConfiguration(services);
      const { entries } = new Simulation(
        configuration,
        (probe, at) =>
          outages.some((o) => probe.startsWith(`s${String(o.service)}/`) && at >= o.from && at < o.from + o.forMs)
            ? { class: 'http.5xx' }
            : 'pass',
        seed,
      ).run(80_000);
      const asking = new WhatIf(engine, { configuration, judges: new Map() }, engine.initial);
      for (const entry of entries) asking.take(entry);
      const answer = asking.end();
      expect(answer).toMatchObject({ added: [], removed: [], earlier: [], later: [], uncertain: [], assumedRuns: 0 });
    }),
    { numRuns: 60 },
  );
});
