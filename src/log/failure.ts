import { LogError } from '../ports/log.ts';

/** A LogError as it travels between threads: structured cloning would lose its class and its code. */
export interface Failure {
  readonly code: LogError['code'];
  readonly message: string;
}

/** What node:sqlite throws: `errcode` is SQLite's extended result code (sqlite.org/rescode.html). */
interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR';
  readonly errcode: number;
}

const BUSY = 5;
const LOCKED = 6;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
/** The shared-memory file could not grow: on a full disk this comes before `FULL`. */
const IO_ERROR_SHARED_MEMORY_SIZE = IO_ERROR | (19 << 8);

/** Turns whatever was thrown while doing `what` into a LogError that says so. */
export function toLogError(error: unknown, what: string): LogError {
  if (error instanceof LogError) return error;
  const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  return new LogError(codeOf(error), message, { cause: error });
}

/** Whether SQLite refused because somebody else holds a lock. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && [BUSY, LOCKED].includes(error.errcode & 0xff);
}

function codeOf(error: unknown): LogError['code'] {
  if (!isSqliteError(error)) return hasCode(error, 'ENOSPC') ? 'full' : 'io';
  if (error.errcode === IO_ERROR_SHARED_MEMORY_SIZE) return 'full';
  switch (error.errcode & 0xff) {
    case FULL:
      return 'full';
    case BUSY:
    case LOCKED:
      return 'busy';
    case CORRUPT:
    case NOT_A_DATABASE:
      return 'corrupt';
    default:
      return 'io';
  }
}

function isSqliteError(error: unknown): error is SqliteError {
  return hasCode(error, 'ERR_SQLITE_ERROR') && 'errcode' in error && typeof error.errcode === 'number';
}

function hasCode(error: unknown, code: string): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && error.code === code;
}
