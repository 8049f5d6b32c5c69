import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LogError } from '../ports/log.ts';
import { toLogError } from './failure.ts';
import { refuseFile } from './folder.ts';
import type { LogFiles } from './folder.ts';
import { migrate, schemaVersion } from './migrations.ts';

/** `TOCS`, in the file's header: tells our files from other SQLite databases. */
const APPLICATION_ID = 0x54_4f_43_53;
/** The write-ahead log is cut back to this after a peak. */
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
/** How long a statement waits for another connection's short locks (a checkpoint, a recovery). */
const BUSY_TIMEOUT_MS = 5_000;

/** How the writer's connection behaves. */
export interface WriterOptions {
  /** `full`: a commit survives a power cut; `normal`: only the death of the process. */
  readonly synchronous: 'full' | 'normal';
  /** The most the file may grow to; commits beyond it are refused as `full`. */
  readonly maxBytes: number | null;
}

/** Opens the log for writing, makes it if it is new, migrates it if it is old. Throws LogError. */
export function openForWriting(files: LogFiles, { synchronous, maxBytes }: WriterOptions): DatabaseSync {
  return opened(
    files,
    () => new DatabaseSync(files.database, { timeout: BUSY_TIMEOUT_MS }),
    (database) => {
      checkOwn(database, files);
      database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${synchronous};
      PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
      PRAGMA temp_store = MEMORY;
    `);
      migrate(database, files.database);
      if (maxBytes !== null) limitPages(database, maxBytes);
    },
  );
}

/** Opens the log for reading beside a writer, or without one. Changes nothing. Throws LogError. */
export function openForReading(files: LogFiles): DatabaseSync {
  if (!existsSync(files.database)) {
    refuseFile(files);
    throw new LogError('io', `there is no log in ${files.folder}: no daemon has run with this data folder`);
  }
  const open = (): DatabaseSync => new DatabaseSync(files.database, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
  return opened(files, open, (database) => {
    const { found, known } = schemaVersion(database, files.database);
    if (found < known) {
      throw new LogError(
        'io',
        `${files.database} has schema ${found}, older than ${known}: start the daemon on it once, which migrates it`,
      );
    }
  });
}

/** What a user is told to do about a damaged log. The file is never moved or changed without their word. */
export function whatToDo(files: LogFiles): string {
  return (
    `nothing was changed; keep a copy of ${files.folder}, then either restore log.db from a backup or move ` +
    `log.db, log.db-wal and log.db-shm aside to start with an empty log`
  );
}

function opened(files: LogFiles, open: () => DatabaseSync, prepare: (database: DatabaseSync) => void): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = open();
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    const failure = toLogError(error, `opening ${files.database}`);
    if (failure.code !== 'corrupt') throw failure;
    throw new LogError('corrupt', `${failure.message}; ${whatToDo(files)}`, { cause: error });
  }
}

/** Marks a new database as ours; refuses one that somebody else made, before anything is written into it. */
function checkOwn(database: DatabaseSync, files: LogFiles): void {
  const { application_id: id } = database.prepare('PRAGMA application_id').get() as { application_id: number };
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (id === APPLICATION_ID) return;
  if (id === 0 && tables === 0) return database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  throw new LogError('corrupt', `${files.database} is not a log of ours but some other SQLite database`);
}

function limitPages(database: DatabaseSync, maxBytes: number): void {
  const { page_size: pageSize } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
}
