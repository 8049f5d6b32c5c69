import type { CapabilityId, ChannelId, IncidentId, ProbeId, ServiceId, Sha256 } from './ids.ts';
import type { Configuration } from './configuration.ts';
import type { FailureClass } from './failure.ts';
import type { Facts, Json, Measured, Outcome, Phases, RunCause, Step, Warning } from './run.ts';
import type { NotificationEvent } from './notification.ts';

/** What every entry of the log has: `n` counts without gaps; `at` is integer milliseconds and never runs backwards. */
interface Numbered {
  readonly n: number;
  readonly at: number;
}

/** One run of a probe, judged. `startedAt` and `endedAt` are on the same clock as `at`. */
export interface ObservationFact {
  readonly kind: 'observation';
  readonly probe: ProbeId;
  /** Where it was seen from; `local` for this daemon. */
  readonly location: string;
  readonly cause: RunCause;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly class?: FailureClass;
  readonly message?: string;
  /** Capabilities that this run proved to work, by steps that passed; sorted. */
  readonly proven: readonly CapabilityId[];
  /** Capabilities that the failing step counts against; sorted, empty unless `fail`. */
  readonly against: readonly CapabilityId[];
  readonly warnings: readonly Warning[];
  readonly phases?: Phases;
  readonly address?: string;
  /** SHA-256 of the canonical JSON of `facts`; stored once per change. */
  readonly factsHash: Sha256;
  readonly facts: Facts;
  /** What the kind measured beyond phases, address and facts; for judging again. */
  readonly measured?: Measured;
  /** Full evidence: kept for failures, unknowns and changes only. */
  readonly evidence?: { readonly [name: string]: Json | undefined };
  readonly steps?: readonly Step[];
  /** For cron schedules: when the next run is due, so that staleness needs no calendar. */
  readonly nextDueAt?: number;
}

/** A compiled configuration took effect. */
export interface ConfigFact {
  readonly kind: 'config';
  readonly configuration: Configuration;
}

/** What an operator or a system may say. `by` names the token or `cli`. */
export type Command =
  | { readonly kind: 'acknowledge'; readonly incident: IncidentId; readonly by: string }
  | { readonly kind: 'close'; readonly incident: IncidentId; readonly by: string }
  | { readonly kind: 'note'; readonly incident: IncidentId; readonly text: string; readonly by: string }
  | {
      readonly kind: 'label';
      readonly incident: IncidentId;
      readonly label: 'real' | 'false' | 'no-action';
      readonly by: string;
    }
  | {
      readonly kind: 'silence';
      readonly id: string;
      readonly match: {
        readonly service?: string;
        readonly capability?: string;
        readonly owner?: string;
        readonly class?: string;
      };
      readonly until: number;
      readonly reason: string;
      readonly by: string;
    }
  | { readonly kind: 'unsilence'; readonly id: string; readonly by: string }
  | {
      readonly kind: 'maintenance';
      readonly id: string;
      readonly services: readonly ServiceId[];
      readonly from: number;
      readonly until: number;
      readonly reason: string;
      readonly by: string;
    }
  | { readonly kind: 'end-maintenance'; readonly id: string; readonly by: string };

/** An operator's or a system's word. */
export interface CommandFact {
  readonly kind: 'command';
  readonly command: Command;
}

/** Somebody announced a change. `changedAt` is when it took place, `at` when we heard. */
export interface ChangeFact {
  readonly kind: 'change';
  readonly service: ServiceId;
  readonly summary: string;
  readonly changedAt: number;
  readonly by?: string;
  readonly url?: string;
}

/** Something pushed a sign of life; its judged body arrives as an observation of the same probe. */
export interface HeartbeatFact {
  readonly kind: 'heartbeat';
  readonly probe: ProbeId;
}

/** A deadline passed and nothing else happened. */
export interface TickFact {
  readonly kind: 'tick';
}

/** The daemon started, or woke from a stall or a clock step. `lastAt` is the last entry's time before the gap. */
export interface StartFact {
  readonly kind: 'start';
  readonly lastAt: number | null;
  readonly reason: 'start' | 'stall' | 'clock-step';
  /** Wall time, which may differ from `at` after a clock step. */
  readonly wallAt: number;
}

/** A notification was delivered, or finally failed. */
export interface SentFact {
  readonly kind: 'sent';
  readonly notification: string;
  readonly incident: IncidentId;
  readonly channel: ChannelId;
  readonly event: NotificationEvent;
  readonly sequence: number;
  readonly result: 'delivered' | 'failed' | 'superseded';
  readonly attempts: number;
  readonly detail?: string;
}

/** An anchor outside answered, or did not (docs/engine.md 6). */
export interface AnchorFact {
  readonly kind: 'anchor';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly answered: boolean;
  readonly detail: string;
}

/** The monitor's own trouble began or ended: a full disk, a rejected reload, a channel that takes nothing. */
export interface TroubleFact {
  readonly kind: 'trouble';
  readonly what: 'log' | 'reload' | 'reduce' | 'schedule' | 'channel';
  /** Which one, of a channel. */
  readonly channel?: ChannelId;
  readonly state: 'begin' | 'end';
  readonly message: string;
}

/** What happened, before the log gave it a number and a time. */
export type Fact =
  | ObservationFact
  | ConfigFact
  | CommandFact
  | ChangeFact
  | HeartbeatFact
  | TickFact
  | StartFact
  | SentFact
  | AnchorFact
  | TroubleFact;

/** An entry of the log: a fact with its number and time. Everything that can influence a decision is one. */
export type Entry = Fact & Numbered;
