import type { Judge } from '../../core/replay/judge-again.ts';
import type { NewRules } from '../../core/replay/retold-run.ts';
import type { ProbeId } from '../../model/ids.ts';
import type { LoadedConfiguration, LoadResult } from '../../ports/loaded.ts';
import type { ProbeKind } from '../../ports/probe-kind.ts';
import { allKinds, NO_SCREEN } from '../kinds.ts';
import { load } from '../load.ts';

/** Rules to replay by, or every mistake in them. */
export type RulesRead =
  | { readonly kind: 'rules'; readonly rules: NewRules }
  | ({ readonly kind: 'refused' } & Pick<Extract<LoadResult, { ok: false }>, 'diagnostics' | 'sources'>);

/**
 * Reads a configuration as rules for a replay. Nothing is asked and nobody is told, so secrets need not be there:
 * a variable that the environment lacks is its own name.
 */
export async function readRules(paths: readonly string[], env: NodeJS.ProcessEnv): Promise<RulesRead> {
  const kinds = allKinds(NO_SCREEN);
  const known = new Proxy(env, {
    get: (set, name) => (typeof name === 'string' ? (set[name] ?? name) : undefined),
  });
  const result = await load(paths, kinds, known);
  if (!result.ok) return { kind: 'refused', diagnostics: result.diagnostics, sources: result.sources };
  return { kind: 'rules', rules: rulesOf(result.loaded, kinds.probes) };
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
