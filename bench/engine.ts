/**
 * What deciding costs: ordinary passing observations a second, and a full diagnosis of a large graph.
 *
 *   node bench/engine.ts [--quick]
 *
 * The reducer alone, in memory; in this thread's CPU time, so that other processes on the machine count less. A diagnosis is the entry that confirms a failure: status, graph, roots, symptoms,
 * blast radius, page. With one root everything above it fails too, at last.
 */
import { parseArgs } from 'node:util';
import { engine } from '../src/core/tocsin-engine.ts';
import type { Entry, Fact } from '../src/model/entry.ts';
import type { GraphSize } from './rig/configuration.ts';
import { layeredConfiguration } from './rig/configuration.ts';
import { line, median, rounded, verdict } from './rig/figures.ts';
import { failingRun, passingRun, START_AT } from './rig/runs.ts';

const LARGE: GraphSize = { services: 10_000, needs: 3 };
const FAILING = 500;
const GOAL_MS = 100;
/** Passing observations that are timed at once. */
const ROUND = 100_000;

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const rounds = values.quick === true ? 3 : 7;
console.log(`node ${process.version}, median of ${rounds}`);

for (const services of [1000, 10_000]) {
  const world = startWorld({ services, needs: 3 });
  const perSecond: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const entries: Fact[] = Array.from({ length: ROUND }, (_, nth) =>
      passingRun(nth % services, world.now + Math.floor((nth * 15_000) / services)),
    );
    const begun = cpuMs();
    for (const fact of entries) world.take(fact, fact.kind === 'observation' ? fact.endedAt : world.now);
    // The first round warms the compiler up.
    if (round > 0) perSecond.push((ROUND * 1000) / (cpuMs() - begun));
  }
  line(`passing observations/s at ${services} probes`, rounded(Math.round(median(perSecond))));
}

const { needs } = countsOf(LARGE);
console.log(`graph: ${LARGE.services} capabilities, ${needs} needs`);
diagnosis('one failing root', [0]);
diagnosis(`${FAILING} failing, spread over the graph`, spread(FAILING));

function diagnosis(what: string, failing: readonly number[]): void {
  const worst: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const world = startWorld(LARGE);
    for (let index = 0; index < LARGE.services; index++) world.take(passingRun(index, world.now), world.now);
    let longestMs = 0;
    const begun = cpuMs();
    // As probes report it: each fails twice, a second apart.
    for (const afterMs of [1000, 2000])
      for (const index of failing) {
        const at = START_AT + 60_000 + afterMs;
        longestMs = Math.max(
          longestMs,
          timed(() => world.take(failingRun(index, at), at)),
        );
      }
    longestMs = Math.max(
      longestMs,
      timed(() => world.tick(START_AT + 60_000 + 10_000)),
    );
    whole.push(cpuMs() - begun);
    worst.push(longestMs);
  }
  line(`${what}: all entries, ms (of so many)`, `${rounded(median(whole))} (${failing.length * 2 + 1})`);
  verdict(`${what}: the longest entry`, median(worst), GOAL_MS, 'ms');
}

interface World {
  now: number;
  readonly take: (fact: Fact, at: number) => void;
  readonly tick: (at: number) => void;
}

function startWorld(size: GraphSize): World {
  let state = engine.initial();
  let n = 0;
  const world: World = {
    now: START_AT,
    take: (fact, at) => {
      world.now = Math.max(world.now, at);
      const entry: Entry = { ...fact, n: ++n, at: world.now };
      ({ state } = engine.reduce(state, entry));
    },
    tick: (at) => world.take({ kind: 'tick' }, at),
  };
  world.take({ kind: 'start', lastAt: null, reason: 'start', wallAt: START_AT }, START_AT);
  world.take({ kind: 'config', configuration: layeredConfiguration(size) }, START_AT);
  return world;
}

function countsOf(size: GraphSize): { readonly needs: number } {
  return { needs: layeredConfiguration(size).capabilities.reduce((sum, { needs }) => sum + needs.length, 0) };
}

function spread(count: number): readonly number[] {
  return Array.from({ length: count }, (_, nth) => Math.floor((nth * LARGE.services) / count));
}

function timed(work: () => void): number {
  const begun = cpuMs();
  work();
  return cpuMs() - begun;
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
