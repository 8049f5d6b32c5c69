import type { CapabilityId } from '../../model/ids.ts';
import { ownEvidence } from '../detect/evidence.ts';
import type { OwnFailure } from '../detect/evidence.ts';
import { impact } from '../graph/impact.ts';
import type { Node } from '../graph/graph.ts';
import { diagnose } from './explain.ts';
import type { Diagnosis, DiagnosisInput } from './explain.ts';

/** Supporters can have begun to fail within this time of each other, as far as their onsets tell. */
const SPREAD_MS = 90_000;
/** So many that fail together outweigh one that still works: it may hold on a little, or be spared. */
const SUPPORT_PER_CONTRADICTION = 3;
/** At most this many candidates are tried in one round, those with most support first. */
const MAX_CANDIDATES = 50;

/** Whether an unexplained failure may count for a candidate: what an old failure left behind may not. */
export type SpeaksFor = (failure: OwnFailure, candidate: Node) => boolean;

/** Diagnosis with the causes that were inferred for it, by capability. */
export interface DiagnosisWithCauses {
  readonly diagnosis: Diagnosis;
  readonly inferred: ReadonlyMap<CapabilityId, OwnFailure>;
}

/**
 * Step 3 of docs/engine.md 4: while two or more root services remain, looks for a declared capability that nobody
 * has deep evidence about and that would explain several of them. Greedy: most support, then smallest impact,
 * then id; then diagnosis again with it forced down. `first`: the diagnosis without any.
 */
export function diagnoseWithSharedCauses(
  input: DiagnosisInput,
  first: Diagnosis,
  speaksFor: SpeaksFor,
): DiagnosisWithCauses {
  const inferred = new Map<CapabilityId, OwnFailure>();
  let diagnosis = first;
  for (;;) {
    const best = bestCandidate({ ...input, forced: inferred }, diagnosis, speaksFor);
    if (best === undefined) return { diagnosis, inferred };
    inferred.set(best.node.id, best.failure);
    diagnosis = best.diagnosis;
  }
}

type RootFailure = readonly [CapabilityId, OwnFailure];

interface Accepted {
  readonly node: Node;
  readonly failure: OwnFailure;
  readonly diagnosis: Diagnosis;
  readonly support: number;
  readonly impactSize: number;
}

function bestCandidate(input: DiagnosisInput, before: Diagnosis, speaksFor: SpeaksFor): Accepted | undefined {
  if (servicesOf(before.roots.keys()).size < 2) return undefined;
  let best: Accepted | undefined;
  for (const { node, reachedBy } of candidates(input, before)) {
    if (best !== undefined && reachedBy < best.support) break;
    const accepted = judge(input, before, node, speaksFor);
    if (accepted !== undefined && (best === undefined || isBetter(accepted, best))) best = accepted;
  }
  return best;
}

function isBetter(a: Accepted, b: Accepted): boolean {
  if (a.support !== b.support) return a.support > b.support;
  if (a.impactSize !== b.impactSize) return a.impactSize < b.impactSize;
  return a.node.id < b.node.id;
}

/** Capabilities without newer deep evidence that two or more root services rest on, through others such; most reached first. */
function candidates(input: DiagnosisInput, diagnosis: Diagnosis): readonly { node: Node; reachedBy: number }[] {
  const reachedBy = new Map<Node, Set<string>>();
  for (const [id, failure] of diagnosis.roots) {
    const root = input.graph.byId.get(id);
    if (root === undefined) continue;
    const seen = new Set<Node>([root]);
    const work = [root];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      for (const edge of node.needs) {
        if (edge.need.kind === 'soft') continue;
        for (const target of edge.to) {
          if (seen.has(target) || diagnosis.blames.has(target.id) || isKnownToWork(input, target, failure.since))
            continue;
          seen.add(target);
          work.push(target);
          reachedBy.set(target, (reachedBy.get(target) ?? new Set()).add(root.service.id));
        }
      }
    }
  }
  return [...reachedBy]
    .filter(([, services]) => services.size >= 2)
    .map(([node, services]) => ({ node, reachedBy: services.size }))
    .sort((a, b) => b.reachedBy - a.reachedBy || (a.node.id < b.node.id ? -1 : 1))
    .slice(0, MAX_CANDIDATES);
}

