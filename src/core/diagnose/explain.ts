import type { Mode } from '../../model/failure.ts';
import type { CapabilityId, ProbeId } from '../../model/ids.ts';
import { ownEvidence } from '../detect/evidence.ts';
import type { OwnEvidence, OwnFailure, ProbeStates } from '../detect/evidence.ts';
import type { Onset } from '../detect/probe-state.ts';
import type { Edge, Graph, Node } from '../graph/graph.ts';

/** What a capability passes on to those that need it: a failure, when it began, and which roots it comes from. */
export interface Blame {
  readonly state: 'down' | 'degraded';
  readonly mode: Mode;
  readonly since: number;
  readonly onset: Onset;
  /** Root capabilities that it is traced to; sorted. */
  readonly roots: readonly CapabilityId[];
  /** It reaches only what began to fail after this: somebody on the way worked then, and cannot be asked again. */
  readonly after?: number;
}

/** Why a failing capability is not a root: the needs that explain it, nearest first. */
export interface Explanation {
  readonly by: readonly CapabilityId[];
  readonly roots: readonly CapabilityId[];
}

/** The causes among what fails. */
export interface Diagnosis {
  /** Root capabilities with their own failure, by id. */
  readonly roots: ReadonlyMap<CapabilityId, OwnFailure>;
  /** Failing capabilities that others explain. */
  readonly explained: ReadonlyMap<CapabilityId, Explanation>;
  /** Everything that fails or is thought to, in visiting order. */
  readonly blames: ReadonlyMap<CapabilityId, Blame>;
  /** Failing probes that are explained: one of the capabilities that they count against is. */
  readonly explainedProbes: ReadonlyMap<ProbeId, Explanation>;
  /** Failing probes that are not. */
  readonly rootProbes: readonly ProbeId[];
}

/** What diagnosis looks at. `failing`: ids of probes that count as failing. `forced`: capabilities taken for failing (inferred causes). */
export interface DiagnosisInput {
  readonly graph: Graph;
  readonly states: ProbeStates;
  readonly failing: readonly ProbeId[];
  readonly now: number;
  readonly causeWithinMs: number;
  readonly forced?: ReadonlyMap<CapabilityId, OwnFailure>;
}

/**
 * Steps 1 and 2 of docs/engine.md 4: visits dependencies first, circles condensed, and tells roots from symptoms.
 * A probe is explained when one of the capabilities it counts against is; its other capabilities are then
 * unknown rather than down, which can take the ground from under others: so the visit is repeated until
 * nothing changes (each round explains at least one more probe, so it ends).
 */
export function diagnose(input: DiagnosisInput): Diagnosis {
  let ignored: ReadonlySet<ProbeId> = new Set();
  for (;;) {
    const visit = visitAll(input, ignored);
    const { explainedProbes, rootProbes, next } = judgeProbes(input, visit, ignored);
    if (next.size === ignored.size)
      return { roots: visit.roots, explained: visit.explained, blames: visit.blames, explainedProbes, rootProbes };
    ignored = next;
  }
}

interface Visit {
  readonly roots: Map<CapabilityId, OwnFailure>;
  readonly explained: Map<CapabilityId, Explanation>;
  readonly blames: Map<CapabilityId, Blame>;
}

function judgeProbes(
  input: DiagnosisInput,
  visit: Visit,
  ignored: ReadonlySet<ProbeId>,
): { explainedProbes: Map<ProbeId, Explanation>; rootProbes: ProbeId[]; next: ReadonlySet<ProbeId> } {
  const explainedProbes = new Map<ProbeId, Explanation>();
  const rootProbes: ProbeId[] = [];
  const next = new Set(ignored);
  for (const id of input.failing) {
    const against = input.states(id)?.failure?.against ?? [];
    const explanations = against.flatMap((c) => visit.explained.get(c) ?? []);
    if (explanations.length === 0) {
      rootProbes.push(id);
      continue;
    }
    explainedProbes.set(id, {
      by: sorted(explanations.flatMap((e) => e.by)),
      roots: sorted(explanations.flatMap((e) => e.roots)),
    });
    if (against.some((c) => visit.roots.has(c))) next.add(id);
  }
  return { explainedProbes, rootProbes, next };
}

