import type { Judge } from '../../core/replay/judge-again.ts';
import type { NewRules } from '../../core/replay/retold-run.ts';
import type { ProbeId } from '../../model/ids.ts';
import { ConfigError } from '../../config/config-error.ts';
import type { ReadFiles } from '../../config/read-files.ts';
import type { LoadedConfiguration, LoadResult } from '../../ports/loaded.ts';
import type { ProbeKind } from '../../ports/probe-kind.ts';
import { allKinds, NO_SCREEN } from '../kinds.ts';
import { configurationFiles } from '../configuration-files.ts';
import { loadFrom } from '../load.ts';

/** Rules to replay by, or every mistake in them. */
export type RulesRead =
  | { readonly kind: 'rules'; readonly rules: NewRules }
  | ({ readonly kind: 'refused' } & Pick<Extract<LoadResult, { ok: false }>, 'diagnostics' | 'sources'>);

/**
 * Reads a configuration as rules for a replay. Nothing is asked and nobody is told, so secrets need not be there:
 * a variable that the environment lacks is its own name.
 */
export async function readRules(
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
  files: ReadFiles = configurationFiles,
): Promise<RulesRead> {
  const kinds = allKinds(NO_SCREEN);
  const known = new Proxy(env, {
    get: (set, name) => (typeof name === 'string' ? (set[name] ?? name) : undefined),
  });
  const { result } = await loadFrom(paths, kinds, known, files);
  if (!result.ok) return { kind: 'refused', diagnostics: result.diagnostics, sources: result.sources };
  return { kind: 'rules', rules: rulesOf(result.loaded, kinds.probes) };
}

/**
 * Reads rules that somebody sent: texts by file name. Nothing of this machine gets into them: variables and files
 * that they refer to are stood for by their names.
 */
export async function readSentRules(texts: Readonly<Record<string, string>>): Promise<RulesRead> {
  const sent = new Map(Object.entries(texts));
  const files = [...sent.keys()].sort();
  const root = files.find((file) => file === 'tocsin.yaml' || file === 'tocsin.yml');
  return readRules(
    ['rules'],
    {},
    {
      list: async () => ({ kind: 'folder', files, ...(root === undefined ? {} : { root }) }),
      text: async (file) => {
        const text = sent.get(file);
        if (text === undefined) throw new ConfigError('missing', `read ${file}: it was not sent`);
        return text;
      },
      referenced: async (_declaring, path) => path,
    },
  );
}

/** Rules as a replay needs them, of a configuration and the kinds that it was read with. */
function rulesOf(loaded: LoadedConfiguration, kinds: ReadonlyMap<string, ProbeKind>): NewRules {
  const judges = new Map<ProbeId, Judge>();
  for (const { id, kind: name } of loaded.configuration.probes) {
    const kind = kinds.get(name);
    const own = loaded.probes.get(id);
    if (kind === undefined || own === undefined) continue;
    judges.set(id, { judge: (measured) => kind.judge(measured, own.options), assertions: own.assertions });
  }
  return { configuration: loaded.configuration, judges };
}
