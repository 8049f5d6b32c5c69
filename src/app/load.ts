import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../config/load-configuration.ts';
import { renderDiagnostics } from '../config/render-diagnostic.ts';
import type { Diagnostic } from '../model/configuration.ts';
import type { LoadResult } from '../ports/loaded.ts';
import { configurationFiles } from './configuration-files.ts';
import type { Kinds } from './kinds.ts';

/** Where a configuration is looked for when nobody says: `./config`, else `./tocsin.yaml`. */
export function configurationPaths(given: readonly string[], folder: string): readonly string[] {
  if (given.length > 0) return given;
  return existsSync(join(folder, 'config')) ? ['config'] : ['tocsin.yaml'];
}

/** Reads a configuration with the kinds, files and environment of this process. */
export async function load(paths: readonly string[], kinds: Kinds, env: NodeJS.ProcessEnv): Promise<LoadResult> {
  return loadConfiguration({
    paths,
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: configurationFiles,
    env: (name) => env[name],
  });
}

/** Diagnostics as a person reads them at a terminal, with code frames. */
export function renderFindings(
  diagnostics: readonly Diagnostic[],
  sources: readonly { readonly file: string; readonly text: string }[],
  options: { readonly colour: boolean; readonly columns: number },
): string {
  return renderDiagnostics(diagnostics, sources, { colour: options.colour, width: options.columns });
}
