import { LogError, type Commit, type Log, type Recovered } from '../ports/log.ts';
import type { PruneSlice, WriterCalls } from './calls.ts';
import { LogReader, type LogReads } from './log-reader.ts';
import { packCommit } from './pack-commit.ts';
import { WorkerLink } from './worker-link.ts';

/** Commits that may wait for the disk. At one in 250 ms this is a minute. */
const MAX_WAITING = 256;

/** Where the log is, and how it is kept. */
export interface LogOptions {
  /** The data folder; made (0700) when it is not there. */
  readonly path: string;
  /** The engine's version: snapshots of another one are not recovered. */
  readonly engine: string;
  /** `full` (the default): a commit survives a power cut. `normal`: only the death of the process. */
  readonly synchronous?: 'full' | 'normal';
  /** The most bytes that the log may take; commits beyond are refused as `full`. Unlimited by default. */
  readonly maxBytes?: number;
}

/** What retention keeps. Times are the log's, in milliseconds. */
export interface Retention {
  /** Entries before the newest snapshot that is not newer than this go. */
  readonly before: number;
  /** Decisions older than this go; all stay without it. */
  readonly decisionsBefore?: number;
  /** The history of probes stays readable within these times (around incidents), a block's length more or less. */
  readonly keep?: readonly { readonly from: number; readonly to: number }[];
}

/** What a log needs done now and then, beyond the port. */
export interface LogMaintenance {
  /**
   * Deletes what retention does not keep, in steps of some milliseconds with commits in between. Entries are
   * cut at a snapshot, so that the rest can be reduced from it; without one nothing goes. Gives the number of
   * the newest entry that is gone, 0 when none is. Rejects with LogError; may be called again at any time.
   */
  prune(retention: Retention): Promise<number>;
}

/**
 * Opens a data folder's log for this daemon alone, in two worker threads: one writes, one reads. Rejects with
 * LogError: `in-use` (by which process), `corrupt` (and what to do; nothing is changed), `newer-schema`,
 * `full`, `io`.
 */
export async function openLog(options: LogOptions): Promise<Log & LogMaintenance> {
  const { path: folder, engine, synchronous = 'full', maxBytes = null } = options;
  const writer = new WorkerLink<WriterCalls>('./writer-worker', import.meta.url, 'the writer of the log', MAX_WAITING);
  try {
    const recovered = await writer.call('open', { folder, engine, synchronous, maxBytes });
    const { reader } = await LogReader.open({ folder, engine, recover: false });
    return new SqliteLog(writer, reader, recovered);
  } catch (error) {
    await writer.terminate();
    throw error;
  }
}

/** A log opened for reading only, and how it stood then. */
export type ReadOnlyLog = LogReads & AsyncDisposable & { readonly recovered: Recovered };

/**
 * Opens a data folder's log for reading, beside a running daemon or without one: takes no lock, changes
 * nothing, delays no commit. Rejects with LogError: `io` where there is none, else as `openLog`.
 */
export async function openLogReader(options: Pick<LogOptions, 'path' | 'engine'>): Promise<ReadOnlyLog> {
  const { path: folder, engine } = options;
  const { reader, recovered } = await LogReader.open({ folder, engine, recover: true });
  if (!recovered) throw new LogError('io', `the log in ${folder} did not say where it stands`);
  return Object.assign(reader, { recovered });
}

class SqliteLog implements Log, LogMaintenance {
  readonly recovered: Recovered;
  readonly #writer: WorkerLink<WriterCalls>;
  readonly #reader: LogReader;
  #closing: Promise<void> | null = null;

  constructor(writer: WorkerLink<WriterCalls>, reader: LogReader, recovered: Recovered) {
    this.#writer = writer;
    this.#reader = reader;
    this.recovered = recovered;
  }

  /** Waits for as long as the disk does: a commit that was given up could neither be called done nor undone. */
  async commit(commit: Commit): Promise<void> {
    if (this.#closing) throw new LogError('io', 'the log is closed');
    await this.#writer.call('commit', packCommit(commit));
  }

  entriesAfter(n: number): ReturnType<Log['entriesAfter']> {
    return this.#reader.entriesAfter(n);
  }

  observations(query: Parameters<Log['observations']>[0]): ReturnType<Log['observations']> {
    return this.#reader.observations(query);
  }

  summary(query: Parameters<Log['summary']>[0]): ReturnType<Log['summary']> {
    return this.#reader.summary(query);
  }

  decisions(query: Parameters<Log['decisions']>[0]): ReturnType<Log['decisions']> {
    return this.#reader.decisions(query);
  }

  decidedAfter(n: number): ReturnType<Log['decidedAfter']> {
    return this.#reader.decidedAfter(n);
  }

  checkpoint(within: Parameters<Log['checkpoint']>[0]): ReturnType<Log['checkpoint']> {
    return this.#reader.checkpoint(within);
  }

  async prune({ before, decisionsBefore, keep = [] }: Retention): Promise<number> {
    const bounds = { before, decisionsBefore: decisionsBefore ?? null, keep };
    let slice: PruneSlice = { step: 'contents', ...bounds, afterBlock: 0 };
    for (;;) {
      const { done, afterBlock, prunedN } = await this.#writer.call('prune', slice);
      if (done && slice.step === 'entries') return prunedN;
      slice = { ...slice, step: done ? 'entries' : slice.step, afterBlock };
    }
  }

  /** Waits for what was committed, brings everything into one file and gives the folder back. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
    await this.#writer.close();
  }
}
