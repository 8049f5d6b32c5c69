import { decidedOf, extendDecisionHash, firstDecisionHash } from '../../../src/core/decision-hash.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import { sha256 } from '../../../src/app/sha256.ts';
import { openLog } from '../../../src/log/open-log.ts';
import type { Decided } from '../../../src/model/effect.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { Commit } from '../../../src/ports/log.ts';

const CHUNK = 5000;

/**
 * Writes entries into a data folder as a daemon does: decided by the engine, with the decisions, their rolling
 * hash and snapshots. `alter` changes what is recorded as decided: for tests of what a replay finds.
 */
export async function recordHistory(
  folder: string,
  entries: Iterable<Entry>,
  {
    snapshotEvery = 10_000,
    alter = (decided) => decided,
  }: { snapshotEvery?: number; alter?: (decided: Decided) => Decided } = {},
): Promise<void> {
  await using log = await openLog({ path: folder, engine: engine.version, synchronous: 'normal' });
  let state = engine.initial();
  let hash = firstDecisionHash(sha256);
  let chunk: Entry[] = [];
  let decided: Decided[] = [];
  let snapshot: Commit['snapshot'];
  const flush = async (): Promise<void> => {
    await log.commit({
      entries: chunk,
      decisions: decided.flatMap(({ n, at, effects }) =>
        effects.filter((effect) => effect.kind === 'decide').map((effect) => ({ ...effect, n, at })),
      ),
      decided,
      outboxPut: [],
      outboxDone: [],
      threads: [],
      memories: [],
      decisionHash: hash,
      ...(snapshot === undefined ? {} : { snapshot }),
    });
    chunk = [];
    decided = [];
    snapshot = undefined;
  };
  for (const entry of entries) {
    const { n, at } = entry;
    const turn = engine.reduce(state, entry);
    state = turn.state;
    const effects = decidedOf(turn.effects);
    hash = extendDecisionHash(hash, n, turn.effects, sha256);
    chunk.push(entry);
    if (effects.length > 0) decided.push(alter({ n, at, effects, hash }));
    if (n % snapshotEvery === 0) snapshot = { n, at, engine: engine.version, state: engine.snapshot(state) };
    if (snapshot !== undefined || chunk.length >= CHUNK) await flush();
  }
  await flush();
}
