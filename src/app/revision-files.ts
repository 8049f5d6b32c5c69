import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import type { ReadFiles } from '../config/read-files.ts';
import { configurationFiles } from './configuration-files.ts';

const run = promisify(execFile);
const GIT_TIMEOUT_MS = 20_000;
const LISTING_BYTES = 16 * 1024 * 1024;

/**
 * Files as they were at a revision of the git repository that holds them. What `${file:…}` means and git does not
 * have (a key that nobody commits) is read as it is now. Rejects with `ConfigError`: `missing` where the path was not
 * there, `unreadable` where git could not say.
 */
export async function revisionFiles(revision: string, paths: readonly string[]): Promise<ReadFiles> {
  const [first = '.'] = paths;
  const commit = await commitOf(revision, folderOf(first));
  // Where git is asked for each file: a folder of the file that is gone by now cannot be stood in.
  const standing = new Map<string, { readonly folder: string; readonly name: string }>();
  const blobOf = (file: string, maxBytes: number): Promise<string> =>
    blob(commit, standing.get(file) ?? { folder: dirname(file), name: basename(file) }, maxBytes);
  return {
    list: async (path) => {
      const folder = folderOf(path);
      const isFolder = resolve(folder) === resolve(path);
      const names = await git(
        folder,
        ['ls-tree', '-r', '-z', '--name-only', commit, isFolder ? '.' : basename(path)],
        LISTING_BYTES,
      );
      const found = names.split('\0').filter((name) => name !== '');
      if (!isFolder) {
        if (found.length === 0) throw new ConfigError('missing', `read ${path} at ${revision}: it was not there`);
        return { kind: 'file', file: path };
      }
      const files = found.filter(isConfiguration).map((name) => {
        const file = join(path, name);
        standing.set(file, { folder, name });
        return file;
      });
      const root = files.find((file) => file === join(path, 'tocsin.yaml') || file === join(path, 'tocsin.yml'));
      return { kind: 'folder', files, ...(root === undefined ? {} : { root }) };
    },
    text: blobOf,
    referenced: async (declaring, path, options) => {
      const file = normalize(join(dirname(declaring), path));
      const way = relative(dirname(declaring), file);
      if (options.within && (way.startsWith('..') || isAbsolute(path)))
        throw new ConfigError('outside', `read ${path}: it lies outside of the folder of ${declaring}`);
      try {
        return await blobOf(isAbsolute(path) ? path : file, options.maxBytes);
      } catch {
        return configurationFiles.referenced(declaring, path, options);
      }
    },
  };
}

async function commitOf(revision: string, folder: string): Promise<string> {
  try {
    return (
      await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], 1024)
    ).trim();
  } catch (cause) {
    throw new ConfigError(
      'missing',
      `look for ${revision} in the git repository of ${folder}: there is no such revision`,
      { cause },
    );
  }
}

/** The folder of a path: itself, if it is one. */
function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path);
}

/** As in a folder that is read from disk: YAML, and nothing hidden. */
function isConfiguration(name: string): boolean {
  return /\.ya?ml$/.test(name) && !name.split('/').some((part) => part.startsWith('.'));
}

async function blob(
  commit: string,
  { folder, name }: { readonly folder: string; readonly name: string },
  maxBytes: number,
): Promise<string> {
  try {
    return await git(folder, ['cat-file', 'blob', `${commit}:./${name}`], maxBytes);
  } catch (cause) {
    const isLong = cause instanceof RangeError;
    throw new ConfigError(
      isLong ? 'too-large' : 'missing',
      `read ${join(folder, name)} at ${commit.slice(0, 12)}: ${isLong ? `more than ${String(maxBytes)} bytes` : 'git has no such file'}`,
      { cause },
    );
  }
}

async function git(folder: string, words: readonly string[], maxBuffer: number): Promise<string> {
  const { stdout } = await run('git', ['-C', folder, ...words], {
    timeout: GIT_TIMEOUT_MS,
    maxBuffer,
    encoding: 'utf8',
  });
  return stdout;
}
