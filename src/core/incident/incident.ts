import type { CapabilityId, ChannelId, IncidentId, ProbeId } from '../../model/ids.ts';
import type { FailureClass } from '../../model/failure.ts';
import type { NotifyEffect } from '../../model/effect.ts';
import type { NotificationEvent, NotifiedImpact, RootKind, Suppressed } from '../../model/notification.ts';
import type { Step } from '../../model/run.ts';
import type { Escalation } from '../paging/escalate.ts';
import type { Onset } from '../detect/probe-state.ts';

/** What an incident is about. One root has at most one open incident. */
export interface Root {
  readonly kind: RootKind;
  /** A service's name; for inferred causes and groups as `root.id` in docs/api.md, "Notification". */
  readonly id: string;
}

/** How loud: `record` tells nobody. */
export type Loudness = 'page' | 'ticket' | 'record';

/** Who was told, under which routing; resolves go the same way, whatever a reload did since. */
export interface Told {
  readonly channel: ChannelId;
  readonly event: NotificationEvent;
  /** Whose messages went there: a silence of one of them leaves the channel to the others. */
  readonly owners: readonly (string | null)[];
  readonly fallback?: NonNullable<NotifyEffect['fallback']>;
}

/** Why nothing is said now, and because of what. */
export interface Held {
  readonly reason: 'maintenance' | 'silenced' | 'recovering' | 'verifying' | 'not-yet';
  readonly by: string;
}

/**
 * One incident, from first confirmation to its end.
 *
 * - `pending`: confirmed, its owner not told yet. It can still vanish without a trace outside of the log: explained
 *   by a deeper root, or over before its page was due. Affected owners may have heard of it, where only its own
 *   is kept from it (maintenance, a silence).
 * - `open`: told (or recorded only, where its tier asks for no more).
 * - `merged`: a deeper root was found after it was told; its channels get the deeper one's end.
 * - `closed`: resolved, removed, or dropped while pending.
 */
export interface Incident {
  readonly id: IncidentId;
  /** `failure`: diagnosed among failing probes · `warning`, `monitor`: stands alone and explains nothing. */
  readonly about: 'failure' | 'warning' | 'monitor';
  /** A guess that its own probes confirm becomes the service itself. */
  root: Root;
  readonly generation: number;
  state: 'pending' | 'open' | 'merged' | 'closed';
  closedBecause: 'recovered' | 'removed' | 'merged' | 'explained' | 'blip' | 'closed-by-hand' | null;
  mergedInto: IncidentId | null;
  /** Capabilities of the root that failed, ever; sorted. */
  capabilities: readonly CapabilityId[];
  /** Root probes that fail now, by confirmation. */
  rootProbes: readonly ProbeId[];
  /** What was confirmed first, ties by the order of stages. */
  first: {
    /** Null where no probe is meant: the monitor's own trouble. */
    readonly probe: ProbeId | null;
    readonly class: FailureClass;
    readonly message: string;
    readonly step: Step | null;
  };
  inferred: boolean;
  verified: boolean;
  startedAt: number;
  onset: Onset;
  readonly detectedAt: number;
  pagedAt: number | null;
  resolvedAt: number | null;
  /** Explained probes that fail now, and what explains each. */
  symptoms: Map<ProbeId, { readonly by: readonly CapabilityId[] }>;
  /** Every alert that was not sent because of this incident; in order of appearance. */
  suppressed: Map<ProbeId, Suppressed>;
  /** Probes asked to run before anything is said, and when the hold began. `place`: what counts is seen from there. */
  hold: { readonly startedAt: number; readonly asked: Map<ProbeId, number>; readonly place: string | null } | null;
  /** Since when a flapping root passes; null while it fails, and for all others. */
  quietSince: number | null;
  /** The loudest that its owner was told; null: not yet. */
  loudness: Loudness | null;
  /** How loud it would be by what it hits now. */
  wanted: Loudness;
  sequence: number;
  told: Map<ChannelId, Told>;
  /** Owners of affected services who heard by notice. */
  noticed: readonly string[];
  /** Owner at the time of telling; it may pass on when a reload changes it. */
  owner: string | null;
  tier: number;
  title: string;
  impact: readonly NotifiedImpact[];
  unaffected: readonly CapabilityId[];
  /** What was last told, for deciding whether an update says anything new. */
  toldAbout: string;
  acknowledgedBy: string | null;
  remindAt: number | null;
  /** Who else is paged while nobody acknowledges; null: nobody. */
  escalation: Escalation | null;
  held: Held | null;
  notes: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  label: 'real' | 'false' | 'no-action' | null;
  related: readonly { readonly id: IncidentId; readonly relation: string }[];
  timeline: readonly { readonly at: number; readonly what: string; readonly text: string }[];
}

/** The key of a root among incidents. */
export function rootKey(root: Root): string {
  return `${root.kind}:${root.id}`;
}

/** Whether an incident still takes part in decisions. */
export function isLive(incident: Incident): boolean {
  return incident.state === 'pending' || incident.state === 'open';
}

/** Whether anybody was told, or it stands in the record because its tier asks for no more. */
export function isKnown(incident: Incident): boolean {
  return incident.loudness !== null || incident.told.size > 0;
}

/** Whether its owner is kept from it on purpose, by a planned window or a silence. */
export function isKeptBack(held: Held | null): boolean {
  return held?.reason === 'maintenance' || held?.reason === 'silenced';
}

/** Live incidents about failures, by id. */
export function liveFailures(state: Incidents): readonly Incident[] {
  return [...state.incidents.values()]
    .filter((i) => isLive(i) && i.about === 'failure')
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The id of a root's incident. */
export function incidentId(root: Root, generation: number): IncidentId {
  return `${root.id}-${String(generation)}` as IncidentId;
}

interface Incidents {
  readonly incidents: ReadonlyMap<IncidentId, Incident>;
  readonly generations: ReadonlyMap<string, number>;
}

/** The pending or open incident of a root, if there is one. A service that was guessed to be the cause and now fails itself is one root. */
export function liveIncident(state: Incidents, root: Root): Incident | undefined {
  const same = root.kind === 'service' ? 'shared' : root.kind === 'shared' ? 'service' : undefined;
  return ofRoot(state, root) ?? (same === undefined ? undefined : ofRoot(state, { kind: same, id: root.id }));
}

function ofRoot(state: Incidents, root: Root): Incident | undefined {
  const generation = state.generations.get(rootKey(root));
  const incident = generation === undefined ? undefined : state.incidents.get(incidentId(root, generation));
  return incident !== undefined && isLive(incident) ? incident : undefined;
}

const TIMELINE_LIMIT = 200;

/** Adds a line to an incident's story; the oldest lines but the first give way. */
export function tell(incident: Incident, at: number, what: string, text: string): void {
  const next = [...incident.timeline, { at, what, text }];
  incident.timeline =
    next.length > TIMELINE_LIMIT ? [...next.slice(0, 1), ...next.slice(next.length - TIMELINE_LIMIT + 1)] : next;
}
