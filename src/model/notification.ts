import type { CapabilityId, IncidentId, ProbeId } from './ids.ts';
import type { FailureClass } from './failure.ts';
import type { FactValue } from './run.ts';

/**
 * `page`: wake somebody · `ticket`: somebody should look today · `notice`: you are affected, somebody else
 * was told · `update`, `resolve`: what became of it · `test`: is this channel alive.
 */
export type NotificationEvent = 'page' | 'ticket' | 'notice' | 'update' | 'resolve' | 'test';

/** What is broken: a service; something inferred that several share; an exhausted redundancy; ourselves. */
export type RootKind = 'service' | 'shared' | 'group' | 'location' | 'channel' | 'monitor';

/** The cause, as the page names it. `id` of a service is the service's name. */
export interface NotifiedRoot {
  readonly kind: RootKind;
  readonly id: string;
  readonly capabilities: readonly CapabilityId[];
  readonly probe: ProbeId | null;
  readonly class: FailureClass | null;
  readonly message: string;
  readonly inferred: boolean;
  readonly verified: boolean;
  /** The failing step's evidence, side by side. */
  readonly expected?: string;
  readonly got?: string;
}

/** The predicted effect on one capability that is not the root's own. Times are ISO 8601 here and below. */
export interface NotifiedImpact {
  readonly capability: CapabilityId;
  readonly state: 'down' | 'degraded' | 'at-risk';
  readonly effect: string | null;
  readonly owner: string | null;
  readonly via: readonly CapabilityId[];
  /** When a cache runs out, for `at-risk`. */
  readonly until: string | null;
}

/** An alert that was not sent, and why. */
export interface Suppressed {
  readonly probe: ProbeId;
  readonly reason: 'explained' | 'maintenance' | 'silenced' | 'recovering' | 'suspect';
  readonly by: string;
}

/** A fact that changed, announced or not. */
export interface NotifiedDrift {
  readonly at: string;
  readonly probe: ProbeId;
  readonly fact: string;
  readonly before: FactValue | null;
  readonly after: FactValue | null;
  readonly announced: boolean;
}

/** A declared way out and whether it stands right now. */
export interface NotifiedRecovery {
  readonly service: string;
  readonly name: string;
  readonly state: 'works' | 'unproven' | 'blocked';
  readonly breakGlass: boolean;
  readonly blockedBy: readonly string[];
  readonly drilled: string | null;
  readonly url: string | null;
}

/** An incident as told to people: docs/api.md, "Notification". */
export interface NotifiedIncident {
  readonly id: IncidentId;
  readonly generation: number;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly tier: number;
  readonly owner: string | null;
  /** One sentence, who is affected before what is broken. */
  readonly title: string;
  readonly root: NotifiedRoot;
  readonly startedAt: string;
  readonly detectedAt: string;
  readonly pagedAt: string | null;
  readonly resolvedAt: string | null;
  readonly impact: readonly NotifiedImpact[];
  readonly unaffected: readonly CapabilityId[];
  readonly suppressed: readonly Suppressed[];
  readonly changes: readonly {
    readonly at: string;
    readonly service: string;
    readonly summary: string;
    readonly by: string | null;
    readonly url: string | null;
  }[];
  readonly drift: readonly NotifiedDrift[];
  readonly recovery: readonly NotifiedRecovery[];
  readonly related: readonly { readonly id: IncidentId; readonly relation: string }[];
  readonly runbook: string | null;
  readonly links: Readonly<Record<string, string>>;
}

/** What a channel is given to deliver: the webhook's body, and what every other channel renders. */
export interface Notification {
  readonly version: 1;
  readonly event: NotificationEvent;
  readonly drill: boolean;
  readonly instance: string;
  /** When this attempt is made; set by the outbox. */
  readonly sentAt: string;
  /** Counts up per incident over all channels; `incident.id` + `sequence` identify a message. */
  readonly sequence: number;
  readonly incident: NotifiedIncident | null;
  readonly reason: string;
}
