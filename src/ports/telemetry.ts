import type { ProbeId, ServiceId } from '../model/ids.ts';
import type { ObservationFact } from '../model/entry.ts';
import type { NotificationEvent } from '../model/notification.ts';
import type { CapabilityState } from '../model/view.ts';

/** What the daemon tells whoever listens (metrics, traces, logs). Listeners never answer and never throw into it. */
export type DaemonEvent =
  | { readonly kind: 'run-started'; readonly probe: ProbeId; readonly latenessMs: number }
  | {
      readonly kind: 'observed';
      readonly service: ServiceId;
      readonly probeKind: string;
      readonly observation: ObservationFact;
    }
  | { readonly kind: 'committed'; readonly entries: Readonly<Record<string, number>>; readonly ms: number }
  | { readonly kind: 'commit-failed'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'delivery';
      readonly channel: string;
      readonly event: NotificationEvent;
      readonly result: 'delivered' | 'retry' | 'failed' | 'superseded';
      readonly incident: string;
      readonly ms: number;
      readonly detail?: string;
    }
  /** At the end of the daemon: messages that nobody took, which the log keeps. */
  | { readonly kind: 'undelivered'; readonly messages: number }
  | { readonly kind: 'decided'; readonly incident: string; readonly decision: string; readonly reason: string }
  | { readonly kind: 'reloaded'; readonly ok: boolean; readonly hash: string; readonly message: string }
  | { readonly kind: 'stalled'; readonly gapMs: number; readonly reason: 'stall' | 'clock-step' }
  | { readonly kind: 'problem'; readonly where: string; readonly message: string };

/** Something that hears daemon events. */
export type DaemonListener = (event: DaemonEvent) => void;

/** What metrics read at scrape time. */
export interface Gauges {
  readonly capabilities: () => Iterable<readonly [capability: string, state: CapabilityState]>;
  readonly openIncidents: () => Readonly<Record<'critical' | 'warning' | 'info', number>>;
  readonly outboxOldestSeconds: () => number;
  readonly configHash: () => string;
}
