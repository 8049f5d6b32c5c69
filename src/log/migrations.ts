import type { DatabaseSync } from 'node:sqlite';
import { LogError } from '../ports/log.ts';
import { sql as log } from './migrations/0001-log.ts';
import { sql as decided } from './migrations/0002-decided.ts';
import { sql as sharedEvidence } from './migrations/0003-shared-evidence.ts';
import { transaction } from './transaction.ts';

/** One step from a schema to the next: numbered, forward only, never edited after release. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** Every migration, one a file, in order; the last one's number is the schema that this code knows. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, sql: log },
  { version: 2, sql: decided },
  { version: 3, sql: sharedEvidence },
];

/** The schema of a log file, and the newest one that is known here. */
export interface SchemaVersion {
  readonly found: number;
  readonly known: number;
}

/** Reads the schema's version; throws LogError `newer-schema` when the file comes from a newer version of ours. */
export function schemaVersion(database: DatabaseSync, path: string, migrations = MIGRATIONS): SchemaVersion {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const version = { found: row.user_version, known: migrations.at(-1)?.version ?? 0 };
  if (version.found > version.known) {
    throw new LogError(
      'newer-schema',
      `${path} has schema ${version.found} and this version knows ${version.known}: ` +
        'start the newer version that wrote it, or choose another data folder',
    );
  }
  return version;
}

/** Brings a log file to the newest schema, a migration a transaction: killed anywhere, it goes on from there. */
export function migrate(database: DatabaseSync, path: string, migrations = MIGRATIONS): void {
  const { found } = schemaVersion(database, path, migrations);
  for (const { version, sql } of migrations) {
    if (version <= found) continue;
    transaction(database, () => {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${version}`);
    });
  }
}
