import type { FailureClass } from '../../model/failure.ts';
import type { Judgement, Step, StepKind } from '../../model/run.ts';

/** What is wrong, and at which step it showed. */
export interface Finding {
  readonly step: string;
  readonly class: FailureClass;
  /** What was tried, on what, and what came back. */
  readonly message: string;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
}

/** A step that a run makes, and how long it took. */
export interface PlannedStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly ms: number;
}

/** A judgement from at most one finding: steps before its step passed, those after it are skipped. */
export function judgementOf(
  plan: readonly PlannedStep[],
  finding: Finding | undefined,
  rest: Pick<Judgement, 'warnings' | 'evidence' | 'variables'>,
): Judgement {
  if (finding === undefined) {
    return { outcome: 'pass', steps: plan.map((step) => stepOf(step, 'pass')), ...rest };
  }
  const failing = plan.findIndex((step) => step.name === finding.step);
  const steps = plan.map((step, index) => {
    if (index !== failing) return stepOf(step, index < failing ? 'pass' : 'skipped');
    return {
      ...stepOf(step, 'fail'),
      ...(finding.expected !== undefined && { expected: finding.expected }),
      ...(finding.got !== undefined && { got: finding.got }),
    };
  });
  return { outcome: 'fail', class: finding.class, message: finding.message, steps, ...rest };
}

function stepOf(step: PlannedStep, outcome: Step['outcome']): Step {
  return { name: step.name, kind: step.kind, outcome, ms: Math.round(step.ms * 10) / 10 };
}
