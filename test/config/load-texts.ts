import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import type { ReadFiles } from '../../src/config/read-files.ts';
import type { Diagnostic } from '../../src/model/configuration.ts';
import type { LoadedConfiguration, LoadResult } from '../../src/ports/loaded.ts';
import { fakeChannelKinds, fakeKinds } from './fake-kinds.ts';

/** Files by name, in a folder called `config`; a single one is the root file whatever its name. */
export type Texts = Readonly<Record<string, string>>;

/** A small file system that behaves: folders, relative references, bounds. */
export function textFiles(texts: Texts): ReadFiles {
  const names = Object.keys(texts).toSorted();
  const read = (file: string, maxBytes: number): Promise<string> => {
    const text = texts[file];
    if (text === undefined) return Promise.reject(new ConfigError('missing', `cannot read ${file}`));
    if (text.length <= maxBytes) return Promise.resolve(text);
    return Promise.reject(
      new ConfigError('too-large', `${file} has ${text.length} bytes, at most ${maxBytes} are read`),
    );
  };
  return {
    list: (path) => {
      if (path !== '.')
        return texts[path] === undefined ? read(path, 0).then(never) : Promise.resolve({ kind: 'file', file: path });
      const files = names.filter((name) => /\.ya?ml$/.test(name));
      const root = files.find((name) => /^tocsin\.ya?ml$/.test(name));
      return Promise.resolve({ kind: 'folder', files, ...(root === undefined ? {} : { root }) });
    },
    text: read,
    referenced: (declaring, path, { within, maxBytes }) => {
      const folder = declaring.split('/').slice(0, -1);
      const full = [...folder];
      for (const part of path.split('/')) {
        if (part === '..') full.pop();
        else if (part !== '.') full.push(part);
      }
      const inside = full.length > folder.length && folder.every((part, index) => full[index] === part);
      if (within && !inside) return Promise.reject(new ConfigError('outside', `${path} is outside`));
      return read(full.join('/'), maxBytes);
    },
  };
}

function never(): never {
  throw new Error('unreachable');
}

/** Loads texts with the fake kinds. */
export function loadTexts(texts: Texts | string, env: Readonly<Record<string, string>> = {}): Promise<LoadResult> {
  const files = typeof texts === 'string' ? { 'tocsin.yaml': texts } : texts;
  return loadConfiguration({
    paths: ['.'],
    kinds: fakeKinds,
    channelKinds: fakeChannelKinds,
    read: textFiles(files),
    env: (name) => env[name],
  });
}

/** The configuration of texts that must be right. */
export async function loaded(
  texts: Texts | string,
  env?: Readonly<Record<string, string>>,
): Promise<LoadedConfiguration> {
  const result = await loadTexts(texts, env);
  if (result.ok) return result.loaded;
  throw new Error(`refused:\n${result.diagnostics.map(line).join('\n')}`);
}

/** The mistakes of texts that must be wrong. */
export async function mistakesIn(
  texts: Texts | string,
  env?: Readonly<Record<string, string>>,
): Promise<readonly Diagnostic[]> {
  const result = await loadTexts(texts, env);
  if (result.ok) throw new Error('accepted');
  return result.diagnostics;
}

/** `file:line:column-endColumn code: message`, for comparing. */
export function line({ code, message, place }: Diagnostic): string {
  return `${place?.file}:${place?.line}:${place?.column}-${place?.endColumn} ${code}: ${message}`;
}
