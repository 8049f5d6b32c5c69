import type { Lean, Place } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import type { Edge, Graph, Node } from '../graph/graph.ts';

const STRONGEST_FIRST = ['hard', 'any', 'cached', 'soft'] as const;

/** The need by which one capability leans on another; of several the strongest, which is the one that hurts. */
function edgeBetween(from: Node, to: Node): Edge | undefined {
  const edges = from.needs.filter((edge) => edge.to.includes(to));
  for (const kind of STRONGEST_FIRST) {
    const found = edges.find((edge) => edge.need.kind === kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A path of capabilities as edges, each with its place: `a → b → c` is `a needs b`, `b needs c`. */
export function leansAlong(graph: Graph, path: readonly CapabilityId[]): readonly Lean[] {
  return path.slice(1).flatMap((to, i): Lean[] => {
    const from = path[i];
    const node = from === undefined ? undefined : graph.byId.get(from);
    const target = graph.byId.get(to);
    const edge = node === undefined || target === undefined ? undefined : edgeBetween(node, target);
    return from === undefined || edge === undefined ? [] : [{ from, to, kind: edge.need.kind, place: edge.need.place }];
  });
}

/** A chain that begins outside of the graph: a way out or a channel, by its name, and where it names its need. */
export function proofFrom(
  start: { readonly name: string; readonly kind: 'recovery' | 'channel'; readonly place: Place },
  graph: Graph,
  path: readonly CapabilityId[],
): readonly Lean[] {
  const [first] = path;
  if (first === undefined) return [];
  return [{ from: start.name, to: first, kind: start.kind, place: start.place }, ...leansAlong(graph, path)];
}
