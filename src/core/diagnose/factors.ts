import type { FailureClass } from '../../model/failure.ts';
import type { ProbeId } from '../../model/ids.ts';
import { stageOf } from '../detect/classes.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import type { Failure, ProbeState } from '../detect/probe-state.ts';
import type { Graph } from '../graph/graph.ts';
import type { State, Turn } from '../state.ts';

/** Something that failing probes share without declaring it, and that explains their kind of failure. */
export interface Factor {
  /** `ca:…`, `resolver:…`, `prefix:…` or `location:…`. */
  readonly id: string;
  /** Root probes that it explains; sorted. */
  readonly members: readonly ProbeId[];
}

/** Fewer services than these are no pattern. */
const MIN_SUPPORT = 3;
/** Of all that share the factor, at least eight in ten must be hit. */
const HIT_RATIO_TENTHS = 8;
const SPREAD_MS = 90_000;

/**
 * Derived factors (docs/engine.md 4, step 3): a certificate authority explains only `tls.*`, a resolver only
 * `dns.*`, an address prefix only `connect.*` and timeouts, a location anything that is seen from it alone. Greedy: most members first, then id.
 */
export function sharedFactors(turn: Turn, roots: readonly ProbeId[]): readonly Factor[] {
  const byFactor = new Map<string, ProbeId[]>();
  for (const id of roots) {
    const state = turn.state.probes.get(id);
    const failure = state?.failure;
    if (state === undefined || failure === undefined || failure === null) continue;
    for (const factor of factorsOf(turn.graph, state)) byFactor.set(factor, [...(byFactor.get(factor) ?? []), id]);
  }
  const accepted: Factor[] = [];
  const taken = new Set<ProbeId>();
  for (const [id, members] of [...byFactor].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))) {
    const free = members.filter((m) => !taken.has(m)).sort();
    if (!isPattern(turn, id, free)) continue;
    for (const member of free) taken.add(member);
    accepted.push({ id, members: free });
  }
  return accepted;
}

/** The factors that could explain the failure of this probe: by its class, and by where it is seen from. */
export function factorsOf(graph: Graph, state: ProbeState): readonly string[] {
  const { failure } = state;
  if (failure === null) return [];
  const prefix = explains(failure.class);
  const place = seenOnlyFrom(failure);
  return keysOf(graph, state).filter(
    (key) => key === `location:${place ?? ''}` || (prefix !== undefined && key.startsWith(prefix)),
  );
}

/** The one place that sees a failure, where others see it work. */
export function seenOnlyFrom({ from }: Failure): string | undefined {
  return from?.length === 1 ? from[0] : undefined;
}

/** Everything that this probe shares with others, whatever it fails by. */
function keysOf(graph: Graph, state: ProbeState): readonly string[] {
  const issuer = state.facts['issuer'];
  const resolver = resolverOf(graph, state.id);
  return [
    ...(typeof issuer === 'string' ? [`ca:${issuer}`] : []),
    `resolver:${resolver}`,
    ...prefixesOf(state).map((p) => `prefix:${p}`),
    ...[...(state.views?.keys() ?? [])].sort().map((place) => `location:${place}`),
  ];
}

/** Keeps the index of who shares what: called around every change of a probe's facts, with what it was before. */
export function indexFactors(state: State, graph: Graph, probe: ProbeState, change: () => void): void {
  for (const key of keysOf(graph, probe)) {
    const users = state.factorUsers.get(key);
    users?.delete(probe.id);
    if (users?.size === 0) state.factorUsers.delete(key);
  }
  change();
  for (const key of keysOf(graph, probe)) {
    const users = state.factorUsers.get(key) ?? new Set<ProbeId>();
    state.factorUsers.set(key, users.add(probe.id));
  }
}

function explains(failureClass: FailureClass): string | undefined {
  const stage = stageOf(failureClass);
  if (stage === 'tls') return 'ca:';
  if (stage === 'dns') return 'resolver:';
  return stage === 'connect' || failureClass === 'latency.timeout' ? 'prefix:' : undefined;
}

function isPattern(turn: Turn, id: string, members: readonly ProbeId[]): boolean {
  const services = new Set(members.map((m) => turn.graph.probes.get(m)?.service));
  if (services.size < MIN_SUPPORT) return false;
  const begins = members.flatMap((m) => turn.state.probes.get(m)?.failure?.since ?? []);
  if (Math.max(...begins) - Math.min(...begins) > SPREAD_MS) return false;
  const users = [...(turn.state.factorUsers.get(id) ?? [])];
  const hit = users.filter((user) => {
    const state = turn.state.probes.get(user);
    if (state === undefined || state.failure === null || !countsAsFailing(state)) return false;
    return factorsOf(turn.graph, state).includes(id);
  });
  return hit.length * 10 >= users.length * HIT_RATIO_TENTHS;
}

function resolverOf(graph: Graph, id: ProbeId): string {
  const options = graph.probes.get(id)?.options;
  const own = typeof options === 'object' && options !== null && 'resolver' in options ? options.resolver : undefined;
  return typeof own === 'string' ? own : 'system';
}

/** The /24 of each IPv4 address that the probe last saw; loopback is no network. */
function prefixesOf(state: ProbeState): readonly string[] {
  const addresses = state.facts['addresses'];
  if (!Array.isArray(addresses)) return [];
  const prefixes = addresses.flatMap((address: unknown) => {
    const found = /^(\d+)\.(\d+)\.(\d+)\.\d+$/.exec(String(address));
    return found === null || found[1] === '127' ? [] : [`${found.slice(1, 4).join('.')}.0/24`];
  });
  return [...new Set(prefixes)].sort();
}
