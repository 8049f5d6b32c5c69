import type { FailureClass } from './failure.ts';

/** Anything that JSON can hold; what is measured must survive the log byte for byte. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** `pass`, `fail`, or `unknown`: the monitor could not tell. Unknown is neither up nor down. */
export type Outcome = 'pass' | 'fail' | 'unknown';

/** What kind of use a step makes of its target; `proves` in the configuration maps these to capabilities. */
export type StepKind = 'reach' | 'read' | 'write';

/** One step of a probe's run, judged. The first `fail` decides; those after it are `skipped`: no evidence. */
export interface Step {
  readonly name: string;
  readonly kind: StepKind;
  readonly outcome: 'pass' | 'fail' | 'skipped';
  /** Milliseconds, to a tenth. */
  readonly ms: number;
  /** Capability names (without their service) this one step proves, where it names them itself (flows). */
  readonly proves?: readonly string[];
  /** What should have come back, in words a person can compare with `got`. */
  readonly expected?: string;
  /** What came back, bounded and with secrets removed. */
  readonly got?: string;
}

/** Time spent in each phase of a run's (first or failing) connection, in milliseconds. */
export interface Phases {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
  readonly transfer?: number;
}

/** A value that rarely changes: addresses, certificate, log key, version. Lists are sorted by their maker. */
export type FactValue = string | number | boolean | readonly string[];
/** Facts by name. Names in use: addresses, cname, spki, issuer, serial, notAfter, version, logKey, treeId, … */
export type Facts = Readonly<Record<string, FactValue>>;

/**
 * What a run brought home: raw enough to be judged again under other rules, small enough to keep.
 * Kinds extend it with their own fields (HTTP: status, headers, …). Secrets are already removed.
 */
export interface Measured {
  readonly phases?: Phases;
  /** The address that the deciding connection went to. */
  readonly address?: string;
  readonly facts: Facts;
  /** Set when the run could not do its work through no fault of the target: the outcome is then unknown. */
  readonly ownFault?: { readonly class: FailureClass; readonly message: string };
  readonly [field: string]: unknown;
}

/** Something that will become a failure: an expiring certificate, a planned rotation. */
export interface Warning {
  readonly class: FailureClass;
  readonly message: string;
}

/** A judged run. On `fail` and `unknown`, `class` and `message` are set. */
export interface Judgement {
  readonly outcome: Outcome;
  readonly class?: FailureClass;
  /** What was tried, on what, and what came back; lower case, no full stop. */
  readonly message?: string;
  readonly steps: readonly Step[];
  readonly warnings: readonly Warning[];
  /** Evidence worth keeping on failure: signed notes, headers, body excerpts. Bounded, secrets removed. */
  readonly evidence?: { readonly [name: string]: Json | undefined };
  /** What assertions see: `status`, `headers`, `body`, `json`, `value`, `answers`. `latencyMs`, `phases`, `facts`, `now` are added. */
  readonly variables?: { readonly [name: string]: unknown };
}

/** Why a probe ran: on schedule, to confirm, for others, to recover, because somebody asked, or pushed from outside. */
export type RunCause = 'schedule' | 'confirm' | 'verify' | 'recover' | 'manual' | 'pushed';

/** What became of one assertion: true, false, or not to be evaluated, with what was missing. */
export type Evaluation =
  { readonly kind: 'true' } | { readonly kind: 'false' } | { readonly kind: 'unevaluable'; readonly message: string };

/** A compiled assertion: pure, total, bounded. */
export type Evaluate = (variables: { readonly [name: string]: unknown }) => Evaluation;
