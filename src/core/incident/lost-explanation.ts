import type { ProbeId } from '../../model/ids.ts';
import type { ProbeState } from '../detect/probe-state.ts';
import type { Turn } from '../state.ts';
import { isKnown, isLive, liveIncident, tell } from './incident.ts';
import type { Incident } from './incident.ts';

/**
 * Failing probes that nothing explains any more although something did a moment ago (its root recovered, an
 * inferred cause or a group dissolved, something between passed), with the incident that they stay with. They
 * stay until they pass, or failed in runs that span `hold.after` since then (`hold.max` if nobody had been told
 * yet). Until then they are the rest of an old failure: they found no incident, alone or together.
 */
export function lostExplanations(turn: Turn, rootProbes: readonly ProbeId[]): ReadonlyMap<ProbeId, Incident> {
  const stays = new Map<ProbeId, Incident>();
  const leaving = new Set<string>();
  for (const id of rootProbes) {
    const service = turn.graph.probes.get(id)?.service;
    const state = turn.state.probes.get(id);
    if (service === undefined || state === undefined) continue;
    const incident = holder(turn, state);
    if (incident !== undefined && isStaying(turn, state, incident)) stays.set(id, incident);
    else leaving.add(service);
  }
  // A service is one root: if one of its probes has an incident of its own, or gets one, the others join it.
  for (const id of stays.keys()) {
    const service = turn.graph.probes.get(id)?.service ?? '';
    if (leaving.has(service) || liveIncident(turn.state, { kind: 'service', id: service }) !== undefined)
      stays.delete(id);
  }
  return stays;
}

/** Notes since when a probe has no explanation, and runs it again at once. */
export function stay(turn: Turn, id: ProbeId, incident: Incident): void {
  const state = turn.state.probes.get(id);
  if (state === undefined || state.lost !== null) return;
  state.lost = { incident: incident.id, at: turn.now };
  state.excused = [];
  turn.effects.push({ kind: 'reprobe', probe: id, cause: 'verify', notBefore: turn.now });
  tell(incident, turn.now, 'lost', `${id} still fails although what explained it does not; it is run again`);
}

/** The incident that answered for a probe until now. What nobody heard of lets its members go while all of them still fail. */
function holder(turn: Turn, state: ProbeState): Incident | undefined {
  if (state.lost !== null) {
    const incident = turn.state.incidents.get(state.lost.incident);
    return incident !== undefined && isLive(incident) ? incident : undefined;
  }
  for (const incident of turn.state.incidents.values()) {
    if (!isLive(incident)) continue;
    const isMember = incident.root.kind === 'group' && incident.rootProbes.includes(state.id);
    if (!isMember && !incident.symptoms.has(state.id)) continue;
    return isKnown(incident) || isRecovering(turn, incident) ? incident : undefined;
  }
  return undefined;
}

/**
 * Whether something of what an incident was about is better: what still fails is then the rest of it, and speaks
 * for no other cause. Of a declared root that is so whenever its symptoms lose it.
 */
export function isRecovering(turn: Turn, incident: Incident): boolean {
  const members =
    incident.root.kind === 'group' ? incident.rootProbes : incident.inferred ? [...incident.suppressed.keys()] : [];
  return members.length === 0 || members.some((id) => turn.state.probes.get(id)?.status !== 'failing');
}

function isStaying(turn: Turn, state: ProbeState, incident: Incident): boolean {
  const lostAt = state.lost?.at ?? turn.now;
  const waitMs = isKnown(incident) ? turn.configuration.hold.afterMs : turn.configuration.hold.maxMs;
  return state.lastOutcome !== 'fail' || (state.lastStartedAt ?? 0) < lostAt + waitMs;
}
