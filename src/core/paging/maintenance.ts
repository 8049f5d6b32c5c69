import type { CapabilityId } from '../../model/ids.ts';
import type { Graph } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';
import type { Forced } from '../graph/impact.ts';
import type { Incident } from '../incident/incident.ts';
import { serviceOfRoot } from '../incident/roots-now.ts';
import type { Turn, Window } from '../state.ts';

/** What a planned window covers: its services, and what is predicted to be degraded or down by its end. */
interface Covered {
  readonly services: ReadonlySet<string>;
  /** The services' own capabilities, and the predicted ones. */
  readonly capabilities: ReadonlySet<CapabilityId>;
}

/**
 * The predicted impact of a window: as if all that its services can do could not be reached from its beginning to its
 * end, caches run out included. What would only be at risk is not held: it is expected to work.
 */
function coveredBy(graph: Graph, window: Pick<Window, 'services' | 'from' | 'until'>): Covered {
  const forced = new Map<CapabilityId, Forced>();
  for (const service of window.services)
    for (const { id } of graph.capabilitiesOf.get(service) ?? [])
      forced.set(id, { state: 'down', mode: 'unreachable', since: window.from, clearable: false });
  const hits = impact({ graph, forced, provenAt: () => undefined, now: window.until });
  const capabilities = [...hits].flatMap(([id, hit]) => (hit.state === 'at-risk' ? [] : [id]));
  return { services: new Set(window.services), capabilities: new Set(capabilities) };
}

/** The window that is open now over the root of an incident. */
export function windowOver(turn: Turn, incident: Incident): Window | undefined {
  return [...turn.state.windows.values()].find(
    (window) => window.from <= turn.now && turn.now < window.until && covers(turn, window, incident),
  );
}

/** When the last window over the root of an incident ended; 0 where none did. */
export function lastWindowEnd(turn: Turn, incident: Incident): number {
  let end = 0;
  for (const window of turn.state.windows.values())
    if (window.until <= turn.now && window.until > end && covers(turn, window, incident)) end = window.until;
  return end;
}

function covers(turn: Turn, window: Window, incident: Incident): boolean {
  if (window.services.some((s) => s === serviceOfRoot(incident.root))) return true;
  const about =
    incident.capabilities.length > 0
      ? incident.capabilities
      : [...incident.symptoms.keys()].flatMap((id) => turn.state.probes.get(id)?.failure?.against ?? []);
  const covered = coveredBy(turn.graph, window).capabilities;
  return about.length > 0 && about.every((id) => covered.has(id));
}
