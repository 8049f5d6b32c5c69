import type { Recovery } from '../../model/configuration.ts';
import type { Mode } from '../../model/failure.ts';
import { MODES } from '../../model/failure.ts';
import type { CapabilityId } from '../../model/ids.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';
import { blockedPath } from '../impact/answer-impact.ts';

/** What is left of a service's ways out: an ordinary one, only break-glass, or none. */
export type Left = 'works' | 'break-glass' | 'none';

/** A way out that does not work: the first of its needs that is worse than at risk, and why, as a path. */
export interface Blocked {
  readonly way: Recovery;
  /** Which of its needs. */
  readonly need: number;
  readonly path: readonly CapabilityId[];
}

/** The ways out so long after the failure. */
export interface Moment {
  readonly afterMs: number;
  readonly left: Left;
  readonly open: readonly Recovery[];
  readonly blocked: readonly Blocked[];
}

/** How the ways out fare while a failure lasts: at once, and from each cache's expiry that changes the verdict. */
export interface Course {
  /** The modes of failure in which it goes like this: those that the same caches cover. */
  readonly modes: readonly Mode[];
  readonly moments: readonly [Moment, ...Moment[]];
}

const RANK: Readonly<Record<Left, number>> = { works: 0, 'break-glass': 1, none: 2 };

/** Whether one verdict is worse than another. */
export function isWorse(a: Left, b: Left): boolean {
  return RANK[a] > RANK[b];
}

/**
 * The modes of failure that can make a difference: two that every cache covers alike, or leaves uncovered alike,
 * have the same impact and stand together.
 */
export function modesThatDiffer(graph: Graph): readonly (readonly Mode[])[] {
  const coverings = new Set<string>();
  for (const node of graph.nodes)
    for (const { need } of node.needs) if (need.kind === 'cached') coverings.add([...need.covers].sort().join());
  const groups = new Map<string, Mode[]>();
  for (const mode of MODES) {
    const alike = [...coverings].map((covers) => (covers.split(',').includes(mode) ? '1' : '0')).join('');
    const group = groups.get(alike);
    if (group === undefined) groups.set(alike, [mode]);
    else group.push(mode);
  }
  return [...groups.values()];
}

/** One course for each group of modes, with these capabilities of a service down. */
export function waysLeft(
  graph: Graph,
  ways: readonly Recovery[],
  failing: readonly Node[],
  modes: readonly (readonly Mode[])[],
): readonly Course[] {
  const within = restingUnder(graph, ways);
  return modes.map((group) => ({
    modes: group,
    moments: momentsOf(graph, ways, failing, { mode: group[0] ?? 'wrong', within }),
  }));
}

/** Everything that these ways out lean on, however loosely. */
export function restingUnder(graph: Graph, ways: readonly Recovery[]): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const work = ways.flatMap((way) => way.needs.flatMap((id) => graph.byId.get(id) ?? []));
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const edge of node.needs) work.push(...edge.to);
  }
  return seen;
}

/**
 * The clock is moved from one expiry to the next, so that caches behind caches (whose times add up) are met too; only
 * those between the failure and a way out matter.
 * Things only grow worse with time; nothing is worse than no way out.
 */
function momentsOf(
  graph: Graph,
  ways: readonly Recovery[],
  failing: readonly Node[],
  { mode, within }: { readonly mode: Mode; readonly within: ReadonlySet<Node> },
): readonly [Moment, ...Moment[]] {
  const forced = new Map(
    failing.map((node) => [node.id, { state: 'down', mode, since: 0, clearable: false } as const]),
  );
  const at = (now: number): { readonly moment: Moment; readonly next: number } => {
    const hits = impact({ graph, forced, provenAt: () => undefined, now, within });
    let next = Infinity;
    for (const { until } of hits.values()) if (until !== null && until > now) next = Math.min(next, until);
    const blocked = ways.flatMap((way) => firstBlocked(way, (id) => blockedPath(id, hits)) ?? []);
    const open = ways.filter((way) => !blocked.some((b) => b.way === way));
    const left = open.some((way) => !way.breakGlass) ? 'works' : open.length > 0 ? 'break-glass' : 'none';
    return { moment: { afterMs: now, left, open, blocked }, next };
  };
  let { moment, next } = at(0);
  const moments: [Moment, ...Moment[]] = [moment];
  while (Number.isFinite(next) && moment.left !== 'none') {
    const later = at(next);
    if (isWorse(later.moment.left, moment.left)) moments.push((moment = later.moment));
    next = later.next;
  }
  return moments;
}

function firstBlocked(way: Recovery, pathFrom: (id: CapabilityId) => readonly CapabilityId[]): Blocked | undefined {
  for (const [need, id] of way.needs.entries()) {
    const path = pathFrom(id);
    if (path.length > 0) return { way, need, path };
  }
  return undefined;
}
