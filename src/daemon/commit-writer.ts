import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';
import type { Sha256 } from '../model/ids.ts';
import { LogError } from '../ports/log.ts';
import type { Commit, Log, OutboxItem, Snapshot } from '../ports/log.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import { reasonOf } from './daemon-error.ts';
import { commitOf, withoutBulk } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

export interface CommitLimits {
  /** Nothing waits longer than this for its commit to begin. */
  readonly batchMs: number;
  /** Entries in one transaction. */
  readonly chunk: number;
  /** Records kept in full while the log takes none; older passing observations beyond it lose their bulk. */
  readonly backlog: number;
  /** Records kept at all. Beyond it no more observations are taken: evidence then goes stale, which is the truth. */
  readonly most: number;
  /** How long the log may take nothing before it counts as failing. */
  readonly failingAfterMs: number;
  /** How long it must have refused nothing before that is over: a disk at its edge takes one commit and refuses the next. */
  readonly settledAfterMs: number;
}

const COMMIT_LIMITS: CommitLimits = {
  batchMs: 250,
  chunk: 5000,
  backlog: 50_000,
  most: 500_000,
  failingAfterMs: 5000,
  settledAfterMs: 60_000,
};

export interface CommitWriterParts {
  readonly log: Pick<Log, 'commit'>;
  readonly monotonic: () => number;
  readonly emit: DaemonListener;
  /** What may be delivered now: committed, or not to be waited for any longer. */
  readonly deliver: (items: readonly OutboxItem[]) => void;
  /** The log began to fail (with what it said), or works again. */
  readonly failing: (state: 'begin' | 'end', message: string) => void;
  readonly limits?: Partial<CommitLimits>;
}

interface Waiter {
  readonly n: number;
  readonly resolve: () => void;
}

const RETRY_MS = [250, 500, 1000, 2000, 5000];

/**
 * Brings records to the log, in order, in batches, one transaction at a time, and hands on what may be
 * delivered once it is on disk.
 *
 * While the log fails, probing goes on and records are kept in memory, in bounds; the same records are
 * tried again until the log takes them. After five seconds of that, notifications are delivered from memory
 * without waiting for the disk. This breaks "a page leaves only after its entry is committed" on purpose:
 * a full disk must not keep the people asleep who could empty it. The price is that a crash in that state
 * can repeat a page, or forget one that was delivered; silence would be worse.
 */
export class CommitWriter {
  readonly #parts: CommitWriterParts;
  readonly #limits: CommitLimits;
  #records: LogRecord[] = [];
  /** How many of the first records are in the transaction under way. */
  #inFlight = 0;
  /** How many of the first records were handed to delivery. */
  #handed = 0;
  /** How many of the first records have lost their bulk. */
  #slimmed = 0;
  #snapshot: Snapshot | undefined;
  #decisionHash: Sha256;
  #committed: number;
  #waiters: Waiter[] = [];
  #batchTimer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #failingTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Whether what is to be sent waits for the disk no longer. */
  #failing = false;
  /** Whether the beginning of this episode was told, and not its end yet. */
  #told = false;
  #lastFailureAt = -Infinity;
  #lastError = 'the log does not answer';

  constructor(parts: CommitWriterParts, committed: number, decisionHash: Sha256) {
    this.#parts = parts;
    this.#limits = { ...COMMIT_LIMITS, ...parts.limits };
    this.#committed = committed;
    this.#decisionHash = decisionHash;
  }

  /** Whether another observation may be taken; false only after a long outage of the log. */
  get hasRoom(): boolean {
    return this.#records.length < this.#limits.most;
  }

  /** Whether the log is failing, and with what. */
  get trouble(): string | undefined {
    return this.#failing ? this.#lastError : undefined;
  }

