import type { Configuration, Need } from '../../model/configuration.ts';
import type { CapabilityId, ServiceId } from '../../model/ids.ts';
import { compileGraph } from '../graph/graph.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { listed } from '../paging/words.ts';
import { writtenDuration } from '../written-duration.ts';
import type { Failing, FailureMemory } from './failure-memory.ts';

/** Coincidences say something from this many on. */
const LEAST_TIMES = 3;
/** … and when the victim seldom failed without the other: this many of ten. */
const LEAST_TENTHS = 8;
/** More services than this behind one address are a load balancer or a content network, which says little. */
const MOST_SHARING = 20;

/** A change of the configuration that the log speaks for; `because` says how. For people to judge, never applied. */
export type Suggestion =
  /** `from` seems to need `to`. */
  | { readonly kind: 'edge'; readonly from: CapabilityId; readonly to: CapabilityId; readonly because: string }
  /** Services that share something undeclared: `name` is a new service that each of `from` needs. */
  | {
      readonly kind: 'shared';
      readonly name: string;
      readonly from: readonly CapabilityId[];
      readonly because: string;
    }
  /** A cache that failed before its time: it held `heldMs` at the least. */
  | {
      readonly kind: 'cache';
      readonly from: CapabilityId;
      readonly need: Need & { readonly kind: 'cached' };
      readonly heldMs: number;
      readonly because: string;
    };

/** Everything that a log suggests about a declared graph; the strongest of each kind first, otherwise by id. */
export function suggest(configuration: Configuration, memory: FailureMemory): readonly Suggestion[] {
  const graph = compileGraph(configuration);
  const reach = reachability(graph);
  return [...togetherFailing(graph, memory, reach), ...sharing(graph, memory, reach), ...brokenCaches(graph, memory)];
}

type Reach = (from: ServiceId) => ReadonlySet<ServiceId>;

/** The services that a service leans on, however loosely and however far, itself included. */
function reachability(graph: Graph): Reach {
  const known = new Map<ServiceId, ReadonlySet<ServiceId>>();
  return (from) => {
    const before = known.get(from);
    if (before !== undefined) return before;
    const seen = new Set<Node>();
    const work = [...(graph.capabilitiesOf.get(from) ?? [])];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      for (const edge of node.needs) work.push(...edge.to);
    }
    const services = new Set<ServiceId>([from, ...[...seen].map((node) => node.service.id)]);
    known.set(from, services);
    return services;
  };
}

/** When a service failed: its probes' failures, those that overlap as one. */
interface Outage {
  readonly service: ServiceId;
  readonly start: number;
  end: number;
  readonly against: Set<CapabilityId>;
}

function outagesOf(graph: Graph, memory: FailureMemory): readonly Outage[] {
  const all: Outage[] = [];
  for (const service of graph.services.keys()) {
    const failures = (graph.probesOf.get(service) ?? [])
      .flatMap((probe) => memory.failures.get(probe.id) ?? [])
      .sort((a, b) => a.start - b.start);
    let last: Outage | undefined;
    for (const { start, end, against } of failures) {
      if (last !== undefined && start <= last.end) {
        last.end = Math.max(last.end, end ?? Infinity);
        for (const id of against) last.against.add(id);
      } else all.push((last = { service, start, end: end ?? Infinity, against: new Set(against) }));
    }
  }
  return all.sort((a, b) => a.start - b.start || (a.service < b.service ? -1 : 1));
}

interface Pair {
  readonly a: ServiceId;
  readonly b: ServiceId;
  times: number;
  /** How often `a` began first. */
  aFirst: number;
  last: readonly [Outage, Outage];
}

/**
 * Services that keep failing together (begun within `causeWithin`), though neither leans on the other and nothing
 * that both lean on failed with them.
 */
function togetherFailing(graph: Graph, memory: FailureMemory, reach: Reach): readonly Suggestion[] {
  const outages = outagesOf(graph, memory);
  const pairs = new Map<string, Pair>();
  for (const [i, first] of outages.entries()) {
    const near = within(outages, i, graph.configuration.causeWithinMs);
    for (const second of near) {
      if (second.service === first.service || explained(first, second, [first, ...near], reach)) continue;
      const [a, b] = first.service < second.service ? [first, second] : [second, first];
      const key = `${a.service} ${b.service}`;
      const pair = pairs.get(key) ?? { a: a.service, b: b.service, times: 0, aFirst: 0, last: [a, b] };
      pair.times += 1;
      pair.aFirst += a === first ? 1 : 0;
      pair.last = [a, b];
      pairs.set(key, pair);
    }
  }
  const counts = new Map<ServiceId, number>();
  for (const { service } of outages) counts.set(service, (counts.get(service) ?? 0) + 1);
  return [...pairs.values()]
    .filter((pair) => pair.times >= LEAST_TIMES)
    .sort((x, y) => y.times - x.times || (x.a < y.a ? -1 : 1))
    .flatMap((pair) => edgeOf(graph, pair, counts) ?? []);
}

function within(outages: readonly Outage[], from: number, ms: number): readonly Outage[] {
  const start = outages[from]?.start ?? 0;
  const near: Outage[] = [];
  for (let i = from + 1; i < outages.length; i += 1) {
    const next = outages[i];
    if (next === undefined || next.start > start + ms) break;
    near.push(next);
  }
  return near;
}

/** Whether the declared graph tells already why these two fail together. */
function explained(first: Outage, second: Outage, near: readonly Outage[], reach: Reach): boolean {
  const [below, belowToo] = [reach(first.service), reach(second.service)];
  if (below.has(second.service) || belowToo.has(first.service)) return true;
  return near.some((other) => below.has(other.service) && belowToo.has(other.service));
}

