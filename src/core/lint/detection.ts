import type { Diagnostic, Probe, Service } from '../../model/configuration.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { writtenDuration as written } from '../written-duration.ts';
import { cronGaps } from './cron-gaps.ts';

/** One term of a sum of times. */
interface Term {
  readonly ms: number;
  readonly words: string;
}

/** `detect/budget`: a service promises to be detected sooner than its schedule can keep; prints the sum. */
export function detection(graph: Graph): readonly Diagnostic[] {
  return [...graph.services.values()].flatMap((service) => {
    const promisedMs = service.detectWithinMs;
    if (promisedMs === undefined) return [];
    const nodes = graph.capabilitiesOf.get(service.id) ?? [];
    const probed = nodes.filter((node) => telling(node).length > 0);
    if (probed.length === 0) return neverDetected(service, nodes, promisedMs);
    const slowest = probed
      .map((node) => ({ node, ...fastest(graph, node) }))
      .reduce((a, b) => (b.sumMs > a.sumMs ? b : a));
    return slowest.sumMs <= promisedMs ? [] : [tooSlow(service, slowest, promisedMs)];
  });
}

/** Probes that may tell somebody. */
function telling(node: Node): readonly Probe[] {
  return node.probes.filter((probe) => probe.notify !== 'record');
}

/**
 * The worst case of the probe that is quickest to notice: everything begins just after it looked. What only others
 * push is noticed when the next sign of life stays away. `hold` is taken at its longest.
 */
function fastest(
  graph: Graph,
  node: Node,
): { readonly probe: Probe | undefined; readonly terms: readonly Term[]; readonly sumMs: number } {
  let best: { probe: Probe | undefined; terms: readonly Term[]; sumMs: number } = {
    probe: undefined,
    terms: [],
    sumMs: Infinity,
  };
  for (const probe of telling(node)) {
    const terms = [...noticing(probe), ...untilTold(graph, node)];
    const sumMs = terms.reduce((sum, term) => sum + term.ms, 0);
    if (sumMs < best.sumMs) best = { probe, terms, sumMs };
  }
  return best;
}

function noticing({ schedule, confirm, timeoutMs }: Probe): readonly Term[] {
  if (schedule.kind === 'pushed') {
    return [
      { ms: schedule.everyMs, words: `${written(schedule.everyMs)} between two signs of life` },
      { ms: schedule.graceMs, words: `${written(schedule.graceMs)} grace` },
    ];
  }
  const { failures, everyMs } = confirm;
  return [
    schedule.kind === 'every'
      ? { ms: schedule.everyMs, words: `${written(schedule.everyMs)} interval` }
      : cronInterval(schedule.expression),
    { ms: timeoutMs * failures, words: `${String(failures)} × ${written(timeoutMs)} timeout` },
    ...(failures > 1
      ? [{ ms: everyMs * (failures - 1), words: `${String(failures - 1)} × ${written(everyMs)} until the next re-run` }]
      : []),
  ];
}

function cronInterval(expression: string): Term {
  const ms = cronGaps(expression)?.longestMs ?? Infinity;
  return { ms, words: `${Number.isFinite(ms) ? written(ms) : 'forever'} at most between two times of "${expression}"` };
}

function untilTold(graph: Graph, node: Node): readonly Term[] {
  const { hold, pageAfterMs } = graph.configuration;
  const after = node.service.pageAfterMs ?? pageAfterMs[node.tier];
  return [
    { ms: hold.maxMs, words: `${written(hold.maxMs)} hold` },
    { ms: after, words: `${written(after)} pageAfter` },
  ];
}

function tooSlow(
  service: Service,
  {
    node,
    probe,
    terms,
    sumMs,
  }: {
    readonly node: Node;
    readonly probe: Probe | undefined;
    readonly terms: readonly Term[];
    readonly sumMs: number;
  },
  promisedMs: number,
): Diagnostic {
  const sum = terms.map((term) => term.words).join(' + ');
  const total = Number.isFinite(sumMs) ? written(sumMs) : 'never';
  const [largest] = [...terms].sort((a, b) => b.ms - a.ms);
  return {
    code: 'detect/budget',
    severity: 'error',
    subject: node.id,
    message: `worst-case detection of ${node.id} is ${total}, promised is ${written(promisedMs)}: ${sum} = ${total}, by ${probe?.id ?? ''}`,
    place: service.places?.detectWithin ?? service.place,
    path: [node.id],
    help: `shorten the sum by ${Number.isFinite(sumMs) ? written(sumMs - promisedMs) : 'a schedule that comes due'} (the longest part is ${largest?.words ?? ''}), or promise ${Number.isFinite(sumMs) ? written(sumMs) : 'less'}`,
  };
}

/** A promise about what nobody looks at. Where `coverage/unprobed` says so already it is not said twice. */
function neverDetected(service: Service, nodes: readonly Node[], promisedMs: number): readonly Diagnostic[] {
  if (nodes.some((node) => node.dependents.some((d) => d.edge.need.kind === 'hard'))) return [];
  return [
    {
      code: 'detect/budget',
      severity: 'error',
      subject: service.id,
      message: `a failure of ${service.id} is never detected, promised is ${written(promisedMs)}: no probe of it may tell anybody`,
      place: service.places?.detectWithin ?? service.place,
      path: [service.id],
      help: `give ${service.id} a probe, or remove detectWithin`,
    },
  ];
}
