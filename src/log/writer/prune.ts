import type { PrunedSlice, PruneSlice } from '../calls.ts';
import type { Statements } from '../statements.ts';
import { USED_AT_STEP_MS } from './content-store.ts';
import { readHead } from '../head.ts';

/** The most that one slice deletes of each: some ten milliseconds of work, so that commits go on in between. */
const SEGMENTS = 16;
const BLOCKS = 500;
const ROWS = 2000;

/**
 * One bounded step of pruning, in the caller's transaction. The cut is the newest snapshot that is not newer
 * than `before`: what remains can always be reduced from it. Blocks within `keep` stay: the history of
 * their probes can be read, though those runs are no longer part of the log.
 */
export function pruneSlice(statements: Statements, slice: PruneSlice): PrunedSlice {
  switch (slice.step) {
    case 'contents':
      return {
        done: deleteContents(statements) === 0,
        afterBlock: slice.afterBlock,
        prunedN: readHead(statements).prunedN,
      };
    case 'entries':
      return pruneEntries(statements, slice);
  }
}

function pruneEntries(statements: Statements, slice: PruneSlice): PrunedSlice {
  const cut = statements
    .query<readonly [n: number, at: number]>('SELECT n, at FROM snapshot WHERE at <= ? ORDER BY n DESC LIMIT 1')
    .get(slice.before);
  const { prunedN } = readHead(statements);
  const cutN = Math.max(prunedN, cut?.[0] ?? 0);
  statements.run('UPDATE head SET pruned_n = ? WHERE id = 1', cutN);
  const blocks = deleteBlocks(statements, cutN, slice);
  const deleted =
    deleteSegments(statements, cutN) +
    blocks.seen +
    deleteLoose(statements, cutN) +
    deleteSnapshots(statements, cutN) +
    deleteDecisions(statements, slice.decisionsBefore) +
    deleteDecided(statements, cutN, slice.decisionsBefore);
  return { done: deleted === 0, afterBlock: blocks.last, prunedN: cutN };
}

function deleteSegments(statements: Statements, cutN: number): number {
  return statements.run(
    'DELETE FROM segment WHERE first_n IN (SELECT first_n FROM segment WHERE last_n <= ? ORDER BY first_n LIMIT ?)',
    cutN,
    SEGMENTS,
  ).changes;
}

/** Blocks were made in order of their last run, give or take one sealing: the walk ends with the first batch past the cut. */
function deleteBlocks(
  statements: Statements,
  cutN: number,
  { afterBlock, keep }: PruneSlice,
): { readonly seen: number; readonly last: number } {
  const batch = statements
    .query<readonly [id: number, lastN: number, firstAt: number, lastAt: number]>(
      'SELECT id, last_n, first_at, last_at FROM block WHERE id > ? ORDER BY id LIMIT ?',
    )
    .all(afterBlock, BLOCKS);
  if (batch.every(([, lastN]) => lastN > cutN)) return { seen: 0, last: afterBlock };
  for (const [id, lastN, firstAt, lastAt] of batch) {
    const kept = keep.some(({ from, to }) => lastAt >= from && firstAt < to);
    if (lastN <= cutN && !kept) statements.run('DELETE FROM block WHERE id = ?', id);
  }
  return { seen: batch.length, last: batch.at(-1)?.[0] ?? afterBlock };
}

function deleteLoose(statements: Statements, cutN: number): number {
  return statements.run(
    'DELETE FROM loose WHERE (probe, n) IN (SELECT probe, n FROM loose WHERE n <= ? LIMIT ?)',
    cutN,
    ROWS,
  ).changes;
}

/** The snapshot at the cut itself stays: the remaining log begins with it. */
function deleteSnapshots(statements: Statements, cutN: number): number {
  return statements.run('DELETE FROM snapshot WHERE n < ?', cutN).changes;
}

function deleteDecisions(statements: Statements, before: number | null): number {
  if (before === null) return 0;
  return statements.run(
    'DELETE FROM decision WHERE id IN (SELECT id FROM decision WHERE at < ? ORDER BY id LIMIT ?)',
    before,
    ROWS,
  ).changes;
}

/** The last row before the cut stays: the hash that the remaining log goes on from. */
function deleteDecided(statements: Statements, cutN: number, before: number | null): number {
  if (before === null) return 0;
  return statements.run(
    `DELETE FROM decided WHERE n IN (
       SELECT n FROM decided WHERE at < ?1 AND n < (SELECT max(n) FROM decided WHERE n <= ?2) ORDER BY n LIMIT ?3)`,
    before,
    cutN,
    ROWS,
  ).changes;
}

/** Contents that nothing can need any more: not used since the oldest of anything that is left. */
function deleteContents(statements: Statements): number {
  const oldest = statements
    .query<readonly [at: number | null]>(
      `SELECT min(at) FROM (
         SELECT min(first_at) AS at FROM segment
         UNION ALL SELECT min(first_at) FROM block
         UNION ALL SELECT min(at) FROM loose
         UNION ALL SELECT min(at) FROM journal
         UNION ALL SELECT last_at FROM head)`,
    )
    .get()?.[0];
  if (oldest === undefined || oldest === null) return 0;
  return statements.run(
    'DELETE FROM content WHERE id IN (SELECT id FROM content WHERE used_at < ? LIMIT ?)',
    oldest - USED_AT_STEP_MS,
    ROWS,
  ).changes;
}
