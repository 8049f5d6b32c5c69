import type { Outcome } from '../../model/run.ts';
import type { Verdict } from '../../model/view.ts';

/** A probe's runs so far. */
export interface Standing {
  readonly runs: number;
  readonly failures: number;
  /** Failures since the newest run that did not fail. */
  readonly inARow: number;
  /** Of the newest run; undefined before the first. */
  readonly outcome: Outcome | undefined;
}

export const UNTRIED: Standing = { runs: 0, failures: 0, inARow: 0, outcome: undefined };

export function afterRun({ runs, failures, inARow }: Standing, outcome: Outcome): Standing {
  const failed = outcome === 'fail';
  return { runs: runs + 1, failures: failures + (failed ? 1 : 0), inARow: failed ? inARow + 1 : 0, outcome };
}

/**
 * `needed` failures in a row are a failure, as when the daemon confirms one: a service that restarts may miss a run.
 * Failing, but fewer times, is no verdict yet: undefined. A probe that could not tell in the end proves nothing.
 */
export function verdictOf({ outcome, inARow }: Standing, needed: number): Verdict | undefined {
  switch (outcome) {
    case 'pass':
      return 'held';
    case 'fail':
      return inARow >= needed ? 'failed' : undefined;
    case 'unknown':
    case undefined:
      return 'unknown';
    default:
      return outcome satisfies never;
  }
}

/** One that failed is enough; all held only where each did, and there was one. */
export function verdictOfAll(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('failed')) return 'failed';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'held';
}
