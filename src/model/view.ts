import type { CapabilityId, ChannelId, IncidentId, ProbeId, ServiceId } from './ids.ts';
import type { Facts, Outcome, Warning } from './run.ts';
import type { FailureClass } from './failure.ts';
import type { NotificationEvent, NotifiedIncident, NotifiedRecovery } from './notification.ts';

/** How a probe stands (docs/engine.md 1). */
export type ProbeStatus = 'passing' | 'suspect' | 'failing' | 'recovering' | 'unknown';

/** How a capability stands, best to worst; `unknown`: no fresh evidence. */
export type CapabilityState = 'up' | 'at-risk' | 'degraded' | 'down' | 'unknown';

/** A probe as shown to people. Times are integer milliseconds; the API turns them into ISO 8601. */
export interface ProbeView {
  readonly probe: ProbeId;
  readonly service: ServiceId;
  readonly kind: string;
  readonly status: ProbeStatus;
  /** Since when it has that status. */
  readonly since: number | null;
  readonly lastAt: number | null;
  readonly lastOutcome: Outcome | null;
  readonly class: FailureClass | null;
  readonly message: string | null;
  readonly facts: Facts;
  readonly warnings: readonly Warning[];
}

/** A capability as shown to people. */
export interface CapabilityView {
  readonly capability: CapabilityId;
  readonly state: CapabilityState;
  /** Whether a deep probe stands behind `up`. */
  readonly shallow: boolean;
  /** The needs that make it so. */
  readonly via: readonly CapabilityId[];
  readonly until: number | null;
}

/** A service as shown to people. */
export interface ServiceView {
  readonly service: ServiceId;
  readonly title: string | null;
  readonly owner: string | null;
  readonly tier: number;
  readonly state: CapabilityState;
  readonly capabilities: readonly CapabilityView[];
  readonly probes: readonly ProbeView[];
}

/** An incident as shown to people: what its page says, and how it stands now. */
export interface IncidentView {
  readonly id: IncidentId;
  readonly state: 'pending' | 'open' | 'resolved';
  readonly event: NotificationEvent | 'record' | null;
  readonly acknowledgedBy: string | null;
  readonly held: string | null;
  readonly closedBecause: string | null;
  /** What people said of it afterwards; false pages are counted by it. */
  readonly label: 'real' | 'false' | 'no-action' | null;
  readonly incident: NotifiedIncident;
  readonly timeline: readonly { readonly at: number; readonly what: string; readonly text: string }[];
}

/** A silence as shown to people. */
export interface SilenceView {
  readonly id: string;
  readonly match: Readonly<Partial<Record<'service' | 'capability' | 'owner' | 'class', string>>>;
  readonly until: number;
  readonly reason: string;
  readonly by: string;
}

/** Planned work as shown to people; `file:…` ids are of the configuration. */
export interface WindowView {
  readonly id: string;
  readonly services: readonly ServiceId[];
  readonly from: number;
  readonly until: number;
  readonly reason: string;
}

/** A channel as shown to people; `last` is its newest message since the daemon started. */
export interface ChannelView {
  readonly id: ChannelId;
  readonly kind: string;
  readonly needs: readonly CapabilityId[];
  readonly last: {
    readonly at: number;
    readonly event: NotificationEvent;
    readonly result: 'delivered' | 'failed' | 'superseded';
    readonly detail?: string;
  } | null;
}

/** One predicted effect. `after` counts from the failure. */
export interface ImpactItem {
  readonly capability: CapabilityId;
  readonly effect: string | null;
  readonly owner: string | null;
  readonly via: readonly CapabilityId[];
}

/** What would happen if some capabilities failed: docs/api.md, "impact". */
export interface ImpactView {
  readonly down: readonly ImpactItem[];
  readonly degraded: readonly ImpactItem[];
  readonly atRisk: readonly (ImpactItem & { readonly until: string })[];
  readonly unaffected: readonly CapabilityId[];
  readonly notify: readonly { readonly channel: string; readonly event: NotificationEvent; readonly after: string }[];
  readonly recovery: readonly NotifiedRecovery[];
}

/** Why something could not be done; `not-found` and `invalid` are the caller's. */
export interface Refusal {
  readonly kind: 'not-found' | 'invalid' | 'unavailable';
  readonly message: string;
}

/** What repeated runs say of a change: it holds, it does not, or nobody can tell. */
export type Verdict = 'held' | 'failed' | 'unknown';
