/**
 * How fast a day is lived through again: entries read from the log's file and reduced.
 *
 *   node bench/replay.ts [--quick] [--rows 1000000]
 *
 * A log of passing HTTP runs of 1,000 probes, one in a thousand failing once, written first, with the decisions and
 * snapshots that a daemon keeps. Reading alone is beside it: the reader decodes in a thread of its own while the
 * reducer works in this one. Then `tocsin replay` itself, and moments of the past as `GET /state?at=T` tells them.
 */
import { parseArgs } from 'node:util';
import { replay } from '../src/app/replay/replay.ts';
import { sha256 } from '../src/app/sha256.ts';
import { decidedOf, extendDecisionHash, firstDecisionHash } from '../src/core/decision-hash.ts';
import { pastState } from '../src/daemon/past-state.ts';
import type { Decided } from '../src/model/effect.ts';
import { engine } from '../src/core/tocsin-engine.ts';
import { openLog, openLogReader } from '../src/log/open-log.ts';
import type { Entry } from '../src/model/entry.ts';
import { layeredConfiguration } from './rig/configuration.ts';
import { line, median, rounded } from './rig/figures.ts';
import { failingRun, numbered, passingRun, START_AT } from './rig/runs.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const PROBES = 1000;
const EVERY_MS = 15_000;
const CHUNK = 5000;
const FAILS_ONCE_IN = 997;
const SNAPSHOT_EVERY = 10_000;
const MOMENTS = 20;

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, rows: { type: 'string' } } });
const rows = Number(values.rows ?? (values.quick === true ? 100_000 : 1_000_000));
const rounds = 5;

console.log(`node ${process.version}, ${rounded(rows)} rows of ${rounded(PROBES)} probes, median of ${rounds}`);
await using folder = await temporaryFolder();
await write();
await using log = await openLogReader({ path: folder.path, engine: engine.version });
const readOnly: number[] = [];
const reduced: number[] = [];
for (let round = 0; round < rounds; round++) {
  readOnly.push(await perSecond(() => undefined));
  let state = engine.initial();
  reduced.push(await perSecond((entry) => ({ state } = engine.reduce(state, entry))));
}
line('read, rows/s', rounded(Math.round(median(readOnly))));
line('read and reduced, rows/s', rounded(Math.round(median(reduced))));
const begun = performance.now();
const { same, entries } = await replay(log);
line('decided again and compared, rows/s', rounded(Math.round((entries * 1000) / (performance.now() - begun))));
line('the same as it was decided', String(same));
line('resident memory after it, MiB', rounded(Math.round(process.memoryUsage().rss / 2 ** 20)));
const moments: number[] = [];
for (let nth = 1; nth <= MOMENTS; nth++) moments.push(await moment(nth / (MOMENTS + 1)));
line('a moment of the past, ms, median', rounded(Math.round(median(moments))));
line('a moment of the past, ms, longest', rounded(Math.round(Math.max(...moments))));

async function moment(share: number): Promise<number> {
  const started = performance.now();
  await pastState(engine, log, START_AT + Math.floor((share * rows * EVERY_MS) / PROBES));
  return performance.now() - started;
}

async function perSecond(take: (entry: Entry) => void): Promise<number> {
  const begun = performance.now();
  let count = 0;
  for await (const page of log.entriesAfter(0)) {
    for (const entry of page) take(entry);
    count += page.length;
  }
  return (count * 1000) / (performance.now() - begun);
}

async function write(): Promise<void> {
  await using writing = await openLog({ path: folder.path, engine: engine.version, synchronous: 'normal' });
  let state = engine.initial();
  let decisionHash = firstDecisionHash(sha256);
  let snapshotN = 0;
  const commit = async (entries: readonly Entry[]): Promise<void> => {
    const decided: Decided[] = [];
    for (const entry of entries) {
      const turn = engine.reduce(state, entry);
      state = turn.state;
      const effects = decidedOf(turn.effects);
      decisionHash = extendDecisionHash(decisionHash, entry.n, effects, sha256);
      if (effects.length > 0) decided.push({ n: entry.n, at: entry.at, effects, hash: decisionHash });
    }
    const { n, at } = entries.at(-1) ?? { n: 0, at: 0 };
    const isDue = n - snapshotN >= SNAPSHOT_EVERY;
    if (isDue) snapshotN = n;
    await writing.commit({
      entries,
      decisions: [],
      decided,
      outboxPut: [],
      outboxDone: [],
      threads: [],
      memories: [],
      decisionHash,
      ...(isDue ? { snapshot: { n, at, engine: engine.version, state: engine.snapshot(state) } } : {}),
    });
  };
  await commit([
    { kind: 'start', lastAt: null, reason: 'start', wallAt: START_AT, n: 1, at: START_AT },
    { kind: 'config', configuration: layeredConfiguration({ services: PROBES, needs: 3 }), n: 2, at: START_AT },
  ]);
  for (let first = 3; first < rows + 3; first += CHUNK) {
    const count = Math.min(CHUNK, rows + 3 - first);
    await commit(Array.from({ length: count }, (_, nth) => entry(first + nth)));
  }
}

function entry(n: number): Entry {
  const at = START_AT + Math.floor((n * EVERY_MS) / PROBES);
  const run = n % FAILS_ONCE_IN === 0 ? failingRun : passingRun;
  return numbered(run(n % PROBES, at), n, at);
}
