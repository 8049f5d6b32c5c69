import type { CapabilityId, ChannelId, IncidentId, ProbeId } from '../model/ids.ts';
import type { Command, ObservationFact } from '../model/entry.ts';
import type { Configuration } from '../model/configuration.ts';
import type {
  CapabilityState,
  ChannelView,
  ImpactView,
  IncidentView,
  Refusal,
  ServiceView,
  SilenceView,
  Verdict,
  WindowView,
} from '../model/view.ts';
import type { Mode } from '../model/failure.ts';
import type { ObservationQuery, ObservationSummary } from './log.ts';

/** The whole, in a glance. */
export interface StatusView {
  readonly instance: string;
  readonly startedAt: number;
  /** The newest entry's time: how fresh all this is. */
  readonly at: number;
  readonly entries: number;
  readonly configHash: string;
  readonly ready: boolean;
  readonly summary: Readonly<Record<CapabilityState, number>>;
  readonly probes: number;
  readonly incidents: readonly IncidentView[];
  /** What the daemon doubts about itself: a log that cannot be written, a rejected reload; empty when well. */
  readonly troubles: readonly string[];
}

/** The world as it was known at a moment: after the newest entry that is not later. */
export interface PastView {
  readonly at: number;
  readonly entries: number;
  /** The one in force then; null before the first. */
  readonly configuration: Configuration | null;
  readonly services: readonly ServiceView[];
  readonly incidents: readonly IncidentView[];
}

export type { ImpactView, Refusal } from '../model/view.ts';

/** An observation as stored: docs/api.md, "An observation". */
export type StoredObservation = ObservationFact & { readonly n: number; readonly at: number };

/** Whether a change held, by repeated runs. */
export interface VerificationView {
  readonly verdict: Verdict;
  readonly probes: readonly {
    readonly probe: ProbeId;
    readonly verdict: Verdict;
    readonly runs: number;
    readonly failures: number;
    /** The newest run that failed. */
    readonly failure: ObservationFact | null;
  }[];
}

/** A result from elsewhere. Its times are given as ages, since clocks there are not ours. */
export interface PushedResult {
  /** As the kind's `receive` takes it. */
  readonly body: unknown;
  readonly startedAgoMs: number;
  readonly endedAgoMs: number;
  /** Where it was seen from; default: here. */
  readonly location?: string;
}

/** What the API (and through it the page and the command line) may ask of a running daemon. */
export interface DaemonView {
  readonly status: () => StatusView;
  readonly services: () => readonly ServiceView[];
  readonly configuration: () => Configuration;
  /** Newest first; open ones before closed ones. */
  readonly incidents: () => readonly IncidentView[];
  readonly incident: (id: IncidentId) => IncidentView | undefined;
  /** As it all stood then; refused where the log does not reach back so far. */
  readonly stateAt: (at: number) => Promise<PastView | Refusal>;
  readonly capabilityStates: () => Iterable<readonly [CapabilityId, CapabilityState]>;
  readonly impact: (request: {
    readonly capabilities: readonly CapabilityId[];
    readonly mode?: Mode;
    readonly afterMs?: number;
  }) => ImpactView | Refusal;
  /** Runs the probes of services (and of what needs them) again and again for so long: does a change hold? */
  readonly verify: (request: {
    readonly services: readonly string[];
    readonly dependents: boolean;
    readonly forMs: number;
  }) => Promise<VerificationView | Refusal>;
  readonly observations: (query: ObservationQuery) => Promise<readonly StoredObservation[]>;
  readonly summary: (query: {
    probe: ProbeId;
    from: number;
    to: number;
    stepMs: number;
  }) => Promise<readonly ObservationSummary[]>;
  /** A sign of life with a body; resolves once it is in the log. */
  readonly heartbeat: (probe: ProbeId, body: unknown) => Promise<Refusal | undefined>;
  /** A result that somebody else found; resolves once it is in the log. */
  readonly pushed: (probe: ProbeId, result: PushedResult) => Promise<Refusal | undefined>;
  /** Somebody announced a change. */
  readonly change: (change: {
    readonly service: string;
    readonly summary: string;
    readonly at?: number;
    readonly by?: string;
    readonly url?: string;
  }) => Promise<Refusal | undefined>;
  readonly changes: () => readonly {
    readonly at: number;
    readonly service: string;
    readonly summary: string;
    readonly by?: string;
    readonly url?: string;
  }[];
  readonly channels: () => readonly ChannelView[];
  /** Sends a real test message by a channel: whether it was taken, and what was said. */
  readonly testChannel: (
    id: ChannelId,
    by: string,
  ) => Promise<{ readonly kind: 'tested'; readonly delivered: boolean; readonly detail: string | null } | Refusal>;
  /** Silences and planned work that have not ended, the next to end first. */
  readonly silences: () => readonly SilenceView[];
  readonly windows: () => readonly WindowView[];
  readonly command: (command: Command) => Promise<Refusal | undefined>;
  /** Liveness: the loops turn. Readiness: every enabled probe has had its first run. */
  readonly health: () => { readonly live: boolean; readonly ready: boolean; readonly reasons: readonly string[] };
}
