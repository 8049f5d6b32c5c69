import { constants, existsSync } from 'node:fs';
import { copyFile, link, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../config/config-error.ts';

/** What of the file system is used; tests put a full disk in its place. */
export interface NewFiles {
  readonly writeFile: (path: string, text: string, options: { flag: 'wx' }) => Promise<void>;
  readonly link: (from: string, to: string) => Promise<void>;
  readonly copyFile: (from: string, to: string, mode: number) => Promise<void>;
  readonly rm: (path: string, options: { force: true }) => Promise<void>;
}

/**
 * Writes a file that is not there yet, whole or not at all: it gets its name when its last byte stands. Rejects with
 * `ConfigError` where one is (nothing is ever written over), or where it cannot be written.
 */
export async function writeNewFile(
  path: string,
  text: string,
  files: NewFiles = { writeFile, link, copyFile, rm },
): Promise<void> {
  const draft = `${path}.${String(process.pid)}.new`;
  try {
    await files.writeFile(draft, text, { flag: 'wx' });
    await named(draft, path, files);
  } catch (cause) {
    throw new ConfigError('unreadable', `write ${path}: ${whyNot(cause, path)}`, { cause });
  } finally {
    await files.rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Says early what `writeNewFile` would say at last. */
export function refuseOldFile(path: string): void {
  if (existsSync(path)) throw new ConfigError('unreadable', `write ${path}: ${THERE_ALREADY}`);
}

const THERE_ALREADY = 'it is there already; nothing was changed';

/** A second name, then the first goes: unlike a rename that never replaces a file. Some file systems have no such names. */
async function named(draft: string, path: string, files: NewFiles): Promise<void> {
  try {
    await files.link(draft, path);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '')) throw error;
    await files.copyFile(draft, path, constants.COPYFILE_EXCL);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function whyNot(cause: unknown, path: string): string {
  const folder = dirname(path);
  switch (codeOf(cause)) {
    case 'EEXIST':
      return THERE_ALREADY;
    case 'ENOENT':
      return `there is no folder ${folder}; make it first`;
    case 'ENOTDIR':
      return `${folder} is no folder`;
    case 'EACCES':
    case 'EPERM':
      return `we may not write in the folder ${folder}; nothing was written`;
    case 'EROFS':
      return `the folder ${folder} can only be read; nothing was written`;
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; nothing was written';
    default:
      return String(cause);
  }
}
