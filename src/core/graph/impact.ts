import type { Mode } from '../../model/failure.ts';
import type { CapabilityId } from '../../model/ids.ts';
import type { Edge, Graph, Node } from './graph.ts';

/** A failure that is taken as given: a root, or a symptom's own evidence. */
export interface Forced {
  readonly state: 'down' | 'degraded';
  readonly mode: Mode;
  readonly since: number;
  /** A failure that comes and goes is not cleared away by single passes of its dependents. */
  readonly clearable: boolean;
}

/** How a capability is hit. */
export interface Hit {
  readonly state: 'at-risk' | 'degraded' | 'down';
  readonly mode: Mode;
  readonly since: number;
  /** When a cache runs out, for `at-risk`; the earliest of several. */
  readonly until: number | null;
  /** The needs that pass it on, sorted; empty for what was forced. */
  readonly via: readonly CapabilityId[];
  /** Whether it is degraded through soft needs only. */
  readonly softOnly: boolean;
  readonly clearable: boolean;
}

/** What impact looks at. `provenAt`: start of the newest deep run that proved a capability which now is up; else undefined. */
export interface ImpactInput {
  readonly graph: Graph;
  readonly forced: ReadonlyMap<CapabilityId, Forced>;
  readonly provenAt: (node: Node) => number | undefined;
  readonly now: number;
  /**
   * Where only some capabilities matter: these, with everything that each of them needs. Nothing else is looked at,
   * and theirs comes out the same.
   */
  readonly within?: ReadonlySet<Node>;
}

const RANK = { 'at-risk': 1, degraded: 2, down: 3 } as const;

/**
 * Impact(R, t): the least fixed point of the need table (docs/engine.md 3) with R forced. States only grow worse
 * along the way and there are three of them, so it ends, also with circles, and is the same in any order.
 * Which capabilities are cleared (proven deep by a run that began after the trouble travelled there) is
 * decided on a first pass without cuts and then fixed.
 */
export function impact(input: ImpactInput): ReadonlyMap<CapabilityId, Hit> {
  const uncut = fixedPoint(input, new Set());
  const cleared = new Set<CapabilityId>();
  for (const [id, hit] of uncut) {
    if (input.forced.has(id) || !hit.clearable || hit.state === 'at-risk') continue;
    const node = input.graph.byId.get(id);
    const provenAt = node === undefined ? undefined : input.provenAt(node);
    if (provenAt !== undefined && provenAt > hit.since) cleared.add(id);
  }
  return cleared.size === 0 ? uncut : fixedPoint(input, cleared);
}

/**
 * Nodes are looked at in visiting order, so that everything a node needs is known when its turn comes: once
 * each, but for those of circles, which are gone over until nothing moves.
 */
function fixedPoint(input: ImpactInput, cleared: ReadonlySet<CapabilityId>): Map<CapabilityId, Hit> {
  const hits = new Map<CapabilityId, Hit>();
  const roots: Node[] = [];
  for (const [id, f] of input.forced) {
    const node = input.graph.byId.get(id);
    if (node === undefined) continue;
    hits.set(id, { ...f, until: null, via: [], softOnly: false });
    roots.push(node);
  }
  const waiting = new Set<Node>();
  const { within } = input;
  const isLookedAt = (node: Node): boolean => within === undefined || within.has(node);
  const wake = (node: Node): void => {
    for (const { node: dependent } of node.dependents) if (isLookedAt(dependent)) waiting.add(dependent);
  };
  roots.forEach(wake);
  const order = dependentsInOrder(roots, isLookedAt);
  while (waiting.size > 0) {
    for (const node of order) {
      if (!waiting.delete(node)) continue;
      const before = hits.get(node.id);
      const after = worst(node, hits, input.now, cleared.has(node.id));
      if (after === undefined || sameHit(before, after)) continue;
      const forced = input.forced.get(node.id);
      // What was forced keeps its own words unless its needs make it worse.
      if (forced !== undefined && RANK[after.state] <= RANK[forced.state]) continue;
      if (before !== undefined && RANK[after.state] < RANK[before.state]) continue;
      hits.set(node.id, after);
      if (
        before === undefined ||
        before.state !== after.state ||
        before.since !== after.since ||
        before.until !== after.until
      )
        wake(node);
    }
  }
  return hits;
}

