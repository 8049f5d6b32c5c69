import type { EntriesPage } from '../calls.ts';
import { decompress } from '../compression.ts';
import { readHead } from '../head.ts';
import { wholePage } from '../page/encode.ts';
import type { Statements } from '../statements.ts';

/** Rows of the journal in one page. */
const JOURNAL_PAGE = 4096;

/**
 * The next page of the log after entry `after`: a segment (which may begin before it), else entries of the
 * journal; null at the end. What retention has cut off is skipped. Runs in a read transaction, so that no
 * entry is missed on its way from the journal into a segment.
 */
export function readEntries(statements: Statements, after: number): EntriesPage | null {
  const from = Math.max(after, readHead(statements).prunedN);
  return readSegment(statements, from) ?? readJournal(statements, from);
}

function readSegment(statements: Statements, from: number): EntriesPage | null {
  const row = statements
    .query<readonly [firstN: number, lastN: number, body: Uint8Array]>(
      `SELECT first_n, last_n, body FROM segment
       WHERE first_n >= coalesce((SELECT max(first_n) FROM segment WHERE first_n <= ?1 + 1), 0) AND last_n > ?1
       ORDER BY first_n LIMIT 1`,
    )
    .get(from);
  if (!row) return null;
  const [firstN, lastN, body] = row;
  return { page: decompress(body, `the log from entry ${firstN} to ${lastN}`), after: from, lastN };
}

function readJournal(statements: Statements, from: number): EntriesPage | null {
  const rows = statements
    .query<readonly [n: number, configuration: number | null, text: string]>(
      'SELECT n, configuration, body FROM journal WHERE n > ? ORDER BY n LIMIT ?',
    )
    .all(from, JOURNAL_PAGE);
  const last = rows.at(-1);
  if (!last) return null;
  const page = wholePage(rows.map(([, configuration, text]) => ({ text, configuration })));
  return { page, after: from, lastN: last[0] };
}
