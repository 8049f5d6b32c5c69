import type { FailureClass } from '../../model/failure.ts';

/** Why a step failed. */
export interface Fault {
  readonly class: FailureClass;
  /** What was tried, on what, and what came back. */
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
}

/** What a check gives: what it found to be true, or what is wrong. */
export type Checked<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly fault: Fault };

/** A check that passed. */
export function passed<Value>(value: Value): Checked<Value> {
  return { ok: true, value };
}

/** A check that failed. `comparison`: what should have come back, and what did. */
export function failed(
  failureClass: FailureClass,
  message: string,
  comparison: { readonly expected?: string; readonly got?: string } = {},
): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { class: failureClass, message, ...comparison } };
}
