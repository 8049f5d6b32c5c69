import type { CapabilityId } from '../../model/ids.ts';
import type { Node } from '../graph/graph.ts';
import type { Turn } from '../state.ts';
import { isLive } from './incident.ts';

/**
 * The capabilities whose evidence can change what is thought of a live incident: everything that its failing
 * and explained capabilities rest on, and everything that rests on them. Observations elsewhere move only times.
 */
export function relevantTo(turn: Turn): Set<CapabilityId> {
  const live = [...turn.state.incidents.values()].filter(isLive);
  const relevant = new Set<CapabilityId>();
  if (live.length === 0) return relevant;
  const start = new Set<Node>();
  const take = (id: CapabilityId): void => {
    const node = turn.graph.byId.get(id);
    if (node !== undefined) start.add(node);
  };
  for (const incident of live) {
    incident.capabilities.forEach(take);
    for (const probe of incident.symptoms.keys()) turn.state.probes.get(probe)?.failure?.against.forEach(take);
  }
  close(start, (node) => node.needs.flatMap((e) => e.to), relevant);
  close(start, (node) => node.dependents.map((d) => d.node), relevant);
  return relevant;
}

function close(start: ReadonlySet<Node>, next: (node: Node) => readonly Node[], into: Set<CapabilityId>): void {
  const seen = new Set(start);
  const work = [...start];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    into.add(node.id);
    for (const other of next(node)) {
      if (seen.has(other)) continue;
      seen.add(other);
      work.push(other);
    }
  }
}
