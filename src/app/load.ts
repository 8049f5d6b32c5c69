import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { ReadFiles } from '../config/read-files.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { renderDiagnostics } from '../config/render-diagnostic.ts';
import { renderText } from '../channels/page/render-text.ts';
import type { Diagnostic } from '../model/configuration.ts';
import type { Notification } from '../model/notification.ts';
import type { LoadResult } from '../ports/loaded.ts';
import { configurationFiles } from './configuration-files.ts';
import type { Kinds } from './kinds.ts';

/**
 * Where a configuration is looked for when nobody says: `./config`, else `./tocsin.yaml`. Throws `ConfigError`
 * (`missing`) where there is neither.
 */
export function configurationPaths(given: readonly string[], folder: string): readonly string[] {
  if (given.length > 0) return given;
  const found = ['config', 'tocsin.yaml'].find((path) => existsSync(join(folder, path)));
  if (found !== undefined) return [found];
  throw new ConfigError(
    'missing',
    `looked for a configuration in ${folder}: there is neither ./config nor ./tocsin.yaml; ` +
      'name one with --config, or let `tocsin init` write one',
  );
}

/** What loading gave, and the files that `${file:…}` in it refers to, as absolute paths. */
export interface LoadedFrom {
  readonly result: LoadResult;
  readonly referred: readonly string[];
}

/** Reads a configuration with the kinds, files and environment of this process. */
export async function load(paths: readonly string[], kinds: Kinds, env: NodeJS.ProcessEnv): Promise<LoadResult> {
  return (await loadFrom(paths, kinds, env)).result;
}

/** The same, and which other files it read on the way. `files`: instead of those on disk. */
export async function loadFrom(
  paths: readonly string[],
  kinds: Kinds,
  env: NodeJS.ProcessEnv,
  files: ReadFiles = configurationFiles,
): Promise<LoadedFrom> {
  const referred = new Set<string>();
  const result = await loadConfiguration({
    paths,
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: {
      ...files,
      referenced: (declaring, path, options) => {
        referred.add(resolve(dirname(declaring), path));
        return files.referenced(declaring, path, options);
      },
    },
    env: (name) => env[name],
  });
  return { result, referred: [...referred] };
}

/** A message as a channel lays it out for a terminal. */
export function renderMessage(
  notification: Notification,
  layout: { readonly columns: number; readonly colour: boolean },
): string {
  return renderText(notification, layout).text;
}

/** Diagnostics as a person reads them at a terminal, with code frames. */
export function renderFindings(
  diagnostics: readonly Diagnostic[],
  sources: readonly { readonly file: string; readonly text: string }[],
  options: { readonly colour: boolean; readonly columns: number },
): string {
  return renderDiagnostics(diagnostics, sources, { colour: options.colour, width: options.columns });
}
