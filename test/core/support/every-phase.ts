import type { Facts } from '../../../src/model/run.ts';
import { makeConfiguration } from './make-configuration.ts';
import type { ServiceSpec } from './make-configuration.ts';
import { Simulation } from './simulation.ts';
import type { Sight, World } from './simulation.ts';

/** Seeds of the phases that an outcome must hold at. */
export const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
/** When things begin to fail, in milliseconds after the start. */
export const T = 10_000;
/** A failure that says: broken. */
export const HTTP: Sight = { class: 'http.5xx' };

/** A world in which the named services fail from T to `until` (ms after the start). */
export function failing(services: Readonly<Record<string, Sight>>, from = T, until = Infinity): World {
  return (probe, at) => (at >= from && at < until ? (services[probe.slice(0, probe.indexOf('/'))] ?? 'pass') : 'pass');
}

/** A service of tier 0. */
export const zero = (spec: ServiceSpec = {}): ServiceSpec => ({ tier: 0, ...spec });

/** Every outcome must hold wherever the probes' phases happen to lie. */
export function everyPhase(
  services: Record<string, ServiceSpec>,
  world: World,
  until: number,
  check: (s: Simulation) => void,
  options?: Parameters<typeof makeConfiguration>[1],
  facts?: (probe: string) => Facts,
  prepare: (s: Simulation) => Simulation = (s) => s,
): void {
  for (const seed of SEEDS) {
    const simulation = prepare(new Simulation(makeConfiguration(services, options), world, seed, facts)).run(until);
    try {
      check(simulation);
    } catch (error) {
      throw new Error(
        `at phase seed ${String(seed)}: ${String(error)}\n${simulation.sent.map((s) => `${String(s.at)} ${s.event} ${s.root} ${s.incident.root.class ?? ''} ${s.reason}`).join('\n')}`,
        { cause: error },
      );
    }
  }
}

/** Roots that were paged, in order. */
export const pages = (s: Simulation): string[] => s.events('page').map((p) => p.root);
/** Every alert that some message lists as not sent. */
export const suppressed = (s: Simulation): string[] =>
  [...new Set(s.sent.flatMap((m) => m.incident.suppressed.map((x) => x.probe as string)))].sort();
