import type { Capability, Configuration, Need, Probe, Service, Tier } from '../../model/configuration.ts';
import type { CapabilityId, ProbeId, ServiceId } from '../../model/ids.ts';
import { componentsOf } from './components.ts';
import { resultingTiers } from './tiers.ts';

/** A capability in the graph, joined to what it needs and to what needs it. */
export interface Node {
  readonly index: number;
  readonly id: CapabilityId;
  readonly capability: Capability;
  readonly service: Service;
  /** The service's resulting tier (declared, or from those that need it). */
  readonly tier: Tier;
  readonly needs: readonly Edge[];
  readonly dependents: readonly { readonly node: Node; readonly edge: Edge }[];
  /** Probes that prove it by some step, by id. */
  readonly probes: readonly Probe[];
  /** Order of visits: every dependency outside of the own circle has a smaller one. */
  readonly component: number;
  /** Whether it is part of a circle over hard, cached and any needs. */
  readonly circular: boolean;
}

/** A need with the nodes it leads to (one, but for `any`). */
export interface Edge {
  readonly need: Need;
  readonly to: readonly Node[];
}

/** The compiled graph: immutable, made once per configuration, O(V+E). */
export interface Graph {
  readonly configuration: Configuration;
  readonly nodes: readonly Node[];
  readonly byId: ReadonlyMap<CapabilityId, Node>;
  readonly services: ReadonlyMap<ServiceId, Service>;
  readonly capabilitiesOf: ReadonlyMap<ServiceId, readonly Node[]>;
  readonly probes: ReadonlyMap<ProbeId, Probe>;
  readonly probesOf: ReadonlyMap<ServiceId, readonly Probe[]>;
  readonly tiers: ReadonlyMap<ServiceId, Tier>;
  /** Members of each component, in visiting order. */
  readonly components: readonly (readonly Node[])[];
}

type Draft = { -readonly [K in keyof Node]: Node[K] } & {
  needs: Edge[];
  dependents: { node: Node; edge: Edge }[];
  probes: Probe[];
};

/** Compiles a checked configuration; throws only where the check was not done (an unknown name). */
export function compileGraph(configuration: Configuration): Graph {
  const services = new Map(configuration.services.map((s) => [s.id, s]));
  const tiers = resultingTiers(configuration);
  const drafts: Draft[] = configuration.capabilities.map((capability, index) => ({
    index,
    id: capability.id,
    capability,
    service: known(services.get(capability.service), capability.service),
    tier: tiers.get(capability.service) ?? 1,
    needs: [],
    dependents: [],
    probes: [],
    component: -1,
    circular: false,
  }));
  const byId = new Map<CapabilityId, Draft>(drafts.map((d) => [d.id, d]));
  // One list of each capability alone serves wherever it stands alone: most needs, circles and services.
  const alone = drafts.map((d) => [d]);
  for (const draft of drafts) {
    for (const need of draft.capability.needs) {
      const ids = need.kind === 'any' ? need.of : [need.of];
      const to = ids.map((id) => known(byId.get(id), id));
      const edge: Edge = { need, to: shared(to, alone) };
      draft.needs.push(edge);
      for (const target of to) target.dependents.push({ node: draft, edge });
    }
  }
  for (const probe of configuration.probes) {
    if (!probe.enabled) continue;
    for (const id of capabilitiesOfProbe(probe)) known(byId.get(id), id).probes.push(probe);
  }
  for (const draft of drafts) {
    // Lists that grew keep room to grow; at a hundred thousand capabilities that room is a quarter of the graph.
    draft.dependents = draft.dependents.slice();
    draft.probes = draft.probes.slice();
  }
  const components = visitOrder(drafts, alone);
  const grouped = new Map<ServiceId, Draft[]>();
  for (const draft of drafts) {
    const list = grouped.get(draft.service.id);
    if (list === undefined) grouped.set(draft.service.id, [draft]);
    else list.push(draft);
  }
  const capabilitiesOf = new Map<ServiceId, readonly Node[]>();
  for (const [id, list] of grouped) capabilitiesOf.set(id, shared(list, alone));
  const probesOf = new Map<ServiceId, Probe[]>();
  for (const probe of configuration.probes) {
    const list = probesOf.get(probe.service);
    if (list === undefined) probesOf.set(probe.service, [probe]);
    else list.push(probe);
  }
  return {
    configuration,
    nodes: drafts,
    byId,
    services,
    capabilitiesOf,
    probes: new Map(configuration.probes.map((p) => [p.id, p])),
    probesOf,
    tiers,
    components,
  };
}

/** Everything that a probe proves by any of its steps; sorted. */
export function capabilitiesOfProbe(probe: Probe): readonly CapabilityId[] {
  return [...new Set([...probe.proves.reach, ...probe.proves.read, ...probe.proves.write])].sort();
}

/**
 * Circles are condensed over hard, cached and any edges; soft edges order the visit only where they make no
 * circle, which is the case when both ends lie in different components of the graph with soft edges too.
 */
function visitOrder(drafts: readonly Draft[], alone: Singles): readonly (readonly Node[])[] {
  const targets = (draft: Draft | undefined, soft: boolean): number[] =>
    (draft?.needs ?? []).filter((e) => soft || e.need.kind !== 'soft').flatMap((e) => e.to.map((n) => n.index));
  const withSoft = componentsOf(drafts.length, (i) => targets(drafts[i], true));
  const order: (readonly Draft[])[] = [];
  for (const wide of withSoft) {
    const members = wide.map((i) => drafts[i]).filter((d): d is Draft => d !== undefined);
    const local = new Map(members.map((d, i) => [d.index, i]));
    const narrow = componentsOf(members.length, (i) =>
      targets(members[i], false).flatMap((t) => {
        const position = local.get(t);
        return position === undefined ? [] : [position];
      }),
    );
    for (const component of narrow)
      order.push(
        shared(
          component.flatMap((i) => members[i] ?? []),
          alone,
        ),
      );
  }
  for (const [position, component] of order.entries()) {
    for (const draft of component) {
      draft.component = position;
      draft.circular = component.length > 1 || targets(draft, false).includes(draft.index);
    }
  }
  return order;
}

/** Each capability in a list of its own, by index. */
type Singles = readonly (readonly Draft[])[];

/** The same list; where it has one member, the one that all such lists share. */
function shared(drafts: readonly Draft[], alone: Singles): readonly Draft[] {
  const [first] = drafts;
  return first === undefined || drafts.length > 1 ? drafts : (alone[first.index] ?? drafts);
}

function known<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new Error(`the configuration names ${id}, which it does not have`);
  return value;
}
