import type { CapabilityId } from '../../model/ids.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Diagnosis } from './explain.ts';

/** A redundancy that several roots exhausted only together. */
export interface Group {
  /** The capability that has the `any`. */
  readonly capability: CapabilityId;
  /** Root capabilities that exhaust it together; sorted. */
  readonly roots: readonly CapabilityId[];
}

/**
 * Step 4 of docs/engine.md 4: roots that only together exhaust an `any` are one incident, for the capability that
 * has the `any`. A root that exhausts it alone explains it alone, and stays what it is.
 */
export function exhaustedGroups(graph: Graph, diagnosis: Diagnosis): readonly Group[] {
  const groups: Group[] = [];
  const taken = new Set<CapabilityId>();
  for (const node of owners(graph, diagnosis)) {
    for (const edge of node.needs) {
      if (edge.need.kind !== 'any') continue;
      const fallen = edge.to.flatMap((n) => {
        const blame = diagnosis.blames.get(n.id);
        return blame?.state === 'down' && blame.after === undefined ? [{ id: n.id, roots: blame.roots }] : [];
      });
      const { min } = edge.need;
      if (edge.to.length - fallen.length >= min) continue;
      const roots = [...new Set(fallen.flatMap((f) => f.roots))].sort();
      const alone = roots.some((root) => edge.to.length - fallen.filter((f) => f.roots.includes(root)).length < min);
      if (alone || roots.length < 2 || roots.some((r) => taken.has(r))) continue;
      for (const root of roots) taken.add(root);
      groups.push({ capability: node.id, roots });
    }
  }
  return groups;
}

/** Capabilities with an `any` over something that fails, nearest to the roots first. */
function owners(graph: Graph, diagnosis: Diagnosis): readonly Node[] {
  const found = new Set<Node>();
  for (const id of diagnosis.blames.keys()) {
    for (const { node, edge } of graph.byId.get(id)?.dependents ?? []) if (edge.need.kind === 'any') found.add(node);
  }
  return [...found].sort((a, b) => a.component - b.component || (a.id < b.id ? -1 : 1));
}
