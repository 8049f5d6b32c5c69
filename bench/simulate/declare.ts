import type {
  Capability,
  Configuration,
  Need,
  Place,
  Probe,
  Schedule,
  Service,
} from '../../src/model/configuration.ts';
import type { CapabilityId, ChannelId, ProbeId, ServiceId, Sha256 } from '../../src/model/ids.ts';
import type { TrueNeed, Watch, World, WorldShape } from './world.ts';

/** The rules that a table's row is played under. */
export interface Rules {
  readonly name: string;
  readonly confirm: { readonly failures: number; readonly everyMs: number };
  readonly pageAfterMs: Configuration['pageAfterMs'];
}

/** What holds where nothing is said. */
export const DEFAULTS: Rules = {
  name: 'defaults',
  confirm: { failures: 3, everyMs: 5000 },
  pageAfterMs: [30_000, 60_000, 300_000, 300_000],
};

/** As quick as it can be told. */
export const QUICK: Rules = {
  name: '`pageAfter: 0`, 2 fails',
  confirm: { failures: 2, everyMs: 5000 },
  pageAfterMs: [0, 0, 0, 0],
};

const PLACE: Place = { file: 'simulated.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 };
const CHANNEL = 'pager' as ChannelId;
const LATE_MS = 30_000;

/** How late a heartbeat may be: one that was lost on its way is no reason to wake anybody. */
export function graceOf(watch: Watch): number {
  return watch.everyMs + LATE_MS;
}

/** The compiled configuration that people would have written of a world: its undeclared needs are not in it. */
export function declare(world: World, rules: Rules): Configuration {
  return {
    hash: 'simulated' as Sha256,
    instance: 'simulated',
    serverOwner: 'sre',
    services: world.members.map((_, index) => service(index)),
    capabilities: world.members.map(({ needs }, index) => capability(index, needs)),
    probes: world.members.flatMap(({ watch }, index) =>
      watch === null ? [] : [probe(index, watch, world.shape, rules)],
    ),
    channels: [{ id: CHANNEL, kind: 'webhook', needs: [], place: PLACE }],
    routes: [{ match: {}, page: [CHANNEL], ticket: [], consumers: [], escalate: [], continue: false, place: PLACE }],
    pageAfterMs: rules.pageAfterMs,
    hold: { minMs: 5000, maxMs: 20_000, afterMs: 120_000 },
    causeWithinMs: 90_000,
    remindMs: 3_600_000,
    maintenance: [],
    anchors: [],
  };
}

/** The service of a member; ids sort as members do. */
function serviceOf(member: number): ServiceId {
  return `s${String(member).padStart(4, '0')}` as ServiceId;
}

/** The member that a service, a capability or a probe belongs to. */
export function memberOf(id: string): number {
  return Number(id.slice(1, 5));
}

function probeOf(member: number): ProbeId {
  return `${serviceOf(member)}/probe` as ProbeId;
}

export function capabilityOf(member: number): CapabilityId {
  return `${serviceOf(member)}.up` as CapabilityId;
}

function service(index: number): Service {
  return {
    id: serviceOf(index),
    tier: 0,
    owner: `team-${String(index % 10)}`,
    external: false,
    labels: {},
    recovery: [],
    start: [],
    accept: [],
    place: PLACE,
  };
}

function capability(index: number, needs: readonly TrueNeed[]): Capability {
  return {
    id: capabilityOf(index),
    service: serviceOf(index),
    name: 'up',
    needs: needs.flatMap((need) => (need.declared ? [declaredNeed(need)] : [])),
    place: PLACE,
  };
}

function declaredNeed(need: TrueNeed): Need {
  switch (need.kind) {
    case 'hard':
    case 'soft':
      return { kind: need.kind, of: capabilityOf(need.of), place: PLACE };
    case 'cached': {
      const { ttlMs, covers } = need;
      return { kind: 'cached', of: capabilityOf(need.of), ttlMs, covers, cold: 'down', place: PLACE };
    }
    case 'any':
      return { kind: 'any', of: need.of.map(capabilityOf), min: 1, place: PLACE };
    default:
      return need satisfies never;
  }
}

function probe(index: number, watch: Watch, { timeoutMs }: WorldShape, rules: Rules): Probe {
  const proved = [capabilityOf(index)];
  const schedule: Schedule =
    watch.kind === 'heartbeat'
      ? { kind: 'pushed', everyMs: watch.everyMs, graceMs: graceOf(watch) }
      : { kind: 'every', everyMs: watch.everyMs };
  return {
    id: probeOf(index),
    service: serviceOf(index),
    name: 'probe',
    kind: watch.kind === 'heartbeat' ? 'heartbeat' : watch.kind === 'shallow' ? 'tcp' : 'http',
    schedule,
    timeoutMs: Math.min(timeoutMs, watch.everyMs),
    confirm: rules.confirm,
    recover: { successes: 2 },
    ratio: { failures: 4, of: 12 },
    notify: 'page',
    proves: { reach: proved, read: proved, write: proved },
    deep: watch.kind !== 'shallow',
    onDemand: watch.kind !== 'heartbeat',
    assert: [],
    pins: [],
    watch: {},
    enabled: true,
    options: {},
    optionsHash: 'simulated' as Sha256,
    place: PLACE,
  };
}