/** The one that seldom fails alone is the victim; where both are alike, the one that begins later. */
function edgeOf(graph: Graph, pair: Pair, counts: ReadonlyMap<ServiceId, number>): Suggestion | undefined {
  const [ofA, ofB] = [counts.get(pair.a) ?? 0, counts.get(pair.b) ?? 0];
  const isVictim = ofA === ofB ? pair.aFirst * 2 < pair.times : ofA < ofB;
  const [victim, cause] = isVictim ? [0, 1] : [1, 0];
  const total = isVictim ? ofA : ofB;
  if (pair.times * 10 < total * LEAST_TENTHS) return undefined;
  const [from, to] = [capabilityOf(graph, pair.last[victim]), capabilityOf(graph, pair.last[cause])];
  if (from === undefined || to === undefined) return undefined;
  const when = new Date(Math.max(pair.last[0].start, pair.last[1].start)).toISOString();
  return {
    kind: 'edge',
    from,
    to,
    because: `${from} failed ${String(total)} times, ${String(pair.times)} of them together with ${to} (last at ${when}), and nothing declares why`,
  };
}

function capabilityOf(graph: Graph, outage: Outage | undefined): CapabilityId | undefined {
  if (outage === undefined) return undefined;
  return (
    [...outage.against].sort().find((id) => graph.byId.has(id)) ?? graph.capabilitiesOf.get(outage.service)?.[0]?.id
  );
}

const SHARED_FACTS = { addresses: 'address', spki: 'certificate' } as const;

/** Services behind one address, or with one certificate's key, that the graph does not join. */
function sharing(graph: Graph, memory: FailureMemory, reach: Reach): readonly Suggestion[] {
  const groups = new Map<
    string,
    { readonly what: string; readonly value: string; readonly nodes: Map<ServiceId, Node> }
  >();
  for (const probe of graph.configuration.probes) {
    const facts = memory.facts.get(probe.id) ?? {};
    const node = graph.nodes.find((n) => n.probes.includes(probe));
    for (const [fact, what] of Object.entries(SHARED_FACTS)) {
      const found = facts[fact];
      const values: readonly string[] = typeof found === 'object' ? found : found === undefined ? [] : [String(found)];
      for (const value of values) {
        if (node === undefined || isLoopback(value)) continue;
        const key = `${what} ${value}`;
        const group = groups.get(key) ?? { what, value, nodes: new Map<ServiceId, Node>() };
        group.nodes.set(probe.service, node);
        groups.set(key, group);
      }
    }
  }
  return [...groups.values()].flatMap(({ what, value, nodes }): Suggestion[] => {
    const services = [...nodes.keys()].sort();
    const isJoined = services.some((a) => services.some((b) => a !== b && reach(a).has(b)));
    if (services.length < 2 || services.length > MOST_SHARING || isJoined) return [];
    const name = `${what}-${value
      .replace(/^sha256\//, '')
      .replaceAll(/[^a-zA-Z0-9]+/g, '-')
      .toLowerCase()
      .slice(0, 24)
      .replaceAll(/^-+|-+$/g, '')}`;
    return [
      {
        kind: 'shared',
        name,
        from: services.flatMap((id) => nodes.get(id)?.id ?? []),
        because: `${listed(services, 6)} have the same ${what}, ${value}, and nothing declares what they share`,
      },
    ];
  });
}

function isLoopback(value: string): boolean {
  return value.startsWith('127.') || value === '::1';
}

/** Declared caches whose owner failed while what is cached was down in a covered mode, and the ttl was not over. */
function brokenCaches(graph: Graph, memory: FailureMemory): readonly Suggestion[] {
  return graph.nodes.flatMap((node) =>
    node.needs.flatMap(({ need }): Suggestion[] => {
      if (need.kind !== 'cached') return [];
      const target = graph.byId.get(need.of);
      if (target === undefined) return [];
      const breaks = failuresOf(target, memory).flatMap((down) => {
        if (!need.covers.includes(down.mode)) return [];
        const until = Math.min(down.start + need.ttlMs, down.end ?? Infinity);
        const first = failuresOf(node, memory).find((own) => own.start >= down.start && own.start < until);
        return first === undefined || failedOtherwise(node, need, first, memory) ? [] : [{ down, first }];
      });
      const [newest] = breaks.toReversed();
      if (newest === undefined) return [];
      const heldMs = Math.min(...breaks.map(({ down, first }) => first.start - down.start));
      const times = breaks.length === 1 ? 'once' : `${String(breaks.length)} times`;
      return [
        {
          kind: 'cache',
          from: node.id,
          need,
          heldMs,
          because: `${node.id} should live ${writtenDuration(need.ttlMs)} without ${need.of}, and failed ${times} before that, at the soonest after ${writtenDuration(heldMs)} (last at ${new Date(newest.first.start).toISOString()})`,
        },
      ];
    }),
  );
}

function failuresOf(node: Node, memory: FailureMemory): readonly Failing[] {
  return node.probes
    .flatMap((probe) => memory.failures.get(probe.id) ?? [])
    .filter((failing) => failing.against.has(node.id))
    .sort((a, b) => a.start - b.start);
}

/** Whether another need was down when it failed: then the cache is not to blame. */
function failedOtherwise(node: Node, cached: Need, own: Failing, memory: FailureMemory): boolean {
  return node.needs.some(
    ({ need, to }) =>
      need !== cached &&
      need.kind !== 'soft' &&
      to.some((target) =>
        failuresOf(target, memory).some((other) => other.start <= own.start && (other.end ?? Infinity) > own.start),
      ),
  );
}
