import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { ReadFiles } from '../config/read-files.ts';

/** A folder of more files than this is not a configuration. */
const MAX_FILES = 10_000;
const CHUNK_BYTES = 65_536;

/** The file system as loading a configuration may use it. Rejects with `ConfigError`, as the port says. */
export const configurationFiles: ReadFiles = {
  list: async (path) => {
    const kind = await describe(path);
    if (kind === 'file') return { kind: 'file', file: path };
    const files: string[] = [];
    await collect(path, files);
    const root = files.find((file) => file === join(path, 'tocsin.yaml') || file === join(path, 'tocsin.yml'));
    return { kind: 'folder', files, ...(root === undefined ? {} : { root }) };
  },
  text: readText,
  referenced: async (declaring, path, { within, maxBytes }) => {
    const folder = dirname(resolve(declaring));
    const file = resolve(folder, path);
    if (within) {
      const [real, base] = await Promise.all([realpathOf(file), realpathOf(folder)]);
      const way = relative(base, real);
      if (way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way) {
        throw new ConfigError('outside', `read ${path}: it lies outside of the folder of ${declaring}`);
      }
    }
    return readText(file, maxBytes);
  },
};

async function describe(path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    throw failure('look at', path, cause);
  }
}

/** Depth-first, sorted by name; hidden files and folders are left out, as editors put their own there. */
async function collect(folder: string, files: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw failure('list', folder, cause);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await describe(path) : entry.isDirectory() ? 'folder' : 'file';
    if (kind === 'folder') await collect(path, files);
    else if (/\.ya?ml$/.test(entry.name)) files.push(path);
    if (files.length > MAX_FILES)
      throw new ConfigError('too-large', `list ${folder}: more than ${String(MAX_FILES)} files`);
  }
}

/**
 * Reads to the end, and one byte more than allowed, so that a file that grows meanwhile is refused and never cut.
 * What is not a plain file (a pipe, a device) may have no end: it is not waited for. Process substitution makes
 * pipes with a name below /dev/fd, which end.
 */
async function readText(file: string, maxBytes: number): Promise<string> {
  try {
    const isPassedPipe = file.startsWith('/dev/fd/');
    await using handle = await open(
      file,
      isPassedPipe ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK,
    );
    if (!(await handle.stat()).isFile() && !isPassedPipe) {
      throw new ConfigError('unreadable', `read ${file}: it is not a plain file`);
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
      if (length > maxBytes) throw new ConfigError('too-large', `read ${file}: more than ${String(maxBytes)} bytes`);
    }
    return textOf(Buffer.concat(chunks), file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw failure('read', file, cause);
  }
}

/** Rejects other encodings by name where a file shows its own, and says at which line the first wrong byte is. */
function textOf(bytes: Buffer, file: string): string {
  const utf16 = bytes.length > 1 && ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2));
  if (utf16) throw new ConfigError('unreadable', `read ${file}: it is UTF-16; save it as UTF-8`);
  if (isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes);
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (!isUtf8(bytes.subarray(start, end < 0 ? undefined : end))) break;
    start = end + 1;
  }
  throw new ConfigError('unreadable', `read ${file}: line ${String(line)} is not UTF-8; save the file as UTF-8`);
}

async function realpathOf(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    throw failure('read', path, cause);
  });
}

function failure(what: string, path: string, cause: unknown): ConfigError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ConfigError('missing', `${what} ${path}: no such file or folder`, { cause });
  return new ConfigError('unreadable', `${what} ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
