import type { Diagnostic } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { componentsOf } from '../graph/components.ts';
import type { Graph, Node } from '../graph/graph.ts';

/** `graph/cycle`: hard needs form a circle. Prints a shortest one through its smallest member. */
export function circles(graph: Graph): readonly Diagnostic[] {
  const hard = (node: Node | undefined): Node[] =>
    (node?.needs ?? []).filter((e) => e.need.kind === 'hard').flatMap((e) => e.to);
  return componentsOf(graph.nodes.length, (i) => hard(graph.nodes[i]).map((n) => n.index)).flatMap((component) => {
    const first = graph.nodes[component[0] ?? -1];
    if (first === undefined || (component.length === 1 && !hard(first).includes(first))) return [];
    const path = shortestCircle(first, hard);
    const need = first.needs.find((e) => e.need.kind === 'hard' && e.to.some((n) => n.id === path[1]))?.need;
    return [
      {
        code: 'graph/cycle',
        severity: 'error' as const,
        subject: first.id,
        message: `hard needs form a circle: ${path.join(' → ')}`,
        place: need?.place ?? first.capability.place,
        path,
        help: 'decide which of these can work for a while without the other, and make that need soft or cached',
      },
    ];
  });
}

function shortestCircle(start: Node, next: (node: Node) => readonly Node[]): readonly CapabilityId[] {
  const from = new Map<Node, Node>();
  const queue: Node[] = [start];
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i];
    if (node === undefined) break;
    for (const target of next(node)) {
      if (target === start) {
        const path = [start.id];
        for (let at: Node | undefined = node; at !== undefined; at = from.get(at)) path.unshift(at.id);
        return path;
      }
      if (from.has(target)) continue;
      from.set(target, node);
      queue.push(target);
    }
  }
  return [start.id];
}
