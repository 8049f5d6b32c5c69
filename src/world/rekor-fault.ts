import type { HashedRekord } from './hashedrekord.ts';
import { hashedRekord } from './hashedrekord.ts';
import { newKeyPair } from './key-pair.ts';
import type { LogIdentity } from './log-identity.ts';
import { RekorLog, recordOf } from './rekor-log.ts';

/**
 * What may be wrong with a mini-Rekor, each as it was seen or feared in a real one:
 *
 * - `other-key`: another Rekor answers, which signs with its own key
 * - `new-key`: a memory signer was restarted; the same log, signed with a new key from now on
 * - `other-tree`: a staging Rekor answers, which shares the production key but has another tree
 * - `rollback`: restored from an old backup, the newest entries are gone
 * - `fork`: a split view; the same key and tree, another history
 * - `stale`: the sequencer has stalled; new entries are queued and never integrated
 * - `bad-proof`: the first hash of every proof is wrong
 * - `other-size-proof`: inclusion proofs are those of a smaller tree than their checkpoint's
 * - `bad-signature`: checkpoints carry the right key's hint and a signature that does not verify
 * - `bad-set`: signed entry timestamps do not verify
 * - `entry-missing`: every entry is 404, the tree is untouched
 * - `rotated`: a planned rotation; a new tree is active, the old one is listed as an inactive shard
 * - `unauthorized`, `unsupported`, `5xx`, `hang`: 401 · 501 for the log's routes · 503 · never an answer
 * - `ok-to-everything`, `maintenance-page`: 200 with a page of HTML, whatever is asked
 */
export type RekorFault =
  | 'other-key'
  | 'new-key'
  | 'other-tree'
  | 'rollback'
  | 'fork'
  | 'stale'
  | 'bad-proof'
  | 'other-size-proof'
  | 'bad-signature'
  | 'bad-set'
  | 'entry-missing'
  | 'unauthorized'
  | 'ok-to-everything'
  | 'unsupported'
  | '5xx'
  | 'hang'
  | 'maintenance-page'
  | 'rotated';

/** A log as it is shown: its first `size` entries, under virtual indexes from `firstIndex`. */
export interface Shard {
  readonly log: RekorLog;
  readonly size: number;
  /** Virtual log index of the shard's first entry: how many entries the shards before it hold. */
  readonly firstIndex: number;
}

/** How many entries a restored backup lacks. */
const ENTRIES_LOST = 3;

/**
 * The logs that stand in for the true one under a fault. Each is made when it is first shown and stays the
 * same from then on, as a wrong backend would.
 */
export class FaultyLogs {
  readonly #log: RekorLog;
  readonly #standIns = new Map<RekorFault, RekorLog>();

  constructor(log: RekorLog) {
    this.#log = log;
  }

  /** The id of the tree that is active after the rotation of `rotated`. */
  get rotatedTreeId(): string {
    return (BigInt(this.#log.identity.treeId) + 1n).toString();
  }

  /** What is shown under a fault, the active shard first. `frozenSize` is the size when the fault began. */
  shards(fault: RekorFault | null, firstIndex: number, frozenSize: number): readonly [Shard, ...Shard[]] {
    const { identity, size, records } = this.#log;
    switch (fault) {
      case 'other-key':
        return [this.#standIn(fault, () => unrelated({ ...identity, keys: newKeyPair() }), firstIndex)];
      case 'other-tree':
        return [this.#standIn(fault, () => unrelated({ ...identity, treeId: this.#stagingTreeId }), firstIndex)];
      case 'new-key':
        return [this.#standIn(fault, () => new RekorLog({ ...identity, keys: newKeyPair() }, records), firstIndex)];
      case 'fork':
        return [this.#standIn(fault, () => forked(this.#log), firstIndex)];
      case 'rollback':
        return [{ log: this.#log, size: Math.max(1, Math.min(size, frozenSize) - ENTRIES_LOST), firstIndex }];
      case 'stale':
        return [{ log: this.#log, size: Math.min(size, frozenSize), firstIndex }];
      case 'rotated': {
        const old: Shard = { log: this.#log, size, firstIndex };
        const start = (): RekorLog => new RekorLog({ ...identity, treeId: this.rotatedTreeId }, madeUp('rotated', 1));
        return [this.#standIn(fault, start, firstIndex + records.length), old];
      }
      case 'bad-proof':
      case 'other-size-proof':
      case 'bad-signature':
      case 'bad-set':
      case 'entry-missing':
      case 'unauthorized':
      case 'ok-to-everything':
      case 'unsupported':
      case '5xx':
      case 'hang':
      case 'maintenance-page':
      case null:
        return [{ log: this.#log, size, firstIndex }];
    }
  }

  get #stagingTreeId(): string {
    return (BigInt(this.#log.identity.treeId) / 2n + 7n).toString();
  }

  #standIn(fault: RekorFault, make: () => RekorLog, firstIndex: number): Shard {
    const log = this.#standIns.get(fault) ?? make();
    this.#standIns.set(fault, log);
    return { log, size: log.size, firstIndex };
  }
}

/** Entries that nobody asked for, signed by a key thrown away. */
export function* madeUp(about: string, count: number): Generator<ReturnType<typeof recordOf>> {
  const keys = newKeyPair();
  for (let i = 0; i < count; i++) {
    const entry: HashedRekord = hashedRekord(Buffer.from(`${about} ${i}`), keys);
    yield recordOf(entry, 1_730_000_000 + i);
  }
}

function unrelated(identity: LogIdentity): RekorLog {
  return new RekorLog(identity, madeUp('somebody else’s artifact', 9));
}

/** The first half is the true history; the rest, and two more, is another. */
function forked(log: RekorLog): RekorLog {
  const shared = log.records.slice(0, Math.floor(log.size / 2));
  return new RekorLog(log.identity, [...shared, ...madeUp('forked artifact', log.size - shared.length + 2)]);
}
