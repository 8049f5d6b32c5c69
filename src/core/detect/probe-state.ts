import type { CapabilityId, IncidentId, ProbeId, Sha256 } from '../../model/ids.ts';
import type { FailureClass } from '../../model/failure.ts';
import type { Facts, Outcome, Step, Warning } from '../../model/run.ts';
import { NO_RUNS } from './recent-runs.ts';
import type { RecentRuns } from './recent-runs.ts';

/** When a failure began: no earlier than the start of the last pass, no later than the end of the first fail. */
export interface Onset {
  readonly start: number;
  readonly end: number;
}

/** A failure as first confirmed and as last seen. */
export interface Failure {
  /** Start of the first failing run in a row: the onset that people are shown. */
  readonly since: number;
  readonly onset: Onset;
  /** When the failure was confirmed; null while only suspected. */
  confirmedAt: number | null;
  /** Failing runs in a row. */
  count: number;
  /** Class and words of the run that confirmed it (before: of the newest). */
  class: FailureClass;
  message: string;
  /** The failing step, for "expected" beside "got". */
  step: Step | null;
  /** What the newest failing run counts against. */
  against: readonly CapabilityId[];
  /** Only by the ratio of the last runs: degraded, and not cleared by single passes. */
  byRatio: boolean;
  /** When something explained it last; null: nothing ever did. Until then another cause may have begun unseen. */
  explainedAt: number | null;
  /** The places that see it, where others see it work: degraded. Null: all that count see it. */
  from: readonly string[] | null;
}

/** A warning, in how many runs it was seen, and in how many since it was not. */
export interface SeenWarning {
  readonly warning: Warning;
  seen: number;
  absent: number;
}

/**
 * What is known of one probe.
 *
 * - `unknown`: no result yet, or none for too long, or the monitor could not look.
 * - `passing`: the newest results pass.
 * - `suspect`: failed at least once since its last pass, not yet confirmed. Its capabilities keep their state.
 * - `failing`: confirmed. Only `recover.successes` passes in a row lead out, by way of `recovering`.
 * - `recovering`: passed since it failed, not often enough. Counts as failing wherever states are judged.
 *
 * `stale` marks a failing probe whose evidence ran out or was cut by a restart: it shows as unknown, stays with
 * its incident, and nothing is sent about it until it has been run again.
 */
export interface ProbeState {
  readonly id: ProbeId;
  /** The place that it is seen from, the first of several; null: nowhere yet. */
  location: string | null;
  /** Where it is seen from several places: what each of them sees. Null, as of most: from one. */
  views: Map<string, ProbeState> | null;
  status: 'unknown' | 'passing' | 'suspect' | 'failing' | 'recovering';
  stale: boolean;
  since: number | null;
  failure: Failure | null;
  /** Passes in a row while recovering. */
  successes: number;
  lastStartedAt: number | null;
  lastEndedAt: number | null;
  lastOutcome: Outcome | null;
  /** Why the newest run could not tell; null when it could. */
  unknownBecause: FailureClass | null;
  /** Runs in a row that could not tell, and when the first of them started. */
  unknownMessage: string | null;
  unknownRuns: number;
  unknownSince: number | null;
  /** Start of the newest run that passed as a whole; survives restarts: it bounds the next onset. */
  lastPassAt: number | null;
  /** When to ask again by then nothing was heard: end of evidence. */
  freshUntil: number | null;
  /** Start of the newest run that proved each capability. */
  proven: Map<CapabilityId, number>;
  window: RecentRuns;
  facts: Facts;
  factsHash: Sha256 | null;
  /** What its runs warned of lately; null: of nothing. */
  warnings: Map<FailureClass, SeenWarning> | null;
  currentWarnings: readonly Warning[];
  /** Capabilities that an explained failure counts against without being explained there: unknown, not down. */
  excused: readonly CapabilityId[];
  /** Set while a failing probe that lost its explanation stays with the incident that explained it. */
  lost: { incident: IncidentId; at: number } | null;
}

/** Shared by all that have none: a hundred thousand empty lists weigh as much as something. */
export const NONE: readonly never[] = [];
const NO_FACTS: Facts = {};

/** A probe nobody has looked through yet. */
export function freshProbeState(id: ProbeId): ProbeState {
  return {
    id,
    location: null,
    views: null,
    status: 'unknown',
    stale: false,
    since: null,
    failure: null,
    successes: 0,
    lastStartedAt: null,
    lastEndedAt: null,
    lastOutcome: null,
    unknownBecause: null,
    unknownMessage: null,
    unknownRuns: 0,
    unknownSince: null,
    lastPassAt: null,
    freshUntil: null,
    proven: new Map(),
    window: NO_RUNS,
    facts: NO_FACTS,
    factsHash: null,
    warnings: null,
    currentWarnings: NONE,
    excused: NONE,
    lost: null,
  };
}

/** Whether the probe counts as failing wherever states are judged. */
export function countsAsFailing(state: ProbeState): boolean {
  return state.status === 'failing' || state.status === 'recovering';
}

/** Keeps the set of probes that fail or are suspected up to date with one of them. */
export function track(troubled: Set<ProbeId>, state: ProbeState): void {
  if (state.status === 'suspect' || countsAsFailing(state)) troubled.add(state.id);
  else troubled.delete(state.id);
}