function isKnownToWork(input: DiagnosisInput, node: Node, since: number): boolean {
  const own = ownEvidence(node, input.states, () => false);
  return own.kind === 'up' && own.deep && own.provenAt > since;
}

/** Forces a candidate down and weighs it: support against contradiction, and whether its supporters began together. */
function judge(input: DiagnosisInput, before: Diagnosis, node: Node, speaksFor: SpeaksFor): Accepted | undefined {
  const failures = togetherIn([...before.roots].filter(([id, f]) => speaksFor(f, node) && restsOn(input, id, node)));
  if (failures.length === 0) return undefined;
  const onset = {
    start: Math.min(...failures.map(([, f]) => f.onset.start)),
    end: Math.min(...failures.map(([, f]) => f.onset.end)),
  };
  const failure: OwnFailure = {
    state: 'down',
    mode: 'unreachable',
    since: Math.min(...failures.map(([, f]) => f.since)),
    onset,
    probes: [],
    byRatio: false,
  };
  const diagnosis = diagnose({ ...input, forced: new Map([...(input.forced ?? []), [node.id, failure]]) });
  if (!diagnosis.roots.has(node.id)) return undefined;
  const supporters = failures.filter(([id]) => !diagnosis.roots.has(id));
  const support = servicesOf(supporters.map(([id]) => id)).size;
  const begins = supporters.map(([, f]) => f.since);
  const last = Math.max(...begins);
  if (support < (shallowlyUp(input, node, Math.min(...begins)) ? 3 : 2)) return undefined;
  const hits = impact({
    graph: input.graph,
    forced: new Map([[node.id, { state: 'down', mode: 'unreachable', since: failure.since, clearable: true }]]),
    provenAt: () => undefined,
    now: input.now,
  });
  const witnesses = nearestWitnesses(node);
  const contradiction = [...hits].filter(([id, hit]) => {
    const dependent = input.graph.byId.get(id);
    return (
      hit.state !== 'at-risk' &&
      !hit.softOnly &&
      dependent !== undefined &&
      witnesses.has(dependent) &&
      isKnownToWork(input, dependent, last)
    );
  }).length;
  if (contradiction * SUPPORT_PER_CONTRADICTION > support) return undefined;
  return { node, failure, diagnosis, support, impactSize: hits.size };
}

/**
 * The most failures that can have begun together. An onset is an interval: a probe that runs every five minutes can
 * have begun to fail long before it was seen to. What joins later (a cache that ran out) neither adds nor takes away.
 */
function togetherIn(failures: readonly RootFailure[]): readonly RootFailure[] {
  let most: readonly RootFailure[] = [];
  for (const [, { onset }] of failures) {
    const group = failures.filter(
      ([, f]) => f.onset.start - onset.end <= SPREAD_MS && onset.start - f.onset.end <= SPREAD_MS,
    );
    if (group.length > most.length) most = group;
  }
  return most;
}

/**
 * Those who would tell first: what rests on a candidate with nothing between that somebody looks at deeply. What
 * works behind one that fails, or that has not answered yet, says nothing of the candidate; nor does what works
 * on its cache, which may hold longer than was declared.
 */
function nearestWitnesses(candidate: Node): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const work = [candidate];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (const { node: dependent, edge } of node.dependents) {
      if (seen.has(dependent) || edge.need.kind === 'soft' || edge.need.kind === 'cached') continue;
      seen.add(dependent);
      if (!dependent.probes.some((p) => p.deep)) work.push(dependent);
    }
  }
  return seen;
}

/** A shallow probe that still passes makes a guess less likely: it then takes three. */
function shallowlyUp(input: DiagnosisInput, node: Node, since: number): boolean {
  const own = ownEvidence(node, input.states, () => false);
  return own.kind === 'up' && !own.deep && own.provenAt > since;
}

function restsOn(input: DiagnosisInput, id: CapabilityId, target: Node): boolean {
  const start = input.graph.byId.get(id);
  if (start === undefined) return false;
  const seen = new Set<Node>([start]);
  const work = [start];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (node === target) return true;
    for (const edge of node.needs) {
      if (edge.need.kind === 'soft') continue;
      for (const next of edge.to) {
        if (seen.has(next)) continue;
        seen.add(next);
        work.push(next);
      }
    }
  }
  return false;
}

function servicesOf(ids: Iterable<CapabilityId>): ReadonlySet<string> {
  return new Set([...ids].map((id) => id.slice(0, id.indexOf('.'))));
}