/** Everything that rests on these nodes, in visiting order. */
function dependentsInOrder(roots: readonly Node[], isLookedAt: (node: Node) => boolean): readonly Node[] {
  const seen = new Set<Node>();
  const work = [...roots];
  for (let node = work.pop(); node !== undefined; node = work.pop())
    for (const { node: dependent } of node.dependents) {
      if (seen.has(dependent) || !isLookedAt(dependent)) continue;
      seen.add(dependent);
      work.push(dependent);
    }
  return [...seen].sort((a, b) => a.component - b.component || a.index - b.index);
}

interface Passed {
  readonly hit: Hit;
  readonly soft: boolean;
}

function worst(node: Node, hits: ReadonlyMap<CapabilityId, Hit>, now: number, isCleared: boolean): Hit | undefined {
  let top: Passed[] = [];
  let rank = 0;
  for (const edge of node.needs) {
    const hit = passOn(edge, hits, now);
    if (hit === undefined || (isCleared && hit.state !== 'at-risk') || RANK[hit.state] < rank) continue;
    if (RANK[hit.state] > rank) top = [];
    rank = RANK[hit.state];
    top.push({ hit, soft: edge.need.kind === 'soft' });
  }
  const [only] = top;
  return only === undefined ? undefined : top.length === 1 ? alone(only) : together(top);
}

function alone({ hit, soft }: Passed): Hit {
  const until = hit.state === 'at-risk' ? hit.until : null;
  const softOnly = soft || hit.softOnly;
  const via = hit.via.length > 1 ? [...hit.via].sort() : hit.via;
  return { ...hit, until, via, softOnly };
}

/** Several equally bad ones: the earliest gives its words. */
function together(top: readonly Passed[]): Hit {
  const first = top.reduce((a, b) => (b.hit.since < a.hit.since ? b : a)).hit;
  const untils = top.flatMap((p) => (p.hit.until === null ? [] : [p.hit.until]));
  return {
    ...first,
    until: first.state === 'at-risk' && untils.length > 0 ? Math.min(...untils) : null,
    via: [...new Set(top.flatMap((p) => p.hit.via))].sort(),
    softOnly: top.every((p) => p.soft || p.hit.softOnly),
    clearable: top.every((p) => p.hit.clearable),
  };
}

/** One need's part: the table of docs/engine.md 3. */
function passOn(edge: Edge, hits: ReadonlyMap<CapabilityId, Hit>, now: number): Hit | undefined {
  const need = edge.need;
  if (need.kind === 'any') return passOnAny(edge, need.min, hits);
  const hit = hits.get(need.of);
  if (hit === undefined) return undefined;
  const via = [need.of];
  switch (need.kind) {
    case 'hard':
      return { ...hit, via };
    case 'soft':
      return hit.state === 'down' ? { ...hit, state: 'degraded', until: null, via, softOnly: true } : undefined;
    case 'cached': {
      if (hit.state === 'at-risk') return undefined;
      if (hit.state === 'degraded') return { ...hit, state: 'at-risk', until: null, via, softOnly: false };
      if (!need.covers.includes(hit.mode)) return { ...hit, state: need.cold, until: null, via, softOnly: false };
      const coldAt = hit.since + need.ttlMs;
      if (now < coldAt) return { ...hit, state: 'at-risk', until: coldAt, via, softOnly: false };
      return { ...hit, state: need.cold, since: coldAt, until: null, via, softOnly: false };
    }
    default:
      return need satisfies never;
  }
}

function passOnAny(edge: Edge, min: number, hits: ReadonlyMap<CapabilityId, Hit>): Hit | undefined {
  const members = edge.to.flatMap((n) => {
    const hit = hits.get(n.id);
    return hit === undefined ? [] : [{ id: n.id, hit }];
  });
  if (members.length === 0) return undefined;
  const fallen = members
    .filter((m) => m.hit.state === 'down')
    .sort((a, b) => a.hit.since - b.hit.since || (a.id < b.id ? -1 : 1));
  const via = members.map((m) => m.id);
  const exhaustedBy = fallen[edge.to.length - min];
  if (exhaustedBy !== undefined)
    return { ...exhaustedBy.hit, state: 'down', until: null, via: fallen.map((m) => m.id), softOnly: false };
  const first = members.reduce((a, b) => (b.hit.since < a.hit.since ? b : a)).hit;
  return { ...first, state: 'at-risk', until: null, via, softOnly: false };
}

function sameHit(a: Hit | undefined, b: Hit): boolean {
  return (
    a !== undefined &&
    a.state === b.state &&
    a.since === b.since &&
    a.until === b.until &&
    a.mode === b.mode &&
    a.softOnly === b.softOnly &&
    a.clearable === b.clearable &&
    a.via.length === b.via.length &&
    a.via.every((v, i) => v === b.via[i])
  );
}
