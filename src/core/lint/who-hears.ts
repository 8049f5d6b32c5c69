import type { Configuration, Route, Service, Tier } from '../../model/configuration.ts';
import type { Graph } from '../graph/graph.ts';
import type { Loudness } from '../incident/incident.ts';
import { capped, louder, loudnessOf } from '../paging/loudness.ts';
import { destinations, withinHours } from '../paging/route.ts';
import type { Destination } from '../paging/route.ts';

/** How loudly a service's failure is told, and as what it is routed. */
export interface Told {
  readonly event: 'page' | 'ticket';
  readonly tier: Tier;
  readonly owner: string | null;
}

/**
 * How a service's failure would be told: by its tier, no louder than its probes may. Undefined where it is only
 * recorded, or where nothing could notice it: it has no probe, and fewer than two others whose failure would
 * point at it.
 */
export function toldAs(graph: Graph, service: Service): Told | undefined {
  const probes = (graph.probesOf.get(service.id) ?? []).filter((probe) => probe.enabled);
  const tier = graph.tiers.get(service.id) ?? 1;
  const isInferable = (graph.capabilitiesOf.get(service.id) ?? []).some(
    (node) => new Set(node.dependents.map((d) => d.node.service.id)).size > 1,
  );
  if (probes.length === 0 && !isInferable) return undefined;
  const cap = probes.length === 0 ? 'page' : probes.reduce<Loudness>((most, p) => louder(most, p.notify), 'record');
  const event = capped(loudnessOf('down', tier, false), cap);
  return event === 'record'
    ? undefined
    : { event, tier, owner: service.owner ?? graph.configuration.serverOwner ?? null };
}

/** Where that goes at a moment. */
export function hearersAt(graph: Graph, service: Service, told: Told, at: number): readonly Destination[] {
  const routed = {
    tier: told.tier,
    owner: told.owner,
    service: service.id,
    capabilities: (graph.capabilitiesOf.get(service.id) ?? []).map((node) => node.id),
    kind: (graph.probesOf.get(service.id) ?? []).some((probe) => probe.enabled) ? 'service' : 'shared',
    class: null,
    labels: service.labels,
    at,
  };
  return destinations(graph.configuration, routed, told.event);
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const STEP_MS = HOUR_MS / 4;

/**
 * Moments of the coming week, by quarters of an hour, of which each stands for a different set of routes whose
 * hours have come; one moment where no route has hours.
 */
export function momentsOfAWeek(configuration: Configuration, now: number): readonly number[] {
  const timed = configuration.routes.flatMap((route: Route) => route.match.hours ?? []);
  if (timed.length === 0) return [now];
  const from = Math.ceil(now / STEP_MS) * STEP_MS;
  const moments = new Map<string, number>();
  for (let at = from; at < from + WEEK_MS; at += STEP_MS) {
    const open = timed.map((hours) => (withinHours(hours, at) ? '1' : '0')).join('');
    if (!moments.has(open)) moments.set(open, at);
  }
  return [...moments.values()];
}
