import type { Daemon } from '../daemon/daemon.ts';
import type { Diagnostic } from '../model/configuration.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import type { LoadedFrom } from './load.ts';

/** What a reload touches. */
export interface ReloaderParts {
  readonly daemon: Pick<Daemon, 'reload' | 'rejectReload'>;
  readonly read: () => Promise<LoadedFrom>;
  /** What the command line says counts more than what the file says; a reason where that cannot be. */
  readonly override: (loaded: LoadedConfiguration) => LoadedConfiguration;
  /** Called with every configuration that took effect. */
  readonly taken: (loaded: LoadedConfiguration, referred: readonly string[]) => void;
}

/**
 * Reads the configuration again and hands it over, or says why not: an invalid one changes nothing. One at a
 * time, in order: two quick changes must not overtake each other. Never rejects.
 */
export function reloader(parts: ReloaderParts): () => Promise<void> {
  const once = async (): Promise<void> => {
    const { result, referred } = await parts.read();
    if (!result.ok) {
      parts.daemon.rejectReload(inOneLine(result.diagnostics));
      return;
    }
    const loaded = parts.override(result.loaded);
    parts.daemon.reload(loaded);
    parts.taken(loaded, referred);
  };
  let last = Promise.resolve();
  return () => {
    last = last
      .then(once)
      .catch((error: unknown) => parts.daemon.rejectReload(error instanceof Error ? error.message : String(error)));
    return last;
  };
}

/** The first mistake with its place, and how many there are more. */
function inOneLine(diagnostics: readonly Diagnostic[]): string {
  const [first] = diagnostics;
  const place = first?.place;
  const where = place === undefined ? '' : `${place.file}:${String(place.line)}:${String(place.column)}: `;
  const more = diagnostics.length > 1 ? ` (and ${String(diagnostics.length - 1)} more)` : '';
  return `${where}${first?.message ?? 'invalid'}${more}`;
}
