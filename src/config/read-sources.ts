import { ConfigError } from './config-error.ts';
import { LIMITS } from './limits.ts';
import type { Mistakes } from './mistakes.ts';
import type { ReadFiles } from './read-files.ts';
import { Source } from './source.ts';

/**
 * Every file that the paths mean, read within bounds. Root files are a single file, and `tocsin.yaml` at the top
 * of a folder; of several files given by name, those called `tocsin.yaml`, or else the first.
 */
export async function readSources(
  paths: readonly string[],
  read: ReadFiles,
  mistakes: Mistakes,
): Promise<readonly Source[]> {
  const { files, roots } = await listed(paths, read, mistakes);
  if (files.length === 0 && mistakes.errors === 0) {
    tellFile('config/no-files', paths[0] ?? '', `no *.yaml or *.yml in ${paths.join(', ') || 'no path'}`, mistakes);
  }
  if (files.length > LIMITS.files) {
    tellFile('config/limit', paths[0] ?? '', `${files.length} files, at most ${LIMITS.files} are read`, mistakes);
    return [];
  }
  const sources: Source[] = [];
  let bytes = 0;
  for (const file of files) {
    const text = await textOf(file, read, mistakes);
    if (text === undefined) continue;
    bytes += text.length;
    if (bytes > LIMITS.totalBytes) {
      tellFile('config/limit', file, `more than ${LIMITS.totalBytes} bytes in all files together`, mistakes);
      break;
    }
    sources.push(new Source(file, text, roots.has(file) ? 'root' : 'team'));
  }
  return sources;
}

async function listed(
  paths: readonly string[],
  read: ReadFiles,
  mistakes: Mistakes,
): Promise<{ readonly files: readonly string[]; readonly roots: ReadonlySet<string> }> {
  const files = new Set<string>();
  const roots = new Set<string>();
  const named: string[] = [];
  for (const path of paths) {
    const listing = await orTell(() => read.list(path), path, mistakes);
    if (listing?.kind === 'file') {
      named.push(listing.file);
      files.add(listing.file);
    } else if (listing?.kind === 'folder') {
      for (const file of listing.files) files.add(file);
      if (listing.root !== undefined) roots.add(listing.root);
    }
  }
  for (const file of named) if (/(^|[\\/])tocsin\.ya?ml$/.test(file)) roots.add(file);
  const [only] = files.size === 1 ? files : named;
  if (roots.size === 0 && only !== undefined) roots.add(only);
  return { files: [...files], roots };
}

async function textOf(file: string, read: ReadFiles, mistakes: Mistakes): Promise<string | undefined> {
  return orTell(() => read.text(file, LIMITS.fileBytes), file, mistakes);
}

async function orTell<T>(attempt: () => Promise<T>, file: string, mistakes: Mistakes): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const code = error.code === 'too-large' ? 'config/limit' : 'config/unreadable-file';
    tellFile(code, file, error.message, mistakes);
    return undefined;
  }
}

function tellFile(code: string, file: string, message: string, mistakes: Mistakes): void {
  mistakes.error({ code, subject: file, message, place: { file, line: 1, column: 1, endLine: 1, endColumn: 1 } });
}
