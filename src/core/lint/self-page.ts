import type { Channel, Diagnostic, Service } from '../../model/configuration.ts';
import type { CapabilityId, ChannelId } from '../../model/ids.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';
import type { Hit } from '../graph/impact.ts';
import { blockedPath } from '../impact/answer-impact.ts';
import { proofFrom } from './proof.ts';
import { modesThatDiffer } from './ways-left.ts';
import { hearersAt, momentsOfAWeek, toldAs } from './who-hears.ts';
import type { Told } from './who-hears.ts';

/**
 * `page/self`: the page about a service travels through that service. Every channel that should carry it, fallbacks
 * included, needs something that is worse than at risk by the time the page leaves. While one channel stands, the
 * page arrives.
 */
export function selfPage(graph: Graph, now: number): readonly Diagnostic[] {
  const channels = new Map(graph.configuration.channels.filter((c) => c.needs.length > 0).map((c) => [c.id, c]));
  if (channels.size === 0) return [];
  const carriers = restedOn(graph, [...channels.values()]);
  const moments = momentsOfAWeek(graph.configuration, now);
  return [...graph.services.values()].flatMap((service) => {
    const nodes = (graph.capabilitiesOf.get(service.id) ?? []).filter((node) => carriers.has(node));
    const told = nodes.length === 0 ? undefined : toldAs(graph, service);
    if (told === undefined) return [];
    for (const node of nodes) {
      for (const [mode = 'wrong'] of modesThatDiffer(graph)) {
        const forced = new Map([[node.id, { state: 'down', mode, since: 0, clearable: false } as const]]);
        const hits = impact({ graph, forced, provenAt: () => undefined, now: leavesAfterMs(graph, service, told) });
        const ways = moments.map((at) =>
          hearersAt(graph, service, told, at).flatMap((d) => [d.channel, ...(d.fallback?.to ?? [])]),
        );
        const lost = ways.find(
          (ids) => ids.length > 0 && ids.every((id) => blockedNeed(channels.get(id), hits) !== null),
        );
        if (lost !== undefined) return [found(graph, node, told, lost, channels, hits)];
      }
    }
    return [];
  });
}

/** Everything that the channels rest on. */
function restedOn(graph: Graph, channels: readonly Channel[]): ReadonlySet<Node> {
  const seen = new Set<Node>();
  const work = channels.flatMap((channel) => channel.needs.flatMap((id) => graph.byId.get(id) ?? []));
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    work.push(...node.needs.flatMap((edge) => edge.to));
  }
  return seen;
}

/** How long after the failure the page has left at the latest, once it was noticed. */
function leavesAfterMs(graph: Graph, service: Service, { tier }: Told): number {
  const { pageAfterMs, hold } = graph.configuration;
  return (service.pageAfterMs ?? pageAfterMs[tier]) + hold.maxMs;
}

interface BlockedNeed {
  readonly index: number;
  readonly path: readonly CapabilityId[];
}

function blockedNeed(channel: Channel | undefined, hits: ReadonlyMap<CapabilityId, Hit>): BlockedNeed | null {
  for (const [index, id] of (channel?.needs ?? []).entries()) {
    const path = blockedPath(id, hits);
    if (path.length > 0) return { index, path };
  }
  return null;
}

function found(
  graph: Graph,
  node: Node,
  { event }: Told,
  lost: readonly ChannelId[],
  channels: ReadonlyMap<ChannelId, Channel>,
  hits: ReadonlyMap<CapabilityId, Hit>,
): Diagnostic {
  const blocked = [...new Set(lost)].flatMap((id) => {
    const channel = channels.get(id);
    const need = blockedNeed(channel, hits);
    return channel === undefined || need === null ? [] : [{ channel, ...need }];
  });
  const [first] = blocked;
  const placeOf = ({ channel, index }: { readonly channel: Channel; readonly index: number }): Channel['place'] =>
    channel.places?.[index] ?? channel.place;
  return {
    code: 'page/self',
    severity: 'error',
    subject: node.id,
    message: `the ${event} about ${node.id} travels through ${node.id}: ${blocked.map((b) => `${b.channel.id} needs ${b.path.join(' → ')}`).join('; ')}`,
    place: first === undefined ? node.capability.place : placeOf(first),
    path: first === undefined ? [node.id] : [first.channel.id, ...first.path],
    proofs: blocked.map((b) => ({
      title: `why ${b.channel.id} cannot carry it`,
      edges: proofFrom({ name: b.channel.id, kind: 'channel', place: placeOf(b) }, graph, b.path),
    })),
    help: `give the route that carries it a second channel, or a fallback, that does not need ${first?.path[0] ?? node.id}`,
  };
}
