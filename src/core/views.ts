import type { CapabilityId, IncidentId } from '../model/ids.ts';
import type { Forced, Hit } from './graph/impact.ts';
import type { CapabilityState, CapabilityView, IncidentView, ProbeView, ServiceView } from '../model/view.ts';
import { ownEvidence } from './detect/evidence.ts';
import type { OwnEvidence } from './detect/evidence.ts';
import type { ProbeState } from './detect/probe-state.ts';
import { impact } from './graph/impact.ts';
import type { Graph, Node } from './graph/graph.ts';
import type { Incident } from './incident/incident.ts';
import { compose } from './paging/compose.ts';
import type { State } from './state.ts';

const WORST: readonly CapabilityState[] = ['up', 'unknown', 'at-risk', 'degraded', 'down'];

/** Every capability's present state: its own evidence and what its needs pass on. */
export function capabilityViews(state: State): ReadonlyMap<CapabilityId, CapabilityView> {
  const views = new Map<CapabilityId, CapabilityView>();
  const graph = state.graph;
  if (graph === null) return views;
  const evidence = new Map<Node, OwnEvidence>(graph.nodes.map((n) => [n, ownEvidence(n, (p) => state.probes.get(p))]));
  const forced = new Map<CapabilityId, Forced>();
  for (const [node, own] of evidence) {
    if (own.kind === 'failing')
      forced.set(node.id, {
        state: own.failure.state,
        mode: own.failure.mode,
        since: own.failure.since,
        clearable: !own.failure.byRatio,
      });
  }
  const provenAt = (node: Node): number | undefined => {
    const own = evidence.get(node);
    return own?.kind === 'up' && own.deep ? own.provenAt : undefined;
  };
  const hits = impact({ graph, forced, provenAt, now: state.at });
  for (const node of graph.nodes)
    views.set(node.id, view(node, evidence.get(node) ?? { kind: 'unknown' }, hits.get(node.id)));
  return views;
}

function view(node: Node, own: OwnEvidence, hit: Hit | undefined): CapabilityView {
  if (hit !== undefined)
    return { capability: node.id, state: hit.state, shallow: false, via: hit.via, until: hit.until };
  // Nobody looks at it and nothing it needs is broken: statically stable, or at least not known to be hit.
  const state: CapabilityState = own.kind === 'unknown' ? (node.probes.length === 0 ? 'up' : 'unknown') : 'up';
  return { capability: node.id, state, shallow: own.kind === 'up' && !own.deep, via: [], until: null };
}

/** All services with their capabilities and probes, by id. */
export function serviceViews(state: State): readonly ServiceView[] {
  const graph = state.graph;
  if (graph === null) return [];
  const capabilities = capabilityViews(state);
  return [...graph.services.values()].map((service) => {
    const own = (graph.capabilitiesOf.get(service.id) ?? []).flatMap((n) => capabilities.get(n.id) ?? []);
    return {
      service: service.id,
      title: service.title ?? null,
      owner: service.owner ?? null,
      tier: graph.tiers.get(service.id) ?? 1,
      state: own.reduce<CapabilityState>(
        (worst, c) => (WORST.indexOf(c.state) > WORST.indexOf(worst) ? c.state : worst),
        'up',
      ),
      capabilities: own,
      probes: (graph.probesOf.get(service.id) ?? []).flatMap((p) => {
        const known = state.probes.get(p.id);
        return known === undefined ? [] : [probeView(graph, known)];
      }),
    };
  });
}

function probeView(graph: Graph, state: ProbeState): ProbeView {
  const probe = graph.probes.get(state.id);
  return {
    probe: state.id,
    service: probe?.service ?? ('' as never),
    kind: probe?.kind ?? '',
    status: state.stale ? 'unknown' : state.status,
    since: state.since,
    lastAt: state.lastEndedAt,
    lastOutcome: state.lastOutcome,
    class: state.failure?.class ?? null,
    message: state.failure?.message ?? null,
    facts: state.facts,
    warnings: state.currentWarnings,
  };
}

/** Open ones first, newest first. */
export function incidentViews(state: State): readonly IncidentView[] {
  const rank = (i: Incident): number =>
    i.state === 'open' ? 0 : i.state === 'pending' ? 1 : i.state === 'merged' ? 2 : 3;
  return [...state.incidents.values()]
    .sort((a, b) => rank(a) - rank(b) || b.detectedAt - a.detectedAt || (a.id < b.id ? -1 : 1))
    .flatMap((i) => incidentView(state, i.id) ?? []);
}

/** One incident as people see it. */
export function incidentView(state: State, id: IncidentId): IncidentView | undefined {
  const incident = state.incidents.get(id);
  if (incident === undefined || state.graph === null || state.configuration === null) return undefined;
  return {
    id,
    state: incident.state === 'pending' ? 'pending' : incident.state === 'closed' ? 'resolved' : 'open',
    event: incident.loudness,
    acknowledgedBy: incident.acknowledgedBy,
    held: incident.held === null ? null : `${incident.held.reason}: ${incident.held.by}`,
    closedBecause: incident.closedBecause,
    label: incident.label,
    incident: compose(
      { state, graph: state.graph, configuration: state.configuration, now: state.at, effects: [] },
      incident,
    ),
    timeline: incident.timeline,
  };
}
