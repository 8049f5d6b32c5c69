import type { Diagnostic, Lean, Place } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { componentsOf } from '../graph/components.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { shortestCircles } from './shortest-circles.ts';

/** What must be up before a capability can come up: at least `min` of `of`. */
interface Condition {
  readonly of: readonly Node[];
  readonly min: number;
  readonly kind: Lean['kind'];
  /** Where each of `of` is asked for, in order. */
  readonly places: readonly Place[];
}

/**
 * `recovery/black-start`: what never comes up when everything starts from nothing. A service starts when its
 * `start` needs are up; a capability is up when its service started and its hard needs are up. Caches are empty, so
 * a cached need counts as hard (one that only degrades when cold holds nothing up), and soft needs hold nothing up.
 * The least fixed point of that is what can start; the rest waits for itself somewhere, and the shortest circles
 * are shown. Circles of hard needs alone are `graph/cycle`.
 */
export function blackStart(graph: Graph): readonly Diagnostic[] {
  const conditions = graph.nodes.map((node) => conditionsOf(graph, node));
  const up = risen(graph, conditions);
  const waitsFor = (node: Node | undefined): readonly Node[] =>
    node === undefined || up.has(node)
      ? []
      : unmet(conditions[node.index] ?? [], up).flatMap((c) => c.of.filter((target) => !up.has(target)));
  return componentsOf(graph.nodes.length, (i) => waitsFor(graph.nodes[i]).map((node) => node.index)).flatMap(
    (indexes) => {
      const members = indexes.flatMap((i) => graph.nodes[i] ?? []);
      const inside = new Set(members);
      return shortestCircles(members, (node) => waitsFor(node).filter((target) => inside.has(target))).flatMap(
        (circle) => {
          const edges = leansOf(circle, conditions, up);
          return edges.every((edge) => edge.kind === 'hard') ? [] : [found(edges)];
        },
      );
    },
  );
}

function conditionsOf(graph: Graph, node: Node): readonly Condition[] {
  const started = node.service.start.flatMap((id, i): Condition[] => {
    const target = graph.byId.get(id);
    const place = node.service.places?.start?.[i] ?? node.service.place;
    return target === undefined ? [] : [{ of: [target], min: 1, kind: 'start', places: [place] }];
  });
  const needed = node.needs.flatMap(({ need, to }): Condition[] => {
    if (need.kind === 'soft' || (need.kind === 'cached' && need.cold === 'degraded')) return [];
    const min = need.kind === 'any' ? need.min : 1;
    return [{ of: to, min, kind: need.kind, places: to.map(() => need.place) }];
  });
  return [...needed, ...started];
}

/** The least fixed point: whatever has no unmet condition comes up and may meet the conditions of others. */
function risen(graph: Graph, conditions: readonly (readonly Condition[])[]): ReadonlySet<Node> {
  const up = new Set<Node>();
  const missing = conditions.map((list) => list.length);
  const waiting = new Map<Node, { readonly node: Node; left: number }[]>();
  for (const node of graph.nodes) {
    for (const { of, min } of conditions[node.index] ?? []) {
      const wait = { node, left: min };
      for (const target of of) {
        const list = waiting.get(target);
        if (list === undefined) waiting.set(target, [wait]);
        else list.push(wait);
      }
    }
  }
  const work = graph.nodes.filter((node) => missing[node.index] === 0);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    up.add(node);
    for (const wait of waiting.get(node) ?? []) {
      wait.left -= 1;
      if (wait.left !== 0) continue;
      const rest = (missing[wait.node.index] ?? 0) - 1;
      missing[wait.node.index] = rest;
      if (rest === 0) work.push(wait.node);
    }
  }
  return up;
}

function unmet(conditions: readonly Condition[], up: ReadonlySet<Node>): readonly Condition[] {
  return conditions.filter((c) => c.of.filter((target) => up.has(target)).length < c.min);
}

/** The edges of a circle with why each waits: a hard need rather than what else may hold it up. */
function leansOf(
  circle: readonly Node[],
  conditions: readonly (readonly Condition[])[],
  up: ReadonlySet<Node>,
): readonly Lean[] {
  return circle.flatMap((node, i): Lean[] => {
    const next = circle[(i + 1) % circle.length];
    const reasons = unmet(conditions[node.index] ?? [], up).filter((c) => next !== undefined && c.of.includes(next));
    const reason = reasons.find((c) => c.kind === 'hard') ?? reasons[0];
    if (next === undefined || reason === undefined) return [];
    const place = reason.places[reason.of.indexOf(next)] ?? node.capability.place;
    return [{ from: node.id, to: next.id, kind: reason.kind, place }];
  });
}

function found(edges: readonly Lean[]): Diagnostic {
  const [first] = edges;
  const path = [...edges.map((edge) => edge.from as CapabilityId), ...edges.slice(-1).map((edge) => edge.to)];
  const easiest = edges.find((edge) => edge.kind !== 'hard') ?? first;
  return {
    code: 'recovery/black-start',
    severity: 'error',
    subject: first?.from ?? '',
    message: `nothing of this circle can start from cold: ${path.join(' → ')}`,
    ...(first === undefined ? {} : { place: first.place }),
    path,
    proofs: [{ title: 'each waits for the next (caches are empty)', edges }],
    help: `let one of them start without the next: perhaps ${easiest?.from ?? ''} without ${easiest?.to ?? ''}, by a copy of its own, a second source or a start that does not ask for it`,
  };
}
