import type { ObservationFact } from '../../model/entry.ts';
import type { Probe } from '../../model/configuration.ts';
import type { Evaluate, Judgement, Measured } from '../../model/run.ts';
import { judgeRun } from '../judge/judge-run.ts';
import { recallMeasured } from '../judge/kept-measured.ts';

/** How a probe of the new rules judges what was measured. */
export interface Judge {
  readonly judge: (measured: Measured) => Judgement;
  readonly assertions: readonly Evaluate[];
}

/** What came of judging an old run again; `unknowable` says what stood in the way. */
export type JudgedAgain =
  | { readonly kind: 'judged'; readonly run: ObservationFact }
  | { readonly kind: 'unknowable'; readonly because: string };

/**
 * Judges an old run by new rules. What was the monitor's own fault stays so: it saw nothing. A run whose judging
 * asks for a value that was not kept cannot be judged, whatever came of it.
 */
export function judgeAgain(run: ObservationFact, probe: Probe, { judge, assertions }: Judge): JudgedAgain {
  if (run.outcome === 'unknown') return { kind: 'judged', run };
  const { measured, missed } = recallMeasured(run);
  const { startedAt } = run;
  const durationMs = run.endedAt - startedAt;
  try {
    const judged = judgeRun({ probe, judge, assertions, measured, startedAt, durationMs });
    const missing = missed();
    if (missing !== undefined) return { kind: 'unknowable', because: notKept(missing) };
    return { kind: 'judged', run: withJudgement(run, judged) };
  } catch (thrown) {
    const missing = missed();
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      kind: 'unknowable',
      because: missing === undefined ? `judging it again threw: ${words}` : notKept(missing),
    };
  }
}

/** The path is a JSON pointer into the measurement. */
function notKept(path: string): string {
  return `the log did not keep ${path === '' ? 'what was measured' : path} of some passing runs`;
}

function withJudgement(
  { class: _class, message: _message, evidence: _evidence, steps: _steps, ...rest }: ObservationFact,
  judged: ReturnType<typeof judgeRun>,
): ObservationFact {
  const { outcome, proven, against, warnings, evidence, steps } = judged;
  return {
    ...rest,
    outcome,
    proven,
    against,
    warnings,
    ...(judged.class === undefined ? {} : { class: judged.class }),
    ...(judged.message === undefined ? {} : { message: judged.message }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(outcome === 'pass' || steps.length === 0 ? {} : { steps }),
  };
}
