import type { Checkpoint } from '../../ports/log.ts';
import type { Sha256 } from '../../model/ids.ts';
import type { DecidedRow, ReaderCalls } from '../calls.ts';
import { decompress } from '../compression.ts';
import type { Statements } from '../statements.ts';

/** Rows in one page. */
const PAGE_ROWS = 512;

/** What entries after `after` decided, in order; empty at the end. */
export function readDecided(statements: Statements, after: number): DecidedRow[] {
  return statements
    .query<readonly [n: number, at: number, hash: string, body: Uint8Array]>(
      'SELECT n, at, hash, body FROM decided WHERE n > ? ORDER BY n LIMIT ?',
    )
    .all(after, PAGE_ROWS)
    .map(([n, at, hash, body]) => ({ n, at, hash, effects: decompress(body, `what entry ${n} decided`) }));
}

/** The newest snapshot of an engine version within the bounds, and the rolling hash at its entry. */
export function readCheckpoint(
  statements: Statements,
  engine: string,
  { n, at }: ReaderCalls['checkpoint']['ask'],
): Checkpoint | null {
  const row = statements
    .query<readonly [n: number, at: number, state: Uint8Array]>(
      'SELECT n, at, state FROM snapshot WHERE engine = ? AND n <= ? AND at <= ? ORDER BY n DESC LIMIT 1',
    )
    .get(engine, n ?? Number.MAX_SAFE_INTEGER, at ?? Number.MAX_SAFE_INTEGER);
  if (!row) return null;
  const [its, itsAt, state] = row;
  const text = decompress(state, `the snapshot after entry ${its}`);
  return { snapshot: { n: its, at: itsAt, engine, state: text }, decisionHash: hashAt(statements, its) };
}

function hashAt(statements: Statements, n: number): Sha256 | null {
  const row = statements
    .query<readonly [hash: string]>('SELECT hash FROM decided WHERE n <= ? ORDER BY n DESC LIMIT 1')
    .get(n);
  return row ? (row[0] as Sha256) : null;
}
