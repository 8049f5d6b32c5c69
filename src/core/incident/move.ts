import type { ProbeId } from '../../model/ids.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import { send } from '../paging/send.ts';
import type { Turn } from '../state.ts';
import type { Attribution } from './attribute.ts';
import { close } from './close.ts';
import { quietAt } from './flapping.ts';
import { isKnown, tell } from './incident.ts';
import type { Incident } from './incident.ts';
import { serviceOfRoot } from './roots-now.ts';

/** Moves one incident: its root goes on, turned out to be a symptom, or ended. `wake`: when to look again. */
export function move(turn: Turn, incident: Incident, attribution: Attribution, wake: (at: number) => void): void {
  const root = attribution.roots.get(incident.id);
  const symptoms: Incident['symptoms'] = new Map(attribution.symptoms.get(incident.id));
  const passed = [...incident.symptoms.keys()].filter((id) => !symptoms.has(id) && !isFailing(turn, id));
  incident.symptoms = symptoms;
  for (const [id, { by }] of incident.symptoms) {
    if (incident.suppressed.has(id)) continue;
    incident.suppressed.set(id, { probe: id, reason: 'explained', by: by.join(', ') || incident.root.id });
    tell(incident, turn.now, 'suppressed', `${id} fails too; explained by ${by.join(', ') || incident.root.id}`);
  }
  if (root !== undefined) {
    incident.rootProbes = root.probes;
    incident.quietSince = null;
    const capabilities = new Set([...incident.capabilities, ...(root.isFactor ? [] : root.failures.keys())]);
    if (capabilities.size > incident.capabilities.length) incident.capabilities = [...capabilities].sort();
    // A symptom that passes hints that the root is back.
    if (passed.length > 0)
      for (const id of root.probes)
        turn.effects.push({ kind: 'reprobe', probe: id, cause: 'recover', notBefore: turn.now });
    return;
  }
  const into = absorber(turn, incident, attribution);
  if (into !== undefined) {
    mergeInto(turn, incident, into);
    return;
  }
  if (incident.symptoms.size > 0) {
    if (incident.rootProbes.length > 0)
      tell(incident, turn.now, 'root-passing', `root passing, ${String(incident.symptoms.size)} still failing`);
    incident.rootProbes = [];
    return;
  }
  const removed =
    (incident.capabilities.length > 0 && turn.graph.services.get(serviceOfRoot(incident.root)) === undefined) ||
    (incident.first.probe !== null && !turn.graph.probes.has(incident.first.probe));
  const quiet = removed ? null : quietAt(turn, incident);
  if (quiet !== null) {
    wake(quiet);
    return;
  }
  close(turn, incident, removed ? 'removed' : isKnown(incident) ? 'recovered' : 'blip');
}

function isFailing(turn: Turn, id: ProbeId): boolean {
  const state = turn.state.probes.get(id);
  return state !== undefined && countsAsFailing(state);
}

/** The incident that answers now for the probes that this one was about: a deeper root's, a group's, an inferred cause's. */
function absorber(turn: Turn, incident: Incident, attribution: Attribution): Incident | undefined {
  const about = incident.inferred
    ? [...incident.suppressed.keys()].filter((id) => isFailing(turn, id))
    : incident.rootProbes;
  for (const [id, root] of attribution.roots) {
    if (id === incident.id) continue;
    if (about.some((p) => root.probes.includes(p) || attribution.symptoms.get(id)?.has(p) === true))
      return turn.state.incidents.get(id);
  }
  return undefined;
}

/** Another incident explains this one. Told: its channels hear so now, and of the other's end. Not told: it ends silently. */
function mergeInto(turn: Turn, incident: Incident, into: Incident): void {
  // What had been merged into this one follows it.
  for (const other of turn.state.incidents.values()) if (other.mergedInto === incident.id) other.mergedInto = into.id;
  if (incident.told.size === 0) {
    close(turn, incident, 'explained');
    return;
  }
  incident.state = 'merged';
  incident.mergedInto = into.id;
  incident.related = [...incident.related, { id: into.id, relation: 'merged' }];
  into.related = [...into.related, { id: incident.id, relation: 'merged' }];
  tell(incident, turn.now, 'merged', `explained by ${into.root.id}: ${into.id}`);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'merged', reason: `explained by ${into.id}` });
  send(turn, incident, 'update', [...incident.told.values()], `explained by ${into.root.id}; see ${into.id}`);
}
