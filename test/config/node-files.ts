import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../src/config/config-error.ts';
import type { Listing, ReadFiles } from '../../src/config/read-files.ts';

/** Reads from the real file system, relative to a folder; what is shown stays as it was asked for. */
export function nodeFiles(folder: string): ReadFiles {
  const at = (file: string): string => path.resolve(folder, file);
  const orError = async <T>(file: string, attempt: () => Promise<T>): Promise<T> => {
    try {
      return await attempt();
    } catch (cause) {
      if (cause instanceof ConfigError) throw cause;
      throw new ConfigError('missing', `cannot read ${file}`, { cause });
    }
  };
  return {
    list: (file) =>
      orError(file, async () => ((await stat(at(file))).isDirectory() ? folderListing(file) : { kind: 'file', file })),
    text: (file, maxBytes) => orError(file, () => bounded(file, at(file), maxBytes)),
    referenced: (declaring, file, { within, maxBytes }) =>
      orError(file, async () => {
        const base = await realpath(path.dirname(at(declaring)));
        const target = path.resolve(base, file);
        const inside = (full: string): boolean => full.startsWith(base + path.sep);
        if (within && !inside(target)) throw new ConfigError('outside', `${file} is outside`);
        if (within && !inside(await realpath(target))) throw new ConfigError('outside', `${file} leads outside`);
        return bounded(file, target, maxBytes);
      }),
  };

  async function folderListing(file: string): Promise<Listing> {
    const files: string[] = [];
    const walk = async (inner: string): Promise<void> => {
      const entries = await readdir(at(inner), { withFileTypes: true });
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        const full = path.join(inner, entry.name);
        if (entry.isDirectory()) await walk(full);
        else if (/\.ya?ml$/.test(entry.name)) files.push(full);
      }
    };
    await walk(file);
    const root = files.find(
      (one) => path.dirname(one) === path.normalize(file) && /^tocsin\.ya?ml$/.test(path.basename(one)),
    );
    return { kind: 'folder', files, ...(root === undefined ? {} : { root }) };
  }
}

async function bounded(shown: string, full: string, maxBytes: number): Promise<string> {
  const { size } = await stat(full);
  if (size > maxBytes) throw new ConfigError('too-large', `${shown} has ${size} bytes, at most ${maxBytes} are read`);
  return readFile(full, 'utf8');
}
