import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../src/model/configuration.ts';
import type { Fact } from '../../src/model/entry.ts';
import type { Sha256 } from '../../src/model/ids.ts';
import { capabilitiesOfProbe } from '../../src/core/graph/graph.ts';
import { HTTP, SEEDS, T, failing, zero } from './support/every-phase.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import type { ServiceSpec } from './support/make-configuration.ts';
import { START, Simulation } from './support/simulation.ts';
import type { World } from './support/simulation.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const five = Object.fromEntries(NAMES.map((n) => [n, zero({ owner: `team-${n}` })]));
const WELL: World = () => 'pass';

/** An agent elsewhere that runs every probe every two seconds, at phases of its own, and reports it, until it dies. */
function agent(
  s: Simulation,
  { probes }: Configuration,
  location: string,
  world: World,
  seed: number,
  { from = 0, until }: { from?: number; until: number },
): Simulation {
  for (const [index, probe] of probes.entries()) {
    const phase = (seed * 397 + index * 631 + location.length * 173) % 2000;
    for (let at = from + phase; at < until; at += 2000) {
      const sight = world(probe.id, at);
      const all = capabilitiesOfProbe(probe);
      const failed = typeof sight === 'object' ? { class: sight.class, message: `saw ${sight.class}` } : {};
      const fact: Fact = {
        kind: 'observation',
        probe: probe.id,
        location,
        cause: 'pushed',
        startedAt: START + at,
        endedAt: START + at + 20,
        outcome: sight === 'pass' ? 'pass' : 'fail',
        ...failed,
        proven: sight === 'pass' ? all : [],
        against: sight === 'pass' ? [] : all,
        warnings: [],
        factsHash: '{}' as Sha256,
        facts: {},
      };
      s.at(at + 20, fact);
    }
  }
  return s;
}

const told = (s: Simulation): string[] =>
  s.sent.filter((m) => m.event !== 'update').map((m) => `${m.event} ${m.incident.root.kind} ${m.root}`);

function everySeed(check: (seed: number) => void): void {
  for (const seed of SEEDS) {
    try {
      check(seed);
    } catch (error) {
      throw new Error(`at phase seed ${String(seed)}: ${String(error)}`, { cause: error });
    }
  }
}

describe('several locations', { timeout: 60_000 }, () => {
  test('20: an agent dies: what only it saw is unknown, one incident about the agent, none about services', () => {
    const pushed: Record<string, ServiceSpec> = Object.fromEntries(
      NAMES.map((n, i) => [n, zero({ probe: { every: 2000 + 500 * i, grace: 1000 } })]),
    );
    everySeed((seed) => {
      const configuration = makeConfiguration(pushed);
      const s = new Simulation(configuration, WELL, seed);
      agent(s, configuration, 'eu', WELL, seed, { until: T });
      agent(s, configuration, 'eu', WELL, seed, { from: T + 60_000, until: T + 80_000 }).run(T + 80_000);
      expect(told(s)).toEqual(['page location eu', 'resolve location eu']);
      expect(s.events('page')[0]?.incident.owner).toBe('sre');
      expect(s.events('page')[0]?.at).toBeLessThanOrEqual(T + 15_000);
      expect([...s.state.probes.values()].map((p) => p.status)).toEqual(NAMES.map(() => 'passing'));
    });
  });

  test('20: what is still seen from here is no page, and stays as it is seen', () => {
    everySeed((seed) => {
      const configuration = makeConfiguration(five);
      const s = new Simulation(configuration, WELL, seed);
      agent(s, configuration, 'eu', WELL, seed, { until: T }).run(T + 60_000);
      expect(told(s)).toEqual(['ticket location eu']);
      expect([...s.state.probes.values()].map((p) => p.status)).toEqual(NAMES.map(() => 'passing'));
    });
  });

  test('a result that stops while its agent goes on reporting others was missed', () => {
    const pushed = Object.fromEntries(NAMES.map((n) => [n, zero({ probe: { every: 2000, grace: 1000 } })]));
    everySeed((seed) => {
      const configuration = makeConfiguration(pushed);
      const s = new Simulation(configuration, WELL, seed);
      const without = { ...configuration, probes: configuration.probes.filter((p) => p.service !== 'a') };
      agent(s, configuration, 'eu', WELL, seed, { until: T });
      agent(s, without, 'eu', WELL, seed, { from: T, until: T + 30_000 }).run(T + 29_000);
      expect(told(s)).toEqual(['page service a']);
    });
  });

  test('21: what fails from one location only, at four targets in five, is the location', () => {
    const four = failing({ a: HTTP, b: HTTP, c: HTTP, d: HTTP }, T, T + 20_000);
    everySeed((seed) => {
      const configuration = makeConfiguration(five);
      const s = new Simulation(configuration, WELL, seed);
      agent(s, configuration, 'eu', four, seed, { until: T + 60_000 }).run(T + 60_000);
      expect(told(s)).toEqual(['page location eu', 'resolve location eu']);
      expect(s.events('page')[0]?.incident.owner).toBe('sre');
      expect(s.events('page')[0]?.incident.title).toContain('seen from eu');
    });
  });

  test('what one of two locations sees fail is degraded, and says from where', () => {
    const one = failing({ a: HTTP }, T, T + 20_000);
    everySeed((seed) => {
      const configuration = makeConfiguration({ ...five, a: { tier: 1 } });
      const s = new Simulation(configuration, WELL, seed);
      agent(s, configuration, 'eu', one, seed, { until: T + 60_000 }).run(T + 60_000);
      expect(told(s)).toEqual(['ticket service a', 'resolve service a']);
      expect(s.sent[0]?.incident.root.message).toBe('from eu: saw http.5xx');
    });
  });

  test('what the majority of three locations sees fail is down', () => {
    const one = failing({ a: HTTP }, T, T + 20_000);
    everySeed((seed) => {
      const configuration = makeConfiguration({ ...five, a: { tier: 1 } });
      const s = new Simulation(configuration, WELL, seed);
      agent(s, configuration, 'eu', one, seed, { until: T + 60_000 });
      agent(s, configuration, 'asia', one, seed, { until: T + 60_000 }).run(T + 60_000);
      expect(s.events('page').map((p) => p.root)).toEqual(['a']);
      expect(s.events('resolve').map((p) => p.root)).toEqual(['a']);
    });
  });
});
