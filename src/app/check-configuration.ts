import { lint } from '../core/lint/lint.ts';
import type { Configuration, Diagnostic } from '../model/configuration.ts';
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
  const result = await load(paths, allKinds(NO_SCREEN), env);
  if (!result.ok) return { findings: result.diagnostics, sources: result.sources };
  const { configuration, findings, sources } = result.loaded;
  return { findings: [...findings, ...lint(configuration, systemClock.wall())], sources, configuration };
}