  /** Takes a record. `urgent`: somebody waits for it, so it is committed with what is already there, at once. */
  add(record: LogRecord, urgent: boolean): void {
    this.#records.push(record);
    this.#slim();
    if (this.#failing) this.#hand(this.#records.length);
    this.#schedule(urgent);
  }

  /** Resolves when entry `n` is on disk. Bound the wait: the log may be failing. */
  committed(n: number): Promise<void> {
    if (n <= this.#committed) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ n, resolve }));
  }

  /** Writes all there is and this snapshot; false when the log did not take it in time. */
  async close(snapshot: Snapshot, withinMs: number): Promise<boolean> {
    this.#snapshot = snapshot;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), withinMs)));
    const written = new Promise<true>((resolve) => this.#waiters.push({ n: Infinity, resolve: () => resolve(true) }));
    this.#schedule(true);
    const inTime = await Promise.race([written, tooLate]);
    for (const each of [timer, this.#batchTimer, this.#retryTimer, this.#failingTimer]) clearTimeout(each);
    clearImmediate(this.#soon);
    return inTime;
  }

  #schedule(urgent: boolean): void {
    if (this.#inFlight > 0 || this.#retryTimer !== undefined) return;
    if (urgent) this.#soon ??= setImmediate(() => void this.#write());
    else this.#batchTimer ??= setTimeout(() => void this.#write(), this.#limits.batchMs);
  }

  async #write(): Promise<void> {
    clearTimeout(this.#batchTimer);
    clearImmediate(this.#soon);
    this.#batchTimer = this.#soon = this.#retryTimer = undefined;
    if (this.#inFlight > 0) return;
    const records = this.#records.slice(0, this.#limits.chunk);
    const commit = this.#commitOf(records);
    if (commit === undefined) return this.#settle();
    // At least one, so that a commit of nothing but a snapshot counts as under way too.
    this.#inFlight = Math.max(1, records.length);
    this.#failingTimer ??= setTimeout(() => this.#fail(), this.#limits.failingAfterMs);
    const begun = this.#parts.monotonic();
    try {
      await this.#parts.log.commit(commit);
    } catch (thrown) {
      this.#inFlight = 0;
      this.#retry(thrown);
      return;
    }
    this.#inFlight = 0;
    this.#done(records, commit, this.#parts.monotonic() - begun);
  }

  #commitOf(records: readonly LogRecord[]): Commit | undefined {
    const last = records.at(-1);
    if (last === undefined && this.#snapshot === undefined) return undefined;
    const commit = commitOf(records, last?.decisionHash ?? this.#decisionHash);
    // The closing snapshot is that of the very last entry.
    const closing = records.length === this.#records.length ? this.#snapshot : undefined;
    return closing === undefined ? commit : { ...commit, snapshot: closing };
  }

  #done(records: readonly LogRecord[], commit: Commit, ms: number): void {
    clearTimeout(this.#failingTimer);
    this.#failingTimer = undefined;
    this.#failures = 0;
    this.#hand(records.length);
    this.#records = this.#records.slice(records.length);
    this.#handed -= records.length;
    this.#slimmed = Math.max(0, this.#slimmed - records.length);
    this.#committed = records.at(-1)?.entry.n ?? this.#committed;
    this.#decisionHash = commit.decisionHash;
    if (commit.snapshot === this.#snapshot) this.#snapshot = undefined;
    this.#parts.emit({ kind: 'committed', entries: countByKind(records), ms });
    if (this.#records.length <= this.#limits.chunk) this.#recovered();
    this.#settle();
    // What came meanwhile has waited as long as this commit took: long enough.
    if (this.#records.length > 0 || this.#snapshot !== undefined) this.#schedule(true);
  }

  #recovered(): void {
    this.#failing = false;
    if (!this.#told || this.#parts.monotonic() - this.#lastFailureAt < this.#limits.settledAfterMs) return;
    this.#told = false;
    this.#parts.failing('end', 'the log takes entries again');
  }

  #retry(thrown: unknown): void {
    const code = thrown instanceof LogError ? thrown.code : 'io';
    this.#lastError = reasonOf(thrown);
    this.#lastFailureAt = this.#parts.monotonic();
    this.#parts.emit({ kind: 'commit-failed', code, message: this.#lastError });
    const delayMs = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    this.#retryTimer = setTimeout(() => void this.#write(), delayMs);
  }

  #fail(): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#lastFailureAt = this.#parts.monotonic();
    this.#hand(this.#records.length);
    if (this.#told) return;
    this.#told = true;
    this.#parts.failing('begin', this.#lastError);
  }

  /** Hands the first `count` records' notifications to delivery, each once. */
  #hand(count: number): void {
    const items = this.#records.slice(this.#handed, count).flatMap((record) => record.outboxPut);
    this.#handed = Math.max(this.#handed, count);
    if (items.length > 0) this.#parts.deliver(items);
  }

  /** The oldest first: the newest are the likeliest to be looked at. Decisions are never touched. */
  #slim(): void {
    while (this.#slimmed < this.#records.length - this.#limits.backlog) {
      const at = this.#slimmed++;
      const record = this.#records[at];
      if (record !== undefined && at >= this.#inFlight) this.#records[at] = withoutBulk(record);
    }
  }

  #settle(): void {
    const idle = this.#records.length === 0 && this.#snapshot === undefined;
    const reached = (waiter: Waiter): boolean => waiter.n <= this.#committed || (idle && waiter.n === Infinity);
    const settled = this.#waiters.filter(reached);
    this.#waiters = this.#waiters.filter((waiter) => !reached(waiter));
    for (const waiter of settled) waiter.resolve();
  }
}

function countByKind(records: readonly LogRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { entry } of records) counts[entry.kind] = (counts[entry.kind] ?? 0) + 1;
  return counts;
}
