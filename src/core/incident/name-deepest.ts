import type { ProbeId } from '../../model/ids.ts';
import { isAwaited } from '../paging/gate.ts';
import type { Turn } from '../state.ts';
import { liveFailures } from './incident.ts';
import type { Incident } from './incident.ts';

/** At `hold.max` the deepest dependency that is still suspect is named instead of its dependent. */
export function nameDeepestSuspects(turn: Turn): void {
  for (const incident of liveFailures(turn.state)) {
    if (
      incident.hold === null ||
      incident.state !== 'pending' ||
      turn.now < incident.hold.startedAt + turn.configuration.hold.maxMs
    )
      continue;
    const suspects = [...incident.hold.asked].flatMap(([id, after]) => {
      const state = turn.state.probes.get(id);
      return state?.status === 'suspect' && state.failure !== null && isAwaited(turn, id, after, null) ? [state] : [];
    });
    const depth = (id: ProbeId): number =>
      Math.min(
        ...(turn.state.probes.get(id)?.failure?.against ?? []).map(
          (c) => turn.graph.byId.get(c)?.component ?? Infinity,
        ),
      );
    const dependencies = suspects.filter((s) => isDependencyOf(turn, s.failure?.against ?? [], incident));
    const deepest = dependencies.sort((a, b) => depth(a.id) - depth(b.id) || (a.id < b.id ? -1 : 1))[0];
    if (deepest?.failure === undefined || deepest.failure === null) continue;
    deepest.status = 'failing';
    deepest.failure.confirmedAt = turn.now;
    deepest.since = deepest.failure.since;
  }
}

function isDependencyOf(turn: Turn, capabilities: readonly string[], incident: Incident): boolean {
  const work = incident.capabilities.flatMap((id) => turn.graph.byId.get(id) ?? []);
  const seen = new Set(work);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (!incident.capabilities.includes(node.id) && capabilities.includes(node.id)) return true;
    for (const edge of node.needs) {
      for (const target of edge.to) {
        if (seen.has(target)) continue;
        seen.add(target);
        work.push(target);
      }
    }
  }
  return false;
}
