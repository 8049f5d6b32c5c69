import type { FailureClass } from '../../model/failure.ts';
import type { IncidentId, ProbeId } from '../../model/ids.ts';
import { hold } from '../paging/announce.ts';
import { beginEscalation } from '../paging/escalate.ts';
import { destinations } from '../paging/route.ts';
import type { Destination } from '../paging/route.ts';
import { remember, routed, send } from '../paging/send.ts';
import { silenceFor } from '../paging/silence.ts';
import type { Turn } from '../state.ts';
import { rootKey, tell } from './incident.ts';
import type { Incident, Loudness, Root } from './incident.ts';

/** What stands outside of diagnosis: it explains nothing, nothing explains it, and no verification holds it. */
interface Standalone {
  readonly id: IncidentId;
  readonly about: 'warning' | 'monitor';
  readonly root: Root;
  readonly probe: ProbeId | null;
  readonly class: FailureClass;
  readonly message: string;
  readonly loudness: Loudness;
  readonly owner: string | null;
  readonly tier: number;
  readonly title: string;
}

/** Opens such an incident, and tells of it at once; where its owner is muted, as soon as the silence ends. */
export function openStandalone(turn: Turn, what: Standalone): void {
  const key = `warning:${what.about === 'monitor' ? rootKey(what.root) : what.id}`;
  const generation = (turn.state.generations.get(key) ?? 0) + 1;
  turn.state.generations.set(key, generation);
  const incident: Incident = {
    id: what.id,
    about: what.about,
    root: what.root,
    generation,
    state: 'pending',
    closedBecause: null,
    mergedInto: null,
    capabilities: [],
    rootProbes: [],
    first: { probe: what.probe, class: what.class, message: what.message, step: null },
    inferred: false,
    verified: true,
    startedAt: turn.now,
    onset: { start: turn.now, end: turn.now },
    detectedAt: turn.now,
    pagedAt: null,
    resolvedAt: null,
    symptoms: new Map(),
    suppressed: new Map(),
    hold: null,
    quietSince: null,
    loudness: null,
    wanted: what.loudness,
    sequence: 0,
    told: new Map(),
    noticed: [],
    owner: what.owner,
    tier: what.tier,
    title: what.title,
    impact: [],
    unaffected: [],
    toldAbout: '',
    acknowledgedBy: null,
    remindAt: null,
    escalation: null,
    held: null,
    notes: [],
    label: null,
    related: [],
    timeline: [],
  };
  turn.state.incidents.set(incident.id, incident);
  const againAt = sayStandalone(turn, incident);
  if (againAt !== null) turn.state.wakeAt = Math.min(turn.state.wakeAt ?? againAt, againAt);
}

/** Tells of one that nobody was told of yet, unless its owner is muted; gives until when. */
export function sayStandalone(turn: Turn, incident: Incident): number | null {
  const { wanted: loudness, owner } = incident;
  if (incident.loudness !== null) return null;
  const silence = loudness === 'record' ? undefined : silenceFor(turn, incident, owner);
  if (silence !== undefined) {
    hold(turn, incident, { reason: 'silenced', by: `${silence.by}: ${silence.reason}` });
    return silence.until;
  }
  const { message } = incident.first;
  incident.held = null;
  incident.state = 'open';
  incident.loudness = loudness;
  tell(incident, turn.now, loudness, message);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: loudness, reason: message });
  if (loudness === 'record') return null;
  if (loudness === 'page') incident.pagedAt = turn.now;
  incident.remindAt = turn.now + turn.configuration.remindMs;
  if (loudness === 'page') incident.escalation = beginEscalation(turn, incident);
  const targets = channelsFor(turn, incident, loudness);
  remember(incident, loudness, owner, targets);
  send(turn, incident, loudness, targets, message);
  return null;
}

/**
 * Those of the owner's routes; but our own network's loss goes by every channel there is, whichever survives, and a
 * channel's own trouble by the others: it takes none.
 */
function channelsFor(turn: Turn, incident: Incident, loudness: 'page' | 'ticket'): readonly Destination[] {
  const { root } = incident;
  if (root.kind !== 'channel' && !(root.kind === 'monitor' && root.id === 'network'))
    return destinations(turn.configuration, routed(turn, incident, incident.owner), loudness);
  const working = turn.configuration.channels.filter(({ id }) => root.kind !== 'channel' || id !== root.id);
  return working.map(({ id }) => ({ channel: id }));
}
