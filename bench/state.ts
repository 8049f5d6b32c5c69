/**
 * What the engine remembers weighs: live memory of a large configuration, of its graph and state when nothing was seen,
 * and when every probe has run often enough to fill its window.
 *
 *   node bench/state.ts [--quick]
 *
 * The reducer alone, in memory. Entries are let go of, as in the daemon: what is left is what the engine keeps.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import { engine } from '../src/core/tocsin-engine.ts';
import type { Fact } from '../src/model/entry.ts';
import { layeredConfiguration } from './rig/configuration.ts';
import { line, rounded, verdict } from './rig/figures.ts';
import { passingRun, START_AT } from './rig/runs.ts';

const LARGE = 100_000;
const GOAL_MB = 200;
/** Runs of each probe: the ratio's window is full. */
const RUNS = 12;
const EVERY_MS = 15_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const services = values.quick === true ? 1000 : LARGE;
console.log(`node ${process.version}, ${services} capabilities of one probe and three needs each`);

const atFirstMb = liveMb();
const configuration = layeredConfiguration({ services, needs: 3 });
const configuredMb = liveMb();
line('the configuration, MB', rounded(configuredMb - atFirstMb));

let state = engine.initial();
let n = 0;
take({ kind: 'start', lastAt: null, reason: 'start', wallAt: START_AT }, START_AT);
take({ kind: 'config', configuration }, START_AT);
const compiledMb = liveMb();
line('its graph, and a state that has seen nothing, MB', rounded(compiledMb - configuredMb));

for (let run = 0; run < RUNS; run++)
  for (let index = 0; index < services; index++) {
    const at = START_AT + run * EVERY_MS + Math.floor((index * EVERY_MS) / services);
    take(passingRun(index, at), at);
  }
const seenMb = liveMb();
line(`what ${RUNS} runs of each probe add, MB`, rounded(seenMb - compiledMb));
line('the snapshot, MB of text', rounded(engine.snapshot(state).length / 1e6));
verdict('graph and state', seenMb - configuredMb, GOAL_MB, 'MB');

function take(fact: Fact, at: number): void {
  ({ state } = engine.reduce(state, { ...fact, n: ++n, at }));
}

function liveMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}
