import type { ObservationQuery } from '../../ports/log.ts';
import { BLOCK_RUNS } from '../block.ts';
import { decompress } from '../compression.ts';
import { wholePage } from '../page/encode.ts';
import type { Statements } from '../statements.ts';

/** What a query selects, with every bound set. Times are the log's; `to` and `before` are exclusive. */
export interface Bounds {
  readonly probe: string | null;
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly limit: number;
}

type BodyRow = readonly [
  firstN: number,
  lastN: number,
  firstAt: number,
  lastAt: number,
  runs: number,
  body: Uint8Array,
];

/** A query's bounds, the open ones set to where everything is within. */
export function boundsOf({ probe, from, to, before, limit }: ObservationQuery): Bounds {
  return {
    probe: probe ?? null,
    from: from ?? Number.MIN_SAFE_INTEGER,
    to: to ?? Number.MAX_SAFE_INTEGER,
    before: before ?? Number.MAX_SAFE_INTEGER,
    limit,
  };
}

/**
 * Pages that hold the newest observations within the bounds, as many as asked for if there are so many, and
 * neighbours of theirs that the asker leaves out. Runs in a read transaction.
 */
export function readObservations(statements: Statements, bounds: Bounds): string[] {
  return bounds.probe === null ? ofEverybody(statements, bounds) : ofProbe(statements, bounds, bounds.probe);
}

function ofProbe(statements: Statements, bounds: Bounds, probe: string): string[] {
  const fromJournal = journalRuns(statements, bounds);
  const pages = journalPages(fromJournal);
  const number = statements.query<readonly [number]>('SELECT id FROM probe WHERE name = ?').get(probe)?.[0];
  if (number === undefined) return pages;
  const loose = looseRuns(statements, bounds, number);
  const missing = bounds.limit - fromJournal.length - loose.length;
  const blocks = statements.query<BodyRow>(
    `SELECT first_n, last_n, first_at, last_at, ${BLOCK_RUNS}, body FROM block
     WHERE probe = ? AND first_n < ? AND first_at < ? AND last_at >= ? ORDER BY first_n DESC`,
  );
  const rows = blocks.iterate(number, bounds.before, bounds.to, bounds.from);
  return [...pages, ...loose, ...enough(rows, bounds, missing)];
}

function ofEverybody(statements: Statements, bounds: Bounds): string[] {
  const fromJournal = journalRuns(statements, bounds);
  const segments = statements.query<BodyRow>(
    `SELECT first_n, last_n, first_at, last_at, runs, body FROM segment
     WHERE first_n < ? AND first_at < ? AND last_at >= ? ORDER BY first_n DESC`,
  );
  const rows = segments.iterate(bounds.before, bounds.to, bounds.from);
  return [...journalPages(fromJournal), ...enough(rows, bounds, bounds.limit - fromJournal.length)];
}

/** Bodies from the newest on until `missing` runs are sure to be among them. */
function enough(rows: Iterable<BodyRow>, bounds: Bounds, missing: number): string[] {
  const pages: string[] = [];
  let found = 0;
  if (missing <= 0) return pages;
  for (const [firstN, lastN, firstAt, lastAt, runs, body] of rows) {
    pages.push(decompress(body, `the log from entry ${firstN} to ${lastN}`));
    // One that the bounds cut through may hold any number of them.
    if (lastN < bounds.before && lastAt < bounds.to && firstAt >= bounds.from) found += runs;
    if (found >= missing) break;
  }
  return pages;
}

function journalRuns(statements: Statements, { probe, before, from, to, limit }: Bounds): string[] {
  return statements
    .query<readonly [body: string]>(
      `SELECT body FROM journal
       WHERE kind = 'observation' AND (?1 IS NULL OR probe = ?1) AND n < ?2 AND at >= ?3 AND at < ?4
       ORDER BY n DESC LIMIT ?5`,
    )
    .all(probe, before, from, to, limit)
    .map(([body]) => body);
}

function journalPages(newestFirst: readonly string[]): string[] {
  return newestFirst.length === 0
    ? []
    : [wholePage(newestFirst.toReversed().map((text) => ({ text, configuration: null })))];
}

function looseRuns(statements: Statements, { before, from, to, limit }: Bounds, probe: number): string[] {
  return statements
    .query<readonly [body: string]>(
      `SELECT body FROM loose WHERE probe = ? AND n < ? AND at >= ? AND at < ? ORDER BY n DESC LIMIT ?`,
    )
    .all(probe, before, from, to, limit)
    .map(([body]) => body);
}
