import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LogError } from '../ports/log.ts';

/** The files of a data folder that belong to the log. */
export interface LogFiles {
  readonly folder: string;
  /** The log itself; SQLite keeps `-wal` and `-shm` beside it. */
  readonly database: string;
  /** An empty database that is only ever locked, never written. */
  readonly lock: string;
  /** Who holds the lock, for the message to whoever wants it next. */
  readonly owner: string;
}

/** Where the log's files stand in a data folder. */
export function logFiles(folder: string): LogFiles {
  return {
    folder,
    database: join(folder, 'log.db'),
    lock: join(folder, 'log.lock'),
    owner: join(folder, 'log.owner.json'),
  };
}

/** Makes the data folder (0700) and empty files (0600) where there are none: evidence is nobody else's to read. */
export function makeFolder(files: LogFiles): void {
  refuseFile(files);
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  for (const path of [files.lock, files.database]) closeSync(openSync(path, 'a', 0o600));
}

/** Says so where somebody names a file as the data folder. Throws LogError. */
export function refuseFile({ folder }: LogFiles): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  throw new LogError('io', `the data folder ${folder} is a file; name the folder that it is in, or another one`);
}
