import type { Configuration } from '../../model/configuration.ts';
import type { CapabilityId, ServiceId } from '../../model/ids.ts';
import type { Mode } from '../../model/failure.ts';
import type { CapabilityState, ImpactItem, ImpactView, Refusal } from '../../model/view.ts';
import type { NotifiedRecovery } from '../../model/notification.ts';
import { compileGraph } from '../graph/graph.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';
import type { Forced, Hit } from '../graph/impact.ts';
import { capped, louder, loudnessOf } from '../paging/loudness.ts';
import { destinations } from '../paging/route.ts';
import type { Loudness } from '../incident/incident.ts';
import { writtenDuration } from '../written-duration.ts';

/** A question: if these failed in this mode, how would it look so long after? */
export interface ImpactQuestion {
  readonly capabilities: readonly CapabilityId[];
  /** Default: `unreachable`. */
  readonly mode?: Mode;
  readonly afterMs?: number;
}

/**
 * Who would be down, degraded and at risk, who would be told, and which ways out would be left, if some
 * capabilities failed. `states`: how things stand now, for telling a proven way out from an unproven one.
 */
export function answerImpact(
  context: {
    readonly configuration: Configuration;
    readonly states: ReadonlyMap<CapabilityId, CapabilityState>;
    readonly now: number;
  },
  question: ImpactQuestion,
): ImpactView | Refusal {
  const graph = compileGraph(context.configuration);
  const unknown = question.capabilities.filter((id) => !graph.byId.has(id));
  if (unknown.length > 0)
    return { kind: 'not-found', message: `no capability ${unknown.join(', ')} in this configuration` };
  if (question.capabilities.length === 0)
    return { kind: 'invalid', message: 'name at least one capability that fails' };
  const since = context.now - (question.afterMs ?? 0);
  const forced = new Map<CapabilityId, Forced>(
    question.capabilities.map((id) => [
      id,
      { state: 'down', mode: question.mode ?? 'unreachable', since, clearable: false },
    ]),
  );
  const hits = impact({ graph, forced, provenAt: () => undefined, now: context.now });
  const affected = [...hits].filter(([id]) => !forced.has(id)).sort(([a], [b]) => (a < b ? -1 : 1));
  const items = (state: Hit['state']): (readonly [ImpactItem, Hit])[] =>
    affected.flatMap(([id, hit]) => (hit.state === state ? [[itemOf(graph, id, hit), hit] as const] : []));
  return {
    down: items('down').map(([item]) => item),
    degraded: items('degraded').map(([item]) => item),
    atRisk: items('at-risk').map(([item, hit]) => ({
      ...item,
      until: hit.until === null ? '' : `+${writtenDuration(hit.until - since)}`,
    })),
    unaffected: graph.nodes.filter((n) => !hits.has(n.id)).map((n) => n.id),
    notify: notified(graph, question.capabilities, hits, context.now),
    recovery: waysOut(graph, question.capabilities, hits, context.states),
  };
}

function itemOf(graph: Graph, id: CapabilityId, hit: Hit): ImpactItem {
  const node = graph.byId.get(id);
  return { capability: id, effect: node?.capability.down ?? null, owner: node?.service.owner ?? null, via: hit.via };
}

/** One incident for each service that would fail, told as the engine would tell it. */
function notified(
  graph: Graph,
  failing: readonly CapabilityId[],
  hits: ReadonlyMap<CapabilityId, Hit>,
  now: number,
): ImpactView['notify'] {
  const { configuration } = graph;
  const told: { channel: string; event: Loudness | 'notice'; after: string }[] = [];
  const affected = [...hits].flatMap(([id, hit]) => {
    const node = graph.byId.get(id);
    return node === undefined ? [] : [{ node, hit }];
  });
  const hurt = affected.filter((a) => a.hit.state !== 'at-risk');
  const tier = hurt.reduce((best, a) => Math.min(best, a.node.tier), 3);
  const afterMs = hurt.reduce(
    (least, a) => Math.min(least, a.node.service.pageAfterMs ?? configuration.pageAfterMs[a.node.tier]),
    Infinity,
  );
  const loudness = affected.reduce<Loudness>(
    (most, a) => louder(most, loudnessOf(a.hit.state, a.node.tier, a.hit.softOnly)),
    'record',
  );
  const after = writtenDuration(Number.isFinite(afterMs) ? afterMs : 0);
  for (const service of new Set(failing.map((id) => id.slice(0, id.indexOf('.')) as ServiceId))) {
    const root = graph.services.get(service);
    const cap = (graph.probesOf.get(service) ?? []).reduce<Loudness>(
      (most, p) => louder(most, p.notify),
      hasUnprobed(affected) ? 'page' : 'record',
    );
    const event = capped(loudness, cap);
    if (event === 'record') continue;
    const owner = root?.owner ?? configuration.serverOwner ?? null;
    const routed = {
      tier,
      service,
      capabilities: failing,
      kind: 'service',
      class: null,
      labels: root?.labels ?? {},
      at: now,
    };
    for (const { channel } of destinations(configuration, { ...routed, owner }, event))
      told.push({ channel, event, after });
    const others = [...new Set(affected.flatMap((a) => a.node.service.owner ?? []))].filter((o) => o !== owner).sort();
    for (const other of others) {
      for (const { channel } of destinations(configuration, { ...routed, owner: other }, 'consumers')) {
        if (!told.some((t) => t.channel === channel)) told.push({ channel, event: 'notice', after });
      }
    }
  }
  return told.flatMap((t) => (t.event === 'record' ? [] : [{ channel: t.channel, event: t.event, after: t.after }]));
}

function hasUnprobed(affected: readonly { readonly node: Node }[]): boolean {
  return affected.some((a) => a.node.probes.length === 0);
}

function waysOut(
  graph: Graph,
  failing: readonly CapabilityId[],
  hits: ReadonlyMap<CapabilityId, Hit>,
  states: ReadonlyMap<CapabilityId, CapabilityState>,
): readonly NotifiedRecovery[] {
  return [...new Set(failing.map((id) => id.slice(0, id.indexOf('.')) as ServiceId))].flatMap((service) =>
    (graph.services.get(service)?.recovery ?? []).map((way): NotifiedRecovery => {
      const blockedBy = way.needs.flatMap((id) => blockedPath(id, hits));
      const proven = way.needs.every((id) => states.get(id) === 'up' && (graph.byId.get(id)?.probes.length ?? 0) > 0);
      return {
        service,
        name: way.name,
        state: blockedBy.length > 0 ? 'blocked' : proven ? 'works' : 'unproven',
        breakGlass: way.breakGlass,
        blockedBy: [...new Set(blockedBy)],
        drilled: way.drilled ?? null,
        url: way.url ?? null,
      };
    }),
  );
}

/** From a need that is down or degraded along what passes the failure on, to what was said to fail; empty when it stands. */
export function blockedPath(from: CapabilityId, hits: ReadonlyMap<CapabilityId, Hit>): readonly CapabilityId[] {
  const path: CapabilityId[] = [];
  for (let at: CapabilityId | undefined = from; at !== undefined && !path.includes(at);) {
    const hit = hits.get(at);
    if (hit === undefined || hit.state === 'at-risk') break;
    path.push(at);
    at = hit.via[0];
  }
  return path;
}