function visitAll(input: DiagnosisInput, ignored: ReadonlySet<ProbeId>): Visit {
  const visit: Visit = { roots: new Map(), explained: new Map(), blames: new Map() };
  const evidence = new Map<CapabilityId, OwnEvidence>();
  const evidenceOf = (node: Node): OwnEvidence => {
    let known = evidence.get(node.id);
    if (known === undefined) {
      const forced = input.forced?.get(node.id);
      known = forced === undefined ? evidenceIn(input, node, ignored, visit) : { kind: 'failing', failure: forced };
      evidence.set(node.id, known);
    }
    return known;
  };
  for (const component of affectedComponents(input)) {
    if (component.length === 1 && component[0]?.circular === false) visitOne(component[0], input, evidenceOf, visit);
    else visitCircle(component, input, evidenceOf, visit);
  }
  return visit;
}

/**
 * An explained probe's *other* capabilities are unknown; the explained one itself keeps its failure. Inside a
 * circle what explains it may not be visited yet, so nothing is left out there.
 */
function evidenceIn(input: DiagnosisInput, node: Node, ignored: ReadonlySet<ProbeId>, visit: Visit): OwnEvidence {
  const all = ownEvidence(node, input.states, () => false);
  if (all.kind !== 'failing' || node.circular || !all.failure.probes.some((p) => ignored.has(p))) return all;
  return explanationFor(node, all.failure, input, visit.blames) === undefined
    ? ownEvidence(node, input.states, (s) => ignored.has(s.id))
    : all;
}

/** Components that hold a failing capability or (transitively) need one, in visiting order. */
function affectedComponents(input: DiagnosisInput): readonly (readonly Node[])[] {
  const reached = new Set<Node>();
  const work: Node[] = [];
  const reach = (node: Node | undefined): void => {
    if (node === undefined || reached.has(node)) return;
    reached.add(node);
    work.push(node);
  };
  for (const probe of input.failing)
    for (const id of input.states(probe)?.failure?.against ?? []) reach(input.graph.byId.get(id));
  for (const id of input.forced?.keys() ?? []) reach(input.graph.byId.get(id));
  for (let node = work.pop(); node !== undefined; node = work.pop()) for (const d of node.dependents) reach(d.node);
  const positions = [...new Set([...reached].map((n) => n.component))].sort((a, b) => a - b);
  return positions.map((p) => input.graph.components[p] ?? []);
}

type EvidenceOf = (node: Node) => OwnEvidence;

function visitOne(node: Node, input: DiagnosisInput, evidenceOf: EvidenceOf, visit: Visit): void {
  const own = evidenceOf(node);
  if (own.kind === 'failing') {
    const explanation = explanationFor(node, own.failure, input, visit.blames);
    if (explanation === undefined) ground(node, own.failure, visit);
    else settle(node, own.failure, explanation, visit);
    return;
  }
  const passed = inferred(node, own, input, visit.blames);
  if (passed !== undefined) visit.blames.set(node.id, passed);
}

/**
 * In a circle whose failing members stay unexplained, the root is the one with the earliest onset end, then
 * most failing dependents inside, then smallest id; it is grounded, its effect passed on, and so again.
 */
