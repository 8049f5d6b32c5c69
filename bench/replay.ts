/**
 * How fast a day is lived through again: entries read from the log's file and reduced.
 *
 *   node bench/replay.ts [--quick] [--rows 1000000]
 *
 * A log of passing HTTP runs of 1,000 probes, one in a thousand failing once, written first. Reading alone is
 * beside it: the reader decodes in a thread of its own while the reducer works in this one.
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { engine } from '../src/core/tocsin-engine.ts';
import { openLog, openLogReader } from '../src/log/open-log.ts';
import type { Entry } from '../src/model/entry.ts';
import type { Sha256 } from '../src/model/ids.ts';
import { layeredConfiguration } from './rig/configuration.ts';
import { line, median, rounded } from './rig/figures.ts';
import { failingRun, numbered, passingRun, START_AT } from './rig/runs.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const PROBES = 1000;
const EVERY_MS = 15_000;
const CHUNK = 5000;
const FAILS_ONCE_IN = 997;

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
  const decisionHash = createHash('sha256').update('bench').digest('hex') as Sha256;
  const commit = (entries: readonly Entry[]): Promise<void> =>
    writing.commit({
      entries,
      decisions: [],
      outboxPut: [],
      outboxDone: [],
      threads: [],
      memories: [],
      decisionHash,
    });
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
