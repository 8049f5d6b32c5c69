import type { Entry, ObservationFact } from '../model/entry.ts';
import type { Decided, DecideEffect, NotifyEffect } from '../model/effect.ts';
import type { ProbeId, Sha256 } from '../model/ids.ts';

/** The state of the engine after entry `n`, as text that only the engine reads. */
export interface Snapshot {
  readonly n: number;
  readonly at: number;
  /** Snapshots of another engine version are not used. */
  readonly engine: string;
  readonly state: string;
}

/** A notification that is not delivered yet, as it survives a restart. */
export interface OutboxItem {
  readonly effect: NotifyEffect;
  /** Entry that caused it, and its time. */
  readonly n: number;
  readonly at: number;
}

/** Where a replay may begin: a snapshot, and the rolling hash at that point where it is still known. */
export interface Checkpoint {
  readonly snapshot: Snapshot;
  readonly decisionHash: Sha256 | null;
}

/** Everything that becomes true together, in one transaction. */
export interface Commit {
  readonly entries: readonly Entry[];
  readonly decisions: readonly (DecideEffect & { readonly n: number; readonly at: number })[];
  /** The same decisions as they were made, with what was sent; only entries that decided something. */
  readonly decided?: readonly Decided[];
  readonly outboxPut: readonly OutboxItem[];
  /** Ids (NotifyEffect.id) whose delivery ended; their `sent` entries are among `entries`. */
  readonly outboxDone: readonly string[];
  /** What channels left for later messages about the same incident; key: channel and incident. */
  readonly threads: readonly { readonly key: string; readonly value: unknown }[];
  /** What passing runs left for the next ones. */
  readonly memories: readonly { readonly probe: ProbeId; readonly value: unknown }[];
  /** Rolling SHA-256 over all decisions up to here. */
  readonly decisionHash: Sha256;
  readonly snapshot?: Snapshot;
}

/** What is needed to go on after a restart. */
export interface Recovered {
  readonly lastN: number;
  readonly lastAt: number | null;
  readonly decisionHash: Sha256 | null;
  readonly snapshot: Snapshot | null;
  readonly outbox: readonly OutboxItem[];
  readonly threads: ReadonlyMap<string, unknown>;
  readonly memories: ReadonlyMap<ProbeId, unknown>;
}

/** Which observations: newest first unless `ascending`; `before`/`after` are entry numbers for paging. */
export interface ObservationQuery {
  readonly probe?: ProbeId;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly before?: number;
}

/** Counts and latency per step of time. */
export interface ObservationSummary {
  readonly from: number;
  readonly to: number;
  readonly runs: number;
  readonly failures: number;
  readonly unknown: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Something is wrong with the log itself. Only `busy` and `full` may pass by themselves. */
export class LogError extends Error {
  readonly code: 'in-use' | 'corrupt' | 'full' | 'busy' | 'newer-schema' | 'io';
  constructor(code: LogError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LogError';
    this.code = code;
  }
}

/** The append-only log and what is read from it. Writes happen in another thread; nothing here blocks. */
export interface Log extends AsyncDisposable {
  readonly recovered: Recovered;
  /** Resolves when all of it is on disk; rejects with LogError and then has changed nothing. In call order. */
  commit(commit: Commit): Promise<void>;
  /** Entries after `n`, in order, in pages. */
  entriesAfter(n: number): AsyncIterable<readonly Entry[]>;
  observations(
    query: ObservationQuery,
  ): Promise<readonly (ObservationFact & { readonly n: number; readonly at: number })[]>;
  summary(query: { probe: ProbeId; from: number; to: number; stepMs: number }): Promise<readonly ObservationSummary[]>;
  decisions(query: {
    incident?: string;
    limit: number;
  }): Promise<readonly (DecideEffect & { readonly n: number; readonly at: number })[]>;
  /** What entries after `n` decided, in order, in pages. */
  decidedAfter(n: number): AsyncIterable<readonly Decided[]>;
  /** The newest snapshot of this engine version within both bounds (inclusive); null where there is none. */
  checkpoint(within: { readonly n?: number; readonly at?: number }): Promise<Checkpoint | null>;
}