function visitCircle(members: readonly Node[], input: DiagnosisInput, evidenceOf: EvidenceOf, visit: Visit): void {
  const inside = new Set(members);
  for (;;) {
    spread(members, input, evidenceOf, visit);
    const open = members.flatMap((node) => {
      const own = evidenceOf(node);
      return own.kind === 'failing' && !visit.blames.has(node.id) ? [{ node, failure: own.failure }] : [];
    });
    if (open.length === 0) return;
    const failingDependents = (node: Node): number =>
      new Set(
        node.dependents.filter((d) => inside.has(d.node) && evidenceOf(d.node).kind === 'failing').map((d) => d.node),
      ).size;
    open.sort(
      (a, b) =>
        a.failure.onset.end - b.failure.onset.end ||
        failingDependents(b.node) - failingDependents(a.node) ||
        (a.node.id < b.node.id ? -1 : 1),
    );
    const first = open[0];
    if (first !== undefined) ground(first.node, first.failure, visit);
  }
}

/** Passes effects on inside a circle until nothing changes; only what is grounded passes anything on. */
function spread(members: readonly Node[], input: DiagnosisInput, evidenceOf: EvidenceOf, visit: Visit): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const node of members) {
      if (visit.blames.has(node.id)) continue;
      const own = evidenceOf(node);
      if (own.kind === 'failing') {
        const explanation = explanationFor(node, own.failure, input, visit.blames);
        if (explanation === undefined) continue;
        settle(node, own.failure, explanation, visit);
      } else {
        const passed = inferred(node, own, input, visit.blames);
        if (passed === undefined) continue;
        visit.blames.set(node.id, passed);
      }
      changed = true;
    }
  }
}

function ground(node: Node, failure: OwnFailure, visit: Visit): void {
  visit.roots.set(node.id, failure);
  visit.blames.set(node.id, {
    state: failure.state,
    mode: failure.mode,
    since: failure.since,
    onset: failure.onset,
    roots: [node.id],
  });
}

function settle(node: Node, failure: OwnFailure, explanation: Explanation, visit: Visit): void {
  visit.explained.set(node.id, explanation);
  visit.blames.set(node.id, {
    state: failure.state,
    mode: failure.mode,
    since: failure.since,
    onset: failure.onset,
    roots: explanation.roots,
  });
}

/** Which needs explain a capability that fails by its own evidence; undefined where none does. */
function explanationFor(
  node: Node,
  failure: OwnFailure,
  input: DiagnosisInput,
  blames: ReadonlyMap<CapabilityId, Blame>,
): Explanation | undefined {
  const by: CapabilityId[] = [];
  const roots: CapabilityId[] = [];
  // While one cause explained it, nobody could see when another one reached it.
  const explainedAt = failure.probes.map((id) => input.states(id)?.failure?.explainedAt ?? 0);
  const latestStart = Math.max(failure.onset.end, ...explainedAt) + input.causeWithinMs;
  for (const edge of node.needs) {
    const blame = explainingBlame(edge, failure, input, blames);
    if (blame === undefined || blame.onset.start > latestStart) continue;
    if (blame.after !== undefined && failure.since <= blame.after) continue;
    by.push(...edge.to.filter((n) => blames.has(n.id)).map((n) => n.id));
    roots.push(...blame.roots);
  }
  // A root inside the own circle may need this one in turn; nothing explains itself.
  const others = roots.filter((r) => r !== node.id);
  return others.length === 0 ? undefined : { by: sorted(by), roots: sorted(others) };
}

function explainingBlame(
  edge: Edge,
  victim: OwnFailure,
  input: DiagnosisInput,
  blames: ReadonlyMap<CapabilityId, Blame>,
): Blame | undefined {
  const need = edge.need;
  switch (need.kind) {
    case 'hard':
      return blames.get(need.of);
    case 'soft':
      return victim.state === 'degraded' ? blames.get(need.of) : undefined;
    case 'cached': {
      const blame = blames.get(need.of);
      if (blame === undefined || blame.state === 'degraded') return undefined;
      // The cache can have been filled as early as the need's last pass, so its time counts from there.
      const cold = !need.covers.includes(blame.mode) || blame.onset.start + need.ttlMs <= victim.onset.end;
      return cold ? blame : undefined;
    }
    case 'any':
      return exhausted(edge, need.min, input, blames);
    default:
      return need satisfies never;
  }
}

