import type { FailureClass } from '../../model/failure.ts';
import type { Measured } from '../../model/run.ts';
import type { HttpAttempt } from '../http/measured.ts';
import type { Stopped } from '../net/stopped.ts';

/** What became of one capture; secret values are shown as `<secret>`. */
export type KeptCapture =
  | { readonly kind: 'captured'; readonly shown: string }
  | { readonly kind: 'missing'; readonly class: FailureClass; readonly expected: string; readonly got: string };

/** What one step brought home. */
export interface FlowStepMeasured {
  readonly name: string;
  /** What was answered; absent where nothing could be asked. */
  readonly attempt?: HttpAttempt;
  /** Why nothing could be asked, though the turn had come: a value that cannot stand where it is wanted. */
  readonly unfit?: Stopped;
  /** By name, in the order of the configuration. */
  readonly captures: Readonly<Record<string, KeptCapture>>;
}

/** What a run of a `flow` probe brought home. */
export interface FlowMeasured extends Measured {
  readonly startedAt: number;
  /** The steps that were taken, in order: up to the first that failed. */
  readonly steps: readonly FlowStepMeasured[];
  /** What was taken of the cleanup. */
  readonly cleanup: readonly FlowStepMeasured[];
}
