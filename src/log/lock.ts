import { hostname } from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LogError } from '../ports/log.ts';
import type { LogFiles } from './folder.ts';
import { isBusy, toLogError } from './failure.ts';

/** A held data folder. Closing it, or the death of the process by any means, gives it back. */
export interface FolderLock {
  readonly close: () => void;
}

/**
 * Takes a data folder for this daemon. The lock is SQLite's exclusive lock on an empty database of its own,
 * which the kernel drops when the process dies, so no stale lock can be left behind. The owner's pid stands
 * in a file beside it, and only for the message: it decides nothing. (Nobody may open and close the lock file
 * by other means in this process: POSIX would drop the lock with the first descriptor closed.)
 *
 * Throws LogError `in-use` when another daemon, or another log in this process, holds it.
 */
export function lockFolder(files: LogFiles): FolderLock {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(files.lock, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    writeFileSync(files.owner, JSON.stringify({ pid: process.pid, host: hostname() }) + '\n', { mode: 0o600 });
    const held = database;
    return { close: () => held.close() };
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new LogError('in-use', inUse(files), { cause: error });
    throw toLogError(error, `locking ${files.lock}`);
  }
}

function inUse(files: LogFiles): string {
  return `the data folder ${files.folder} is in use by ${owner(files)}; stop that daemon or choose another folder`;
}

function owner(files: LogFiles): string {
  try {
    const { pid, host } = JSON.parse(readFileSync(files.owner, 'utf8')) as { pid?: unknown; host?: unknown };
    return `process ${String(pid)} on ${String(host)}`;
  } catch {
    // The owner took the lock a moment ago and has not written its name yet.
    return 'another process';
  }
}
