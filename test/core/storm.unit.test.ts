import { describe, expect, test } from 'vitest';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';
import { Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const DEPENDENTS = 200;
const FAULT_AT = 10_000;
const MENDED_AT = 40_000;

/** Everything rests on one service, and everything fails with it. */
function storm(): Simulation {
  const services: Record<string, ServiceSpec> = { base: { tier: 0 } };
  for (let index = 0; index < DEPENDENTS; index++) services[`dependent-${index}`] = { tier: 0, needs: ['base'] };
  const world: World = (_probe, at) => (at >= FAULT_AT && at < MENDED_AT ? { class: 'http.5xx' } : 'pass');
  return new Simulation(makeConfiguration(services), world, 7);
}

describe('very many failures at once', { timeout: 60_000 }, () => {
  test('are one page, for the cause, with everything that rests on it in its impact', () => {
    const simulation = storm().run(MENDED_AT - 1000);
    expect(simulation.events('page').map(({ root }) => root)).toEqual(['base']);
    const incidents = [...simulation.state.incidents.values()];
    expect(incidents.find(({ state }) => state === 'open')?.symptoms.size).toBe(DEPENDENTS);
  });

  test('are paged no later than a hold and a second after the cause was confirmed', () => {
    const [page] = storm().run(MENDED_AT).events('page');
    // At most two seconds to the first run, half a second to the second, four seconds of hold.
    expect(page?.at).toBeLessThanOrEqual(FAULT_AT + 2000 + 500 + 4000 + 1000);
  });

  test('are resolved once all is well again', () => {
    const simulation = storm().run(MENDED_AT + 20_000);
    expect(simulation.events('resolve').map(({ root }) => root)).toEqual(['base']);
    expect(simulation.state.troubled.size).toBe(0);
  });

  test('are weighed together, about once a second', () => {
    const simulation = storm().run(FAULT_AT);
    const settledAt = new Set<number>();
    for (let at = FAULT_AT; at < MENDED_AT; at += 10) settledAt.add(simulation.run(at).state.settledAt);
    // Before it is a storm each counts; and deadlines (a hold that ends) keep their own times.
    const seconds = (MENDED_AT - FAULT_AT) / 1000;
    expect(settledAt.size).toBeLessThan(100 + 2 * seconds);
    expect(simulation.entries.filter(({ kind }) => kind === 'observation').length).toBeGreaterThan(20 * seconds);
  });
});
