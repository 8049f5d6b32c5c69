import type { Diagnostic } from '../../model/configuration.ts';
import { componentsOf } from '../graph/components.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { leansAlong } from './proof.ts';
import { shortestCircles } from './shortest-circles.ts';

/** `graph/cycle`: hard needs form a circle. Every member of a knot is shown in a shortest circle through it. */
export function circles(graph: Graph): readonly Diagnostic[] {
  const hard = (node: Node | undefined): readonly Node[] =>
    (node?.needs ?? []).filter((edge) => edge.need.kind === 'hard').flatMap((edge) => edge.to);
  return componentsOf(graph.nodes.length, (i) => hard(graph.nodes[i]).map((node) => node.index)).flatMap((indexes) => {
    const members = indexes.flatMap((i) => graph.nodes[i] ?? []);
    const inside = new Set(members);
    return shortestCircles(members, (node) => hard(node).filter((target) => inside.has(target))).map((circle) =>
      found(graph, circle),
    );
  });
}

function found(graph: Graph, circle: readonly Node[]): Diagnostic {
  const ids = circle.map((node) => node.id);
  const [first] = circle;
  const path = first === undefined ? ids : [...ids, first.id];
  const edges = leansAlong(graph, path);
  const place = edges[0]?.place ?? first?.capability.place;
  return {
    code: 'graph/cycle',
    severity: 'error',
    subject: ids[0] ?? '',
    message: `hard needs form a circle: ${path.join(' → ')}`,
    ...(place === undefined ? {} : { place }),
    path,
    proofs: [{ title: 'the circle', edges }],
    help: 'decide which of these can work for a while without the other, and write that need as { soft: … } or { cached: …, ttl: … }',
  };
}
