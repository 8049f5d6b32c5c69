import { writeFile } from 'node:fs/promises';
import { ConfigError } from '../config/config-error.ts';

/** Writes a file that is not there yet. Rejects with `ConfigError` where one is: nothing is ever written over. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'EEXIST' ? 'it is there already; nothing was changed' : String(cause);
    throw new ConfigError('unreadable', `write ${path}: ${why}`, { cause });
  }
}
