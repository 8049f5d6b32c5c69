import type { FailureClass } from '../../model/failure.ts';
import type { StepKind } from '../../model/run.ts';
import type { Stopped } from '../net/stopped.ts';

/** What is common to the answers of every protocol. Plain data. */
export interface Answer {
  readonly ms: number;
  /** Why there is no answer, or none that is complete. */
  readonly stopped?: Stopped;
}

/** What was answered so far at one address, by step. */
export type Known<A extends Answer> = ReadonlyMap<string, A>;

/** What is wrong with an answer. */
export interface Fault {
  readonly class: FailureClass;
  /** What was tried, on what, and what came back. */
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
}

/** Whether an answer is what it should be; in words what it said, where that helps a person. */
export type Verdict =
  { readonly holds: true; readonly found?: string } | { readonly holds: false; readonly fault: Fault };

/**
 * One step of a dialogue: what is asked, and what the answer is held to. Both are pure functions of the answers
 * so far, so that a run and a later judgement go the same way.
 */
export interface Question<Asked, A extends Answer> {
  readonly step: string;
  /** Questions of kind `write` are asked of one address alone, after all others. */
  readonly kind: StepKind;
  /** Undefined where there is nothing to ask in this run: the step is then skipped, which is no evidence. */
  readonly ask: (known: Known<A>) => Asked | undefined;
  /** Asked only of answers that came; what was stopped fails by itself. */
  readonly check: (answer: A, known: Known<A>) => Verdict;
  /** Asked even after a failing step: gives back what an earlier one took. */
  readonly cleanup?: true;
  /** What of a good answer is kept, where it is less than all. `check` must hold for it too. */
  readonly keep?: (answer: A) => A;
}

/** An answer that is as it should be. */
export function held(found?: string): Verdict {
  return found === undefined ? { holds: true } : { holds: true, found };
}

/** An answer that is not. */
export function fails(
  failureClass: FailureClass,
  message: string,
  what: Pick<Fault, 'expected' | 'got'> = {},
): Verdict {
  return { holds: false, fault: { class: failureClass, message, ...what } };
}

/** What an answer comes to: stopped on the way, or held to its question. */
export function verdictOn<Asked, A extends Answer>(question: Question<Asked, A>, answer: A, known: Known<A>): Verdict {
  const { stopped } = answer;
  return stopped === undefined ? question.check(answer, known) : fails(stopped.class, stopped.message);
}
