import { loadConfiguration } from '../config/load-configuration.ts';
import { lint } from '../core/lint/lint.ts';
import type { Configuration, Diagnostic } from '../model/configuration.ts';
import type { LoadResult } from '../ports/loaded.ts';
import { configurationFiles } from './configuration-files.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';
import { load } from './load.ts';
import { systemClock } from './system-clock.ts';

/** Everything there is to say about a configuration that nobody runs yet. */
export interface Checked {
  readonly findings: readonly Diagnostic[];
  readonly sources: readonly { readonly file: string; readonly text: string }[];
  /** Present when it is valid; findings may still be errors. */
  readonly configuration?: Configuration;
}

/** Reads a configuration and looks for findings. Never throws for anything that stands in a file. */
export async function checkConfiguration(paths: readonly string[], env: NodeJS.ProcessEnv): Promise<Checked> {
  return checked(await load(paths, allKinds(NO_SCREEN), env));
}

/** The same for a text that is no file yet; `${file:…}` in it is found beside where it would be. */
export async function checkConfigurationText(file: string, text: string, env: NodeJS.ProcessEnv): Promise<Checked> {
  const kinds = allKinds(NO_SCREEN);
  const result = await loadConfiguration({
    paths: [file],
    kinds: kinds.probes,
    channelKinds: kinds.channels,
    read: {
      list: () => Promise.resolve({ kind: 'file', file }),
      text: () => Promise.resolve(text),
      referenced: configurationFiles.referenced,
    },
    env: (name) => env[name],
  });
  return checked(result);
}

function checked(result: LoadResult): Checked {
  if (!result.ok) return { findings: result.diagnostics, sources: result.sources };
  const { configuration, findings, sources } = result.loaded;
  return { findings: [...findings, ...lint(configuration, systemClock.wall())], sources, configuration };
}
