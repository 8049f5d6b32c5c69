import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction: all of it, or nothing. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  return finish(database, work);
}

/** Runs several reads on one state of the database; holds up nobody. */
export function readTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN');
  return finish(database, work);
}

function finish<Result>(database: DatabaseSync, work: () => Result): Result {
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have rolled it back already; what must reach the caller is why.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