/** What a capability without failing evidence of its own passes on from its needs; undefined: nothing. */
function inferred(
  node: Node,
  own: OwnEvidence,
  input: DiagnosisInput,
  blames: ReadonlyMap<CapabilityId, Blame>,
): Blame | undefined {
  let worst: Blame | undefined;
  for (const edge of node.needs) {
    const blame = passedOn(edge, input, blames);
    if (blame === undefined) continue;
    // Seen to work by a deep run that began after the trouble did: it does not reach this one. Not so for what
    // cannot be asked again (a heartbeat): it may have stopped since, for those who began to fail after it was seen.
    const isSeenWorking = own.kind === 'up' && own.deep && own.provenAt > blame.since;
    if (isSeenWorking && node.probes.some((p) => p.deep && p.onDemand)) continue;
    const passed = isSeenWorking ? { ...blame, after: Math.max(own.provenAt, blame.after ?? 0) } : blame;
    worst = worst === undefined ? passed : merged(worst, passed);
  }
  return worst;
}

function passedOn(edge: Edge, input: DiagnosisInput, blames: ReadonlyMap<CapabilityId, Blame>): Blame | undefined {
  const need = edge.need;
  switch (need.kind) {
    case 'hard':
      return blames.get(need.of);
    case 'soft': {
      const blame = blames.get(need.of);
      return blame === undefined || blame.state === 'degraded' ? undefined : { ...blame, state: 'degraded' };
    }
    case 'cached': {
      const blame = blames.get(need.of);
      if (blame === undefined || blame.state === 'degraded') return undefined;
      if (!need.covers.includes(blame.mode)) return { ...blame, state: need.cold };
      if (blame.since + need.ttlMs > input.now) return undefined;
      const onset = { start: blame.onset.start + need.ttlMs, end: blame.onset.end + need.ttlMs };
      return { ...blame, state: need.cold, since: blame.since + need.ttlMs, onset };
    }
    case 'any':
      return exhausted(edge, need.min, input, blames);
    default:
      return need satisfies never;
  }
}

/** Down when fewer than `min` members stand. Its onset is that of the member that exhausted it. */
function exhausted(
  edge: Edge,
  min: number,
  input: DiagnosisInput,
  blames: ReadonlyMap<CapabilityId, Blame>,
): Blame | undefined {
  const fallen = edge.to.flatMap((n) => {
    const blame = blames.get(n.id);
    return blame !== undefined && blame.state === 'down' && blame.after === undefined ? [blame] : [];
  });
  if (fallen.length === 0) return undefined;
  // A member nobody knows anything of counts as fallen once another is down: an unknown never exonerates.
  const unknown = edge.to.filter(
    (n) => !blames.has(n.id) && ownEvidence(n, input.states, () => false).kind === 'unknown',
  ).length;
  if (edge.to.length - fallen.length - unknown >= min) return undefined;
  fallen.sort((a, b) => a.onset.end - b.onset.end || a.since - b.since);
  const last = fallen[Math.min(fallen.length - 1, edge.to.length - unknown - min)] ?? fallen[fallen.length - 1];
  if (last === undefined) return undefined;
  return { ...last, state: 'down', roots: sorted(fallen.flatMap((b) => b.roots)) };
}

/** The worse of two, traced to the roots of both; the earlier beginning counts among equals. */
function merged(a: Blame, b: Blame): Blame {
  // The same trouble by two ways, as in most graphs.
  if (a === b) return a;
  const worse = a.state === b.state ? (a.since <= b.since ? a : b) : a.state === 'down' ? a : b;
  return { ...worse, roots: sorted([...a.roots, ...b.roots]) };
}

function sorted<T extends string>(ids: readonly T[]): readonly T[] {
  return [...new Set(ids)].sort();
}
