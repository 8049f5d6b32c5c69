import { lint } from '../core/lint/lint.ts';
import type { Findings } from '../core/lint/lint.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';

const DAY_MS = 86_400_000;

/**
 * Findings about the configuration that runs. Looking for them takes a while (docs/performance.md), and they change
 * only with the configuration and the day: within these they are looked for once.
 */
export function knownFindings(current: () => LoadedConfiguration, wall: () => number): () => Findings {
  let known: { readonly of: LoadedConfiguration; readonly day: number; readonly findings: Findings } | undefined;
  return () => {
    const of = current();
    const day = Math.floor(wall() / DAY_MS);
    if (known?.of !== of || known.day !== day)
      known = { of, day, findings: lint(of.configuration, wall(), of.findings) };
    return known.findings;
  };
}
