import { countsAsFailing } from '../detect/probe-state.ts';
import type { Incident } from '../incident/incident.ts';
import { serviceOfRoot } from '../incident/roots-now.ts';
import { matchesPattern } from '../pattern.ts';
import type { Silence, Turn } from '../state.ts';

/** What a silence is held against: something of one owner's. */
interface Subject {
  readonly services: readonly string[];
  readonly capabilities: readonly string[];
}

/**
 * The silence that keeps an owner from hearing of an incident now; undefined: they may hear. The incident's own owner
 * is muted by a silence that matches the root. Another owner is not: they are muted only where all of theirs that the
 * incident hits is silenced itself, by service, capability or owner.
 */
export function silenceFor(turn: Turn, incident: Incident, owner: string | null): Silence | undefined {
  if (turn.state.silences.size === 0) return undefined;
  if (owner === incident.owner)
    return matching(turn, incident, owner, {
      services: [incident.root.id, serviceOfRoot(incident.root)],
      capabilities: incident.capabilities,
    });
  const silences = hitOf(turn, incident, owner).map((capability) =>
    matching(turn, incident, owner, {
      services: [capability.slice(0, capability.indexOf('.'))],
      capabilities: [capability],
    }),
  );
  return silences.includes(undefined) ? undefined : silences[0];
}

/** What of an owner's an incident hits: as predicted, and as seen. */
function hitOf(turn: Turn, incident: Incident, owner: string | null): readonly string[] {
  const seen = [...incident.symptoms.keys()].flatMap((id) => {
    const state = turn.state.probes.get(id);
    return state === undefined || !countsAsFailing(state) ? [] : (state.failure?.against ?? []);
  });
  const predicted = incident.impact.map((i) => i.capability);
  return [...new Set([...predicted, ...seen])].filter((id) => turn.graph.byId.get(id)?.service.owner === owner);
}

function matching(turn: Turn, incident: Incident, owner: string | null, subject: Subject): Silence | undefined {
  return [...turn.state.silences.values()].find(({ match, until }) => {
    if (until <= turn.now) return false;
    // What names a class only is about the cause, and so about its owner.
    const namesTheirs = match.service !== undefined || match.capability !== undefined || match.owner !== undefined;
    if (owner !== incident.owner && !namesTheirs) return false;
    const { service, capability } = match;
    return (
      (service === undefined || subject.services.some((s) => matchesPattern(service, s))) &&
      (capability === undefined || subject.capabilities.some((c) => matchesPattern(capability, c))) &&
      (match.owner === undefined || match.owner === owner) &&
      (match.class === undefined || matchesPattern(match.class, incident.first.class))
    );
  });
}
