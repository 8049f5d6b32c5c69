import type { ObservationFact } from '../../model/entry.ts';
import type { IncidentId } from '../../model/ids.ts';
import { LOCAL, viewFrom, viewsOf } from '../detect/views.ts';
import type { ProbeState } from '../detect/probe-state.ts';
import type { Turn } from '../state.ts';
import { close } from './close.ts';
import { isLive, rootKey } from './incident.ts';
import type { Root } from './incident.ts';
import { openStandalone } from './open-standalone.ts';

/** Something was heard from a place: whoever reports from there is well. */
export function noteHeard(turn: Turn, { location, probe, endedAt }: ObservationFact): void {
  if (location === LOCAL) return;
  const place = turn.state.places.get(location) ?? { heardAt: 0, probes: new Set() };
  place.heardAt = Math.max(place.heardAt, endedAt);
  place.probes.add(probe);
  turn.state.places.set(location, place);
  const incident = turn.state.incidents.get(incidentOf(turn, rootOf(location), 0));
  if (incident !== undefined && isLive(incident)) close(turn, incident, 'recovered');
}

/**
 * A place from which several probes are seen, and none any more: one incident about whoever looks from there, and
 * nothing about what it looked at. A page where something of tier 0 is seen from nowhere else.
 */
export function noteSilentPlaces(turn: Turn): void {
  for (const [location, { probes, heardAt }] of turn.state.places) {
    const seen = [...probes].flatMap((id) => turn.state.probes.get(id) ?? []);
    if (seen.length < 2 || seen.some((state) => isSeenFrom(state, location))) continue;
    const root = rootOf(location);
    const open = turn.state.incidents.get(incidentOf(turn, root, 0));
    if (open !== undefined && isLive(open)) continue;
    const blind = seen.filter((state) => !viewsOf(state).some((v) => v.status !== 'unknown' && !v.stale));
    const tiers = blind.map(({ id }) => turn.graph.tiers.get(turn.graph.probes.get(id)?.service ?? ('' as never)) ?? 1);
    openStandalone(turn, {
      id: incidentOf(turn, root, 1),
      about: 'monitor',
      root,
      probe: null,
      class: 'probe.network',
      message: `nothing was heard from ${location} since ${new Date(heardAt).toISOString()}`,
      loudness: tiers.includes(0) ? 'page' : 'ticket',
      owner: turn.configuration.serverOwner ?? null,
      tier: Math.min(3, ...tiers),
      title: `nothing is heard from ${location} any more: ${String(seen.length)} probes are not seen from there`,
    });
  }
}

function isSeenFrom(state: ProbeState, location: string): boolean {
  const view = viewFrom(state, location);
  return view !== undefined && view.status !== 'unknown' && !view.stale;
}

function rootOf(location: string): Root {
  return { kind: 'location', id: location };
}

/** The newest incident about a silent place, or with 1 the next. */
function incidentOf(turn: Turn, root: Root, next: 0 | 1): IncidentId {
  const generation = (turn.state.generations.get(`warning:${rootKey(root)}`) ?? 0) + next;
  return `silent-${root.id}-${String(generation)}` as IncidentId;
}
