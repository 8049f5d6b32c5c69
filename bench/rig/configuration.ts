import type { Capability, Configuration, Place, Probe, Service } from '../../src/model/configuration.ts';
import type { CapabilityId, ChannelId, ProbeId, ServiceId, Sha256 } from '../../src/model/ids.ts';

const PLACE: Place = { file: 'bench.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 };
const CHANNEL = 'bench' as ChannelId;

/** How large a graph is, and how it hangs together. */
export interface GraphSize {
  /** One service, one capability and one probe each. */
  readonly services: number;
  /** Hard needs of each; all of them point towards service 0. */
  readonly needs: number;
}

/** The probe of service `index`. */
export function probeIdOf(index: number): ProbeId {
  return `${serviceIdOf(index)}/http` as ProbeId;
}

/** The capability of service `index`. */
export function capabilityIdOf(index: number): CapabilityId {
  return `${serviceIdOf(index)}.up` as CapabilityId;
}

/**
 * A compiled configuration in layers: service `i` needs `i / 2`, `i / 3`, … (rounded down), so that service 0 is
 * under everything and the longest way is the logarithm of the size, as in real graphs.
 */
export function layeredConfiguration({ services: count, needs }: GraphSize): Configuration {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return {
    hash: 'bench' as Sha256,
    instance: 'bench',
    services: indexes.map(service).sort(byId),
    capabilities: indexes.map((index) => capability(index, needs)).sort(byId),
    probes: indexes.map(probe).sort(byId),
    channels: [{ id: CHANNEL, kind: 'webhook', needs: [], place: PLACE }],
    routes: [{ match: {}, page: [CHANNEL], ticket: [], consumers: [], escalate: [], continue: false, place: PLACE }],
    pageAfterMs: [0, 0, 0, 0],
    hold: { minMs: 0, maxMs: 4000, afterMs: 120_000 },
    causeWithinMs: 90_000,
    remindMs: 3_600_000,
    maintenance: [],
    anchors: [],
  };
}

function service(index: number): Service {
  return {
    id: serviceIdOf(index),
    tier: 1,
    owner: `team-${index % 20}`,
    external: false,
    labels: {},
    recovery: [],
    start: [],
    accept: [],
    place: PLACE,
  };
}

function capability(index: number, needs: number): Capability {
  const targets = new Set(Array.from({ length: needs }, (_, nth) => Math.floor(index / (nth + 2))));
  targets.delete(index);
  return {
    id: capabilityIdOf(index),
    service: serviceIdOf(index),
    name: 'up',
    needs: [...targets].map((target) => ({ kind: 'hard', of: capabilityIdOf(target), place: PLACE })),
    place: PLACE,
  };
}

function probe(index: number): Probe {
  const proved = [capabilityIdOf(index)];
  return {
    id: probeIdOf(index),
    service: serviceIdOf(index),
    name: 'http',
    kind: 'http',
    schedule: { kind: 'every', everyMs: 15_000 },
    timeoutMs: 5000,
    confirm: { failures: 2, everyMs: 1000 },
    recover: { successes: 2 },
    ratio: { failures: 4, of: 12 },
    notify: 'page',
    proves: { reach: proved, read: proved, write: [] },
    deep: true,
    onDemand: true,
    assert: [],
    pins: [],
    watch: {},
    enabled: true,
    options: {},
    optionsHash: 'bench' as Sha256,
    place: PLACE,
  };
}

function serviceIdOf(index: number): ServiceId {
  return `service-${String(index).padStart(5, '0')}` as ServiceId;
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
