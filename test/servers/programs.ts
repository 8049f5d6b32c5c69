import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where a program of the system lies; undefined where it is not installed. Debian keeps daemons in sbin. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
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

/** The programs that are missing, said once on stderr so that a skipped test has its reason beside it. */
export function missing(...names: readonly string[]): readonly string[] {
  const absent = names.filter((name) => programPath(name) === undefined);
  if (absent.length > 0) process.stderr.write(`skipped: not installed: ${absent.join(', ')}\n`);
  return absent;
}
