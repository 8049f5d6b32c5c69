import type { Engine } from '../core/engine.ts';
import type { ChangeFact, Entry } from '../model/entry.ts';
import type { Log } from '../ports/log.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import { DaemonError, reasonOf } from './daemon-error.ts';
import { firstDecisionHash } from '../core/decision-hash.ts';
import type { Hash } from '../core/decision-hash.ts';
import type { Position } from './sequencer.ts';

/** Where the daemon goes on, and what it remembers for showing. */
export interface RecoveredDaemon<State> {
  readonly position: Position<State>;
  readonly changes: readonly (ChangeFact & Pick<Entry, 'at'>)[];
}

/**
 * The state of the engine at the end of the log: the newest snapshot of this engine version, and every entry
 * since. Effects are dropped: what they asked for was done or stands in the outbox. Throws `log-gap` where
 * entries are missing.
 */
export async function recover<State>(
  engine: Engine<State>,
  log: Pick<Log, 'recovered' | 'entriesAfter'>,
  hash: Hash,
  emit: DaemonListener,
): Promise<RecoveredDaemon<State>> {
  const { recovered } = log;
  const snapshot = recovered.snapshot?.engine === engine.version ? recovered.snapshot : null;
  let state = snapshot === null ? engine.initial() : engine.restore(snapshot.state);
  let n = snapshot?.n;
  const changes: (ChangeFact & Pick<Entry, 'at'>)[] = [];
  for await (const entries of log.entriesAfter(n ?? 0)) {
    for (const entry of entries) {
      // Old entries may have been cut off by retention, so the first may have any number; none may be missing after it.
      if (n !== undefined && entry.n !== n + 1)
        throw new DaemonError('log-gap', `read the log: entry ${n + 1} is missing, the next one is ${entry.n}`);
      n = entry.n;
      if (entry.kind === 'change') changes.push(entry);
      try {
        ({ state } = engine.reduce(state, entry));
      } catch (thrown) {
        // It was kept and passed over when it was new; so it is now.
        emit({ kind: 'problem', where: 'recover', message: `reducing entry ${entry.n} threw: ${reasonOf(thrown)}` });
      }
    }
  }
  const last = n ?? 0;
  if (last !== recovered.lastN)
    throw new DaemonError('log-gap', `read the log: it ends at entry ${last}, it should at ${recovered.lastN}`);
  const decisionHash = recovered.decisionHash ?? firstDecisionHash(hash);
  return { position: { state, n: last, at: recovered.lastAt, decisionHash }, changes };
}
