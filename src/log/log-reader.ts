import type { Decided, DecideEffect } from '../model/effect.ts';
import type { Entry } from '../model/entry.ts';
import type { Sha256 } from '../model/ids.ts';
import {
  LogError,
  type Checkpoint,
  type Log,
  type ObservationQuery,
  type ObservationSummary,
  type Recovered,
} from '../ports/log.ts';
import type { ReaderCalls, SummaryQuery } from './calls.ts';
import { Contents, decodePage } from './page/decode.ts';
import type { Observation, Page } from './page/page.ts';
import { stepCount } from './summary.ts';
import { WorkerLink } from './worker-link.ts';

/** A query that takes longer is given up, on this side. */
const QUERY_TIMEOUT_MS = 60_000;
/** Queries that may wait for the reader at a time. */
const MAX_WAITING = 256;
/** Observations or decisions in one answer; more are to be had by paging. */
const MAX_LIMIT = 50_000;
/** Contents kept while reading on through the log. */
const MAX_CONTENTS = 20_000;

/** Everything that a log can be asked. */
export type LogReads = Pick<
  Log,
  'entriesAfter' | 'observations' | 'summary' | 'decisions' | 'decidedAfter' | 'checkpoint'
>;

/**
 * Reads a log through a worker of its own. Pages come as texts and become objects here: parsing JSON is
 * cheaper for this thread than receiving the same objects cloned.
 */
export class LogReader implements LogReads, AsyncDisposable {
  readonly #link: WorkerLink<ReaderCalls>;

  private constructor(link: WorkerLink<ReaderCalls>) {
    this.#link = link;
  }

  /** Opens the log in a folder; with `recover`, reads what a restart would need too. Rejects with LogError. */
  static async open(ask: ReaderCalls['open']['ask']): Promise<{ reader: LogReader; recovered: Recovered | null }> {
    const link = new WorkerLink<ReaderCalls>('./reader-worker', import.meta.url, 'the reader of the log', MAX_WAITING);
    try {
      const recovered = await link.call('open', ask, { timeoutMs: QUERY_TIMEOUT_MS });
      return { reader: new LogReader(link), recovered };
    } catch (error) {
      await link.terminate();
      throw error;
    }
  }

  /** The next page is read while this one is parsed and the caller works on it. */
  async *entriesAfter(n: number): AsyncGenerator<readonly Entry[]> {
    const contents = new Contents();
    let next = this.#ask('entries', { after: n });
    let last: number | null = null;
    for (let answer = await next; answer !== null; answer = await next) {
      const { after, lastN } = answer;
      next = this.#ask('entries', { after: lastN });
      // A caller who stops here leaves nobody to hear of a failure.
      next.catch(() => undefined);
      const page = JSON.parse(answer.page) as Page;
      await this.#addMissing(contents, page);
      const entries = decodePage(page, contents);
      checkGapless(entries, last, lastN);
      last = lastN;
      yield entries[0] && entries[0].n <= after ? entries.filter((entry) => entry.n > after) : entries;
      contents.trim(MAX_CONTENTS);
    }
  }

  async observations(query: ObservationQuery): Promise<readonly Observation[]> {
    const limit = Math.min(query.limit, MAX_LIMIT);
    const { probe, from = -Infinity, to = Infinity, before = Infinity } = query;
    const texts = await this.#ask('observations', { ...query, limit });
    const pages = texts.map((text) => JSON.parse(text) as Page);
    const contents = new Contents();
    for (const page of pages) await this.#addMissing(contents, page);
    return pages
      .flatMap((page) => decodePage(page, contents))
      .filter((entry): entry is Observation & Entry => entry.kind === 'observation')
      .filter((run) => probe === undefined || run.probe === probe)
      .filter(({ n, at }) => n < before && at >= from && at < to)
      .sort((a, b) => b.n - a.n)
      .slice(0, limit);
  }

  async summary(query: SummaryQuery): Promise<readonly ObservationSummary[]> {
    stepCount(query.from, query.to, query.stepMs);
    return this.#ask('summary', query);
  }

  async decisions(query: {
    incident?: string;
    limit: number;
  }): Promise<readonly (DecideEffect & { readonly n: number; readonly at: number })[]> {
    const texts = await this.#ask('decisions', { ...query, limit: Math.min(query.limit, MAX_LIMIT) });
    return texts.map((text) => JSON.parse(text) as DecideEffect & { n: number; at: number });
  }

  async *decidedAfter(n: number): AsyncGenerator<readonly Decided[]> {
    for (let after = n; ;) {
      const rows = await this.#ask('decided', { after });
      if (rows.length === 0) return;
      yield rows.map(({ n, at, hash, effects }) => {
        return { n, at, hash: hash as Sha256, effects: JSON.parse(effects) as Decided['effects'] };
      });
      after = rows.at(-1)?.n ?? after;
    }
  }

  checkpoint(within: { readonly n?: number; readonly at?: number }): Promise<Checkpoint | null> {
    return this.#ask('checkpoint', within);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
  }

  async #addMissing(contents: Contents, page: Page): Promise<void> {
    const missing = contents.missing(page);
    if (missing.length > 0) contents.add(await this.#ask('contents', missing));
  }

  #ask<Name extends keyof ReaderCalls>(
    name: Name,
    ask: ReaderCalls[Name]['ask'],
  ): Promise<ReaderCalls[Name]['answer']> {
    return this.#link.call(name, ask, { timeoutMs: QUERY_TIMEOUT_MS });
  }
}

/** The log has every number once: a page that lacks one is damage, and no replay of it may go unnoticed. */
function checkGapless(entries: readonly Entry[], last: number | null, lastN: number): void {
  const first = entries[0]?.n ?? 0;
  const complete = entries.length === lastN - first + 1 && entries.at(-1)?.n === lastN;
  if (complete && (last === null || first === last + 1)) return;
  throw new LogError('corrupt', `the log has a gap between entry ${last ?? first} and ${lastN}`);
}
