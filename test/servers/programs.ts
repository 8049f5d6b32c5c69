import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

const POSTGRES = '/usr/lib/postgresql';

/**
 * Where a program of the system lies; undefined where it is not installed. Debian keeps daemons in sbin, and those of
 * PostgreSQL by its version.
 */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', ...postgresFolders()];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function postgresFolders(): readonly string[] {
  try {
    return readdirSync(POSTGRES).map((version) => join(POSTGRES, version, 'bin'));
  } catch {
    return [];
  }
}

/** The programs that are missing, said once on stderr so that a skipped test has its reason beside it. */
export function missing(...names: readonly string[]): readonly string[] {
  const absent = names.filter((name) => programPath(name) === undefined);
  if (absent.length > 0) process.stderr.write(`skipped: not installed: ${absent.join(', ')}\n`);
  return absent;
}
