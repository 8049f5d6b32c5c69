import type { CapabilityId, ProbeId, ServiceId } from '../../model/ids.ts';
import type { OwnFailure } from '../detect/evidence.ts';
import { exhaustedGroups } from '../diagnose/group.ts';
import { sharedFactors } from '../diagnose/factors.ts';
import type { Factor } from '../diagnose/factors.ts';
import type { DiagnosisWithCauses } from '../diagnose/shared-cause.ts';
import type { Turn } from '../state.ts';
import { rootKey } from './incident.ts';
import type { Root } from './incident.ts';

/** Something that is a cause now. */
export interface RootNow {
  readonly root: Root;
  /** Its own failing probes that nothing explains; none for an inferred cause. */
  readonly probes: readonly ProbeId[];
  /** Failing probes that speak for it: its own, or for an inferred cause those it explains. */
  readonly witnesses: readonly ProbeId[];
  readonly failures: ReadonlyMap<CapabilityId, OwnFailure>;
  /** Whether the failures are those of members that share something, and not the root's own. */
  readonly isFactor: boolean;
}

/**
 * The causes of now: services that fail by their own probes, inferred shared causes, and exhausted groups.
 * `rest`: failing probes that stay with an older incident, and are no cause of a new one.
 */
export function rootsNow(turn: Turn, found: DiagnosisWithCauses, rest: ReadonlySet<ProbeId>): readonly RootNow[] {
  const { diagnosis, inferred } = found;
  const rootProbes = diagnosis.rootProbes.filter((id) => !rest.has(id));
  const falling = new Set(rootProbes.flatMap((id) => turn.state.probes.get(id)?.failure?.against ?? []));
  const groupOf = new Map<string, Root>();
  for (const group of exhaustedGroups(turn.graph, diagnosis)) {
    // What an old failure left behind exhausts nothing anew.
    if (!group.roots.every((id) => falling.has(id) || inferred.has(id))) continue;
    for (const id of group.roots) groupOf.set(id, { kind: 'group', id: `any:${group.capability}` });
  }
  const factorOf = new Map<ProbeId, Root>();
  for (const factor of sharedFactors(turn, rootProbes)) {
    for (const id of factor.members) factorOf.set(id, rootOf(factor));
  }
  const roots = new Map<string, Draft>();
  const of = (root: Root, isFactor = false): Draft => {
    const known = roots.get(rootKey(root)) ?? { root, probes: [], witnesses: [], failures: new Map(), isFactor };
    roots.set(rootKey(root), known);
    return known;
  };
  for (const id of rootProbes) {
    const probe = turn.graph.probes.get(id);
    if (probe === undefined) continue;
    const against = turn.state.probes.get(id)?.failure?.against ?? [];
    const group = against.map((c) => groupOf.get(c)).find((g) => g !== undefined);
    const factor = group === undefined ? factorOf.get(id) : undefined;
    const root = of(group ?? factor ?? { kind: 'service', id: probe.service }, factor !== undefined);
    // What only shares a cause is a symptom of it, not the cause itself.
    if (factor === undefined) root.probes.push(id);
    root.witnesses.push(id);
    for (const c of against) {
      const failure = diagnosis.roots.get(c);
      if (failure !== undefined) root.failures.set(c, failure);
    }
  }
  for (const [id, failure] of inferred) {
    const service = turn.graph.byId.get(id)?.service.id;
    if (service === undefined || !diagnosis.roots.has(id)) continue;
    const root = of({ kind: 'shared', id: service });
    root.failures.set(id, failure);
    for (const [probe, explanation] of diagnosis.explainedProbes)
      if (explanation.roots.includes(id)) root.witnesses.push(probe);
  }
  return [...roots.values()].sort((a, b) => (rootKey(a.root) < rootKey(b.root) ? -1 : 1));
}

/** A place is a root of its own kind; what else is shared is named by its kind and name. */
function rootOf({ id }: Factor): Root {
  const place = 'location:';
  return id.startsWith(place) ? { kind: 'location', id: id.slice(place.length) } : { kind: 'shared', id };
}

type Draft = {
  root: Root;
  probes: ProbeId[];
  witnesses: ProbeId[];
  failures: Map<CapabilityId, OwnFailure>;
  isFactor: boolean;
};

/** The service that an incident's root lies in: of a group, the one that has the `any`. */
export function serviceOfRoot(root: Root): ServiceId {
  if (root.kind !== 'group') return root.id as ServiceId;
  const capability = root.id.slice('any:'.length);
  return capability.slice(0, capability.indexOf('.')) as ServiceId;
}
