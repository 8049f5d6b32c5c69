import { ConfigError } from '../config/config-error.ts';
import { lint } from '../core/lint/lint.ts';
import type { AcceptedFinding, Configuration, Diagnostic } from '../model/configuration.ts';
import type { LoadResult } from '../ports/loaded.ts';
import { configurationFiles } from './configuration-files.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';
import { load, loadFrom } from './load.ts';
import { revisionFiles } from './revision-files.ts';
import { systemClock } from './system-clock.ts';

/** Everything there is to say about a configuration that nobody runs yet. */
export interface Checked {
  readonly findings: readonly Diagnostic[];
  /** Findings that were accepted in place: still told, and no reason to fail. */
  readonly accepted: readonly AcceptedFinding[];
  readonly sources: readonly { readonly file: string; readonly text: string }[];
  /** Present when it is valid; findings may still be errors. */
  readonly configuration?: Configuration;
  /** The data folder that it names. */
  readonly logPath?: string;
}

/**
 * Reads a configuration and looks for findings. Never throws for anything that stands in a file. `now` (wall
 * milliseconds) is when drills and acceptances are judged to be old.
 */
export async function checkConfiguration(
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
  now: number = systemClock.wall(),
): Promise<Checked> {
  return checked(await load(paths, allKinds(NO_SCREEN), env), now);
}

/** The same where the secrets are not, as in CI: variables and files that are missing hold the text `unset`. */
export async function checkWithoutSecrets(
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
  now: number = systemClock.wall(),
): Promise<Checked> {
  const { result } = await loadFrom(paths, allKinds(NO_SCREEN), allSet(env), {
    ...configurationFiles,
    referenced: async (declaring, path, options) => {
      try {
        return await configurationFiles.referenced(declaring, path, options);
      } catch (error) {
        if (error instanceof ConfigError && error.code === 'missing') return UNSET;
        throw error;
      }
    },
  });
  return checked(result, now);
}

/** The same for a text that is no file yet; `${file:…}` in it is found beside where it would be. */
export async function checkConfigurationText(
  file: string,
  text: string,
  env: NodeJS.ProcessEnv,
  now: number = systemClock.wall(),
): Promise<Checked> {
  const { result } = await loadFrom([file], allKinds(NO_SCREEN), env, {
    list: () => Promise.resolve({ kind: 'file', file }),
    text: () => Promise.resolve(text),
    referenced: configurationFiles.referenced,
  });
  return checked(result, now);
}

/**
 * The same as it was at a revision of the git repository that holds it. A variable that is not set has some value:
 * what was there then is not wrong for that. Rejects with `ConfigError` where there is no such revision.
 */
export async function checkRevision(
  revision: string,
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
  now: number = systemClock.wall(),
): Promise<Checked> {
  const files = await revisionFiles(revision, paths);
  const { result } = await loadFrom(paths, allKinds(NO_SCREEN), allSet(env), files);
  return checked(result, now);
}

const UNSET = 'unset';

/** An environment that has every variable there could be. */
function allSet(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return new Proxy(env, { get: (target, name: string) => target[name] ?? UNSET });
}

function checked(result: LoadResult, now: number): Checked {
  if (!result.ok) return { findings: result.diagnostics, accepted: [], sources: result.sources };
  const { configuration, findings, sources, log } = result.loaded;
  return { ...lint(configuration, now, findings), sources, configuration, logPath: log.path };
}
