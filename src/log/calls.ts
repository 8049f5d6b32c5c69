import type { ProbeId } from '../model/ids.ts';
import type { Checkpoint, ObservationQuery, ObservationSummary, Recovered } from '../ports/log.ts';

/** What two threads say to each other: for each call what is asked, and what is answered. */
export type Calls = Record<string, { readonly ask: unknown; readonly answer: unknown }>;

/** Entries as they go to the writer: columns, and JSON texts that need no second look on the way to the disk. */
export interface PackedEntries {
  readonly firstN: number;
  readonly at: readonly number[];
  readonly kind: readonly string[];
  /** The probe of an observation, else null. */
  readonly probe: readonly (string | null)[];
  readonly body: readonly string[];
  /** By position: the configuration of a config entry, whose body has null in its place. */
  readonly configurations: readonly (readonly [position: number, text: string])[];
}

/** A Commit as texts. A null value removes. */
export interface PackedCommit {
  readonly entries: PackedEntries;
  readonly decisions: readonly {
    readonly n: number;
    readonly at: number;
    readonly incident: string;
    readonly body: string;
  }[];
  readonly decided: readonly DecidedRow[];
  readonly outboxPut: readonly {
    readonly id: string;
    readonly n: number;
    readonly at: number;
    readonly effect: string;
  }[];
  readonly outboxDone: readonly string[];
  readonly threads: readonly (readonly [key: string, value: string | null])[];
  readonly memories: readonly (readonly [probe: string, value: string | null])[];
  readonly decisionHash: string;
  readonly snapshot: {
    readonly n: number;
    readonly at: number;
    readonly engine: string;
    readonly state: string;
  } | null;
}

/**
 * One bounded step of pruning: first `contents` that an earlier pruning left without any use, then `entries`,
 * so that a reader who holds a page has its contents until the next pruning. `afterBlock` continues where
 * the last step stopped.
 */
export interface PruneSlice {
  readonly step: 'contents' | 'entries';
  readonly before: number;
  readonly decisionsBefore: number | null;
  readonly keep: readonly { readonly from: number; readonly to: number }[];
  readonly afterBlock: number;
}

/** What one step of pruning did. */
export interface PrunedSlice {
  readonly done: boolean;
  readonly afterBlock: number;
  /** The newest entry that is gone from the log, 0 when none is. */
  readonly prunedN: number;
}

/** How the writer opens its log. */
export interface OpenWriter {
  readonly folder: string;
  readonly engine: string;
  readonly synchronous: 'full' | 'normal';
  readonly maxBytes: number | null;
}

/** The writer's calls. It answers them in order. */
export type WriterCalls = {
  readonly open: { readonly ask: OpenWriter; readonly answer: Recovered };
  readonly commit: { readonly ask: PackedCommit; readonly answer: null };
  readonly prune: { readonly ask: PruneSlice; readonly answer: PrunedSlice };
  readonly close: { readonly ask: null; readonly answer: null };
};

/** A page of the log: of its entries those count that come after `after`; the last is `lastN`. */
export interface EntriesPage {
  readonly page: string;
  readonly after: number;
  readonly lastN: number;
}

/** The reader's calls. */
export type ReaderCalls = {
  readonly open: {
    readonly ask: { readonly folder: string; readonly engine: string; readonly recover: boolean };
    readonly answer: Recovered | null;
  };
  readonly entries: { readonly ask: { readonly after: number }; readonly answer: EntriesPage | null };
  readonly contents: {
    readonly ask: readonly number[];
    readonly answer: readonly (readonly [id: number, text: string])[];
  };
  /** Answers with pages that hold what was asked for, and perhaps neighbours of it, in any order. */
  readonly observations: { readonly ask: ObservationQuery; readonly answer: readonly string[] };
  readonly summary: { readonly ask: SummaryQuery; readonly answer: readonly ObservationSummary[] };
  readonly decisions: {
    readonly ask: { readonly incident?: string; readonly limit: number };
    readonly answer: readonly string[];
  };
  readonly decided: { readonly ask: { readonly after: number }; readonly answer: readonly DecidedRow[] };
  readonly checkpoint: {
    readonly ask: { readonly n?: number; readonly at?: number };
    readonly answer: Checkpoint | null;
  };
  readonly close: { readonly ask: null; readonly answer: null };
};

/** What one entry decided; `effects` is a JSON text. */
export interface DecidedRow {
  readonly n: number;
  readonly at: number;
  readonly hash: string;
  readonly effects: string;
}

/** Which runs to count, in steps of how long. Times are the log's (`at`); `to` is exclusive. */
export interface SummaryQuery {
  readonly probe: ProbeId;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}
