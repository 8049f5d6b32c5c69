import type { CapabilityId } from '../../model/ids.ts';
import type {
  Notification,
  NotificationEvent,
  NotifiedDrift,
  NotifiedIncident,
  NotifiedRecovery,
} from '../../model/notification.ts';
import { ownEvidence } from '../detect/evidence.ts';
import type { Node } from '../graph/graph.ts';
import type { Incident } from '../incident/incident.ts';
import { serviceOfRoot } from '../incident/roots-now.ts';
import type { KnownChange, Turn } from '../state.ts';

/** Changes and drift this long before the onset are shown. */
const LOOK_BACK_MS = 3_600_000;
/** A change announced this long before or after a drift counts as its announcement. */
const ANNOUNCED_WITHIN_MS = 3_600_000;
const SHOWN_AT_MOST = 20;

const SEVERITY = { page: 'critical', ticket: 'warning', record: 'info' } as const;

/** An incident as people are told of it: docs/api.md, "Notification". Pure; everything is in the state. */
export function compose(turn: Turn, incident: Incident): NotifiedIncident {
  const service = turn.graph.services.get(serviceOfRoot(incident.root));
  const base = turn.configuration.publicUrl?.replace(/\/$/, '');
  return {
    id: incident.id,
    generation: incident.generation,
    severity: SEVERITY[incident.loudness ?? incident.wanted],
    tier: incident.tier,
    owner: incident.owner,
    title: incident.title,
    root: {
      kind: incident.root.kind,
      id: incident.root.id,
      capabilities: incident.capabilities,
      probe: incident.inferred ? null : incident.first.probe,
      class: incident.first.class,
      message: incident.first.message,
      inferred: incident.inferred,
      verified: incident.verified,
      ...(incident.first.step?.expected === undefined ? {} : { expected: incident.first.step.expected }),
      ...(incident.first.step?.got === undefined ? {} : { got: incident.first.step.got }),
    },
    startedAt: iso(incident.startedAt),
    detectedAt: iso(incident.detectedAt),
    pagedAt: incident.pagedAt === null ? null : iso(incident.pagedAt),
    resolvedAt: incident.resolvedAt === null ? null : iso(incident.resolvedAt),
    impact: incident.impact,
    unaffected: incident.unaffected,
    suppressed: [...incident.suppressed.values()],
    changes: changesNear(turn, incident).map((c) => ({
      at: iso(c.at),
      service: c.service,
      summary: c.summary,
      by: c.by ?? null,
      url: c.url ?? null,
    })),
    drift: driftNear(turn, incident),
    recovery: service === undefined ? [] : recoveries(turn, incident),
    related: incident.related,
    runbook: service?.runbook ?? null,
    links:
      base === undefined
        ? {}
        : { incident: `${base}/incidents/${incident.id}`, replay: `${base}/replay?at=${iso(incident.startedAt)}` },
  };
}

/** A message about an incident, everything but the time of sending. */
export function message(
  turn: Turn,
  incident: Incident,
  event: NotificationEvent,
  sequence: number,
  reason: string,
): Omit<Notification, 'sentAt'> {
  return {
    version: 1,
    event,
    drill: false,
    instance: turn.configuration.instance,
    sequence,
    incident: compose(turn, incident),
    reason,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The services whose changes may matter: the root's own, and everything it rests on. */
function restsOn(turn: Turn, incident: Incident): ReadonlySet<string> {
  const services = new Set<string>([serviceOfRoot(incident.root)]);
  const work: Node[] = incident.capabilities.flatMap((id) => turn.graph.byId.get(id) ?? []);
  const seen = new Set(work);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    services.add(node.service.id);
    for (const edge of node.needs) {
      for (const target of edge.to) {
        if (seen.has(target)) continue;
        seen.add(target);
        work.push(target);
      }
    }
  }
  return services;
}

function changesNear(turn: Turn, incident: Incident): readonly KnownChange[] {
  const services = restsOn(turn, incident);
  const until = incident.resolvedAt ?? turn.now;
  return turn.state.changes
    .filter((c) => services.has(c.service) && c.at >= incident.startedAt - LOOK_BACK_MS && c.at <= until)
    .slice(-SHOWN_AT_MOST);
}

function driftNear(turn: Turn, incident: Incident): readonly NotifiedDrift[] {
  const services = restsOn(turn, incident);
  return turn.state.drifts
    .filter((d) => services.has(d.probe.slice(0, d.probe.indexOf('/'))) && d.at >= incident.startedAt - LOOK_BACK_MS)
    .slice(-SHOWN_AT_MOST)
    .map((d) => ({
      at: iso(d.at),
      probe: d.probe,
      fact: d.fact,
      before: d.before,
      after: d.after,
      announced: turn.state.changes.some(
        (c) => d.probe.startsWith(`${c.service}/`) && Math.abs(c.at - d.at) <= ANNOUNCED_WITHIN_MS,
      ),
    }));
}

/** The root service's ways out, and whether each stands right now. */
function recoveries(turn: Turn, incident: Incident): readonly NotifiedRecovery[] {
  const service = turn.graph.services.get(serviceOfRoot(incident.root));
  const broken = new Map<CapabilityId, readonly CapabilityId[]>();
  for (const id of incident.capabilities) broken.set(id, []);
  for (const hit of incident.impact) if (hit.state !== 'at-risk') broken.set(hit.capability, hit.via);
  return (service?.recovery ?? []).map((way) => {
    const blocked = way.needs.filter((id) => broken.has(id) || failsByItself(turn, id));
    const path = blocked.flatMap((id) => pathToRoot(id, broken));
    const proven = way.needs.every((id) => {
      const node = turn.graph.byId.get(id);
      return node !== undefined && ownEvidence(node, (p) => turn.state.probes.get(p)).kind === 'up';
    });
    return {
      service: incident.root.id,
      name: way.name,
      state: blocked.length > 0 ? 'blocked' : proven ? 'works' : 'unproven',
      breakGlass: way.breakGlass,
      blockedBy: [...new Set(path)],
      drilled: way.drilled ?? null,
      url: way.url ?? null,
    };
  });
}

function failsByItself(turn: Turn, id: CapabilityId): boolean {
  const node = turn.graph.byId.get(id);
  return node !== undefined && ownEvidence(node, (p) => turn.state.probes.get(p)).kind === 'failing';
}

/** From a blocked need along what passes the failure on, to the root; circles end where they began. */
function pathToRoot(
  from: CapabilityId,
  broken: ReadonlyMap<CapabilityId, readonly CapabilityId[]>,
): readonly CapabilityId[] {
  const path: CapabilityId[] = [];
  for (let at: CapabilityId | undefined = from; at !== undefined && !path.includes(at); at = broken.get(at)?.[0])
    path.push(at);
  return path;
}
