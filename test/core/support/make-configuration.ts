import type {
  Configuration,
  Maintenance,
  Need,
  NotifyCap,
  Place,
  Probe,
  Recovery,
  Route,
  Tier,
} from '../../../src/model/configuration.ts';
import type { CapabilityId, ChannelId, ProbeId, ServiceId, Sha256 } from '../../../src/model/ids.ts';
import type { Mode } from '../../../src/model/failure.ts';

/** A place, where it does not matter which. */
export const PLACE: Place = { file: 'test.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 };

/** A need as tests write it: like the language's own. */
export type NeedSpec =
  | string
  | { readonly soft: string }
  | {
      readonly cached: string;
      readonly ttl: number;
      readonly covers?: readonly Mode[];
      readonly cold?: 'down' | 'degraded';
    }
  | { readonly any: readonly string[]; readonly min: number };

/** A service as tests write it. Without `capabilities` it has `up`; `probe: null` leaves it unprobed. */
export interface ServiceSpec {
  readonly tier?: Tier;
  readonly owner?: string;
  readonly needs?: readonly NeedSpec[];
  readonly capabilities?: Readonly<Record<string, { readonly needs?: readonly NeedSpec[]; readonly down?: string }>>;
  readonly probe?: Partial<ProbeSpec> | null;
  readonly probes?: Readonly<Record<string, Partial<ProbeSpec>>>;
  readonly recovery?: readonly {
    readonly name: string;
    readonly needs: readonly string[];
    readonly breakGlass?: boolean;
  }[];
}

/** A probe as tests write it; times in milliseconds. */
export interface ProbeSpec {
  readonly every: number;
  readonly timeout: number;
  readonly failures: number;
  readonly confirmEvery: number;
  readonly successes: number;
  readonly ratio: { readonly failures: number; readonly of: number };
  readonly deep: boolean;
  readonly onDemand: boolean;
  readonly notify: NotifyCap;
  readonly grace: number;
  readonly proves: readonly string[];
}

/** The common rules of the scenarios: two failures, half a second apart, no waiting, a hold of one to four seconds. */
const QUICK: ProbeSpec = {
  every: 2000,
  timeout: 1000,
  failures: 2,
  confirmEvery: 500,
  successes: 2,
  ratio: { failures: 4, of: 12 },
  deep: true,
  onDemand: true,
  notify: 'page',
  grace: -1,
  proves: [],
};

/** A configuration like the one that `config` compiles; one channel `hook` takes everything unless routes are given. */
export function makeConfiguration(
  services: Readonly<Record<string, ServiceSpec>>,
  options: {
    readonly defaults?: Partial<ProbeSpec>;
    readonly routes?: readonly Partial<Route>[];
    readonly maintenance?: readonly Maintenance[];
    readonly overrides?: Partial<Configuration>;
  } = {},
): Configuration {
  const names = Object.keys(services).sort();
  const capabilityNames = (name: string): string[] => Object.keys(services[name]?.capabilities ?? { up: {} });
  const id = (text: string): CapabilityId => (text.includes('.') ? text : `${text}.up`) as CapabilityId;
  const need = (spec: NeedSpec): Need => {
    if (typeof spec === 'string') return { kind: 'hard', of: id(spec), place: PLACE };
    if ('soft' in spec) return { kind: 'soft', of: id(spec.soft), place: PLACE };
    if ('cached' in spec)
      return {
        kind: 'cached',
        of: id(spec.cached),
        ttlMs: spec.ttl,
        covers: spec.covers ?? ['unreachable'],
        cold: spec.cold ?? 'down',
        place: PLACE,
      };
    return { kind: 'any', of: spec.any.map(id), min: spec.min, place: PLACE };
  };
  const probe = (service: string, name: string, spec: Partial<ProbeSpec>): Probe => {
    const p = { ...QUICK, ...options.defaults, ...spec };
    const proves = (p.proves.length > 0 ? p.proves : capabilityNames(service))
      .map((c) => `${service}.${c}` as CapabilityId)
      .sort();
    return {
      id: `${service}/${name}` as ProbeId,
      service: service as ServiceId,
      name,
      kind: p.grace >= 0 ? 'heartbeat' : 'http',
      schedule:
        p.grace >= 0 ? { kind: 'pushed', everyMs: p.every, graceMs: p.grace } : { kind: 'every', everyMs: p.every },
      timeoutMs: p.timeout,
      confirm: { failures: p.failures, everyMs: p.confirmEvery },
      recover: { successes: p.successes },
      ratio: p.ratio,
      notify: p.notify,
      proves: { reach: proves, read: proves, write: proves },
      deep: p.deep,
      onDemand: p.onDemand && p.grace < 0,
      assert: [],
      pins: [],
      watch: {},
      enabled: true,
      options: {},
      optionsHash: JSON.stringify(p) as Sha256,
      place: PLACE,
    };
  };
  return {
    hash: 'test' as Sha256,
    instance: 'test',
    serverOwner: 'sre',
    services: names.map((name) => ({
      id: name as ServiceId,
      ...(services[name]?.tier === undefined ? {} : { tier: services[name].tier }),
      owner: services[name]?.owner ?? 'team',
      external: false,
      labels: {},
      recovery: (services[name]?.recovery ?? []).map((r): Recovery => ({
        name: r.name,
        needs: r.needs.map(id),
        breakGlass: r.breakGlass ?? false,
        place: PLACE,
      })),
      start: [],
      accept: [],
      place: PLACE,
    })),
    capabilities: names
      .flatMap((name) =>
        capabilityNames(name).map((c) => ({
          id: `${name}.${c}` as CapabilityId,
          service: name as ServiceId,
          name: c,
          ...(services[name]?.capabilities?.[c]?.down === undefined
            ? {}
            : { down: services[name].capabilities[c].down }),
          needs: [...(services[name]?.needs ?? []), ...(services[name]?.capabilities?.[c]?.needs ?? [])].map(need),
          place: PLACE,
        })),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    probes: names
      .flatMap((name) => {
        const spec = services[name];
        if (spec?.probes !== undefined) return Object.entries(spec.probes).map(([n, p]) => probe(name, n, p));
        return spec?.probe === null ? [] : [probe(name, 'http', spec?.probe ?? {})];
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    channels: [{ id: 'hook' as ChannelId, kind: 'webhook', needs: [], place: PLACE }],
    routes: (options.routes ?? [{}]).map((r) => ({
      match: {},
      page: ['hook' as ChannelId],
      ticket: ['hook' as ChannelId],
      consumers: ['hook' as ChannelId],
      escalate: [],
      continue: false,
      place: PLACE,
      ...r,
    })),
    pageAfterMs: [0, 0, 0, 0],
    hold: { minMs: 1000, maxMs: 4000, afterMs: 120_000 },
    causeWithinMs: 90_000,
    remindMs: 3_600_000,
    maintenance: options.maintenance ?? [],
    anchors: [],
    ...options.overrides,
  };
}
