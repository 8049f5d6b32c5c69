import type { LoadResult } from '../ports/loaded.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';
import { load } from './load.ts';

/** Where a log is: as given, else where the configuration says; or why that configuration was refused. */
export type DataFolder =
  | { readonly kind: 'found'; readonly folder: string }
  | ({ readonly kind: 'refused' } & Pick<Extract<LoadResult, { ok: false }>, 'diagnostics' | 'sources'>);

/** The data folder that was given, or that of a configuration, which is read only where none was given. */
export async function dataFolder(
  given: string | undefined,
  paths: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<DataFolder> {
  if (given !== undefined) return { kind: 'found', folder: given };
  const result = await load(paths, allKinds(NO_SCREEN), env);
  if (!result.ok) return { kind: 'refused', diagnostics: result.diagnostics, sources: result.sources };
  return { kind: 'found', folder: result.loaded.log.path };
}
