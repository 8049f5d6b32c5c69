import type { ChannelId, IncidentId, ProbeId, Sha256 } from './ids.ts';
import type { Notification } from './notification.ts';

/** Tell one channel. `id` is stable over restarts and replays: incident, sequence and channel. */
export interface NotifyEffect {
  readonly kind: 'notify';
  readonly id: string;
  readonly incident: IncidentId;
  readonly channel: ChannelId;
  readonly sequence: number;
  /** Everything but `sentAt`. */
  readonly notification: Omit<Notification, 'sentAt'>;
  /** Where else to deliver, and when, while this channel does not take it. */
  readonly fallback?: { readonly afterMs: number; readonly to: readonly ChannelId[] };
}

/** Run a probe out of turn, as soon as it is free and not before `notBefore`. */
export interface ReprobeEffect {
  readonly kind: 'reprobe';
  readonly probe: ProbeId;
  readonly cause: 'confirm' | 'verify' | 'recover';
  readonly notBefore: number;
  /** The run's deadline, where it is shorter than the probe's own. */
  readonly timeoutMs?: number;
}

/** A decision to be shown and replayed: opened, joined, paged, held, merged, resolved. */
export interface DecideEffect {
  readonly kind: 'decide';
  readonly incident: IncidentId;
  readonly decision: string;
  readonly reason: string;
}

/** What the engine asks of the shell. Effects are data; the same log gives the same effects. */
export type Effect = NotifyEffect | ReprobeEffect | DecideEffect;

/** What one entry made the engine decide and send, word for word, so that a replay can be held against it. */
export interface Decided {
  readonly n: number;
  readonly at: number;
  readonly effects: readonly (DecideEffect | NotifyEffect)[];
  /** The rolling hash over all decisions up to and with these. */
  readonly hash: Sha256;
}
