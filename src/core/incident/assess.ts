import type { Tier } from '../../model/configuration.ts';
import type { CapabilityId, ProbeId, ServiceId } from '../../model/ids.ts';
import type { NotifiedImpact } from '../../model/notification.ts';
import { ownEvidence } from '../detect/evidence.ts';
import type { OwnFailure } from '../detect/evidence.ts';
import { impact } from '../graph/impact.ts';
import type { Forced, Hit } from '../graph/impact.ts';
import type { Node } from '../graph/graph.ts';
import { capped, louder, loudnessOf } from '../paging/loudness.ts';
import { doing, listed, spoken } from '../paging/words.ts';
import type { Turn } from '../state.ts';
import type { Incident, Loudness } from './incident.ts';
import { serviceOfRoot } from './roots-now.ts';

/** What an incident means right now: whom it hits, how loud it is, whose it is, and what to call it. */
export interface Assessment {
  readonly impact: readonly NotifiedImpact[];
  readonly unaffected: readonly CapabilityId[];
  readonly loudness: Loudness;
  readonly tier: Tier;
  /** From onset until it may be told. */
  readonly pageAfterMs: number;
  readonly owner: string | null;
  /** Owners of affected services other than the incident's own, sorted. */
  readonly consumers: readonly string[];
  readonly title: string;
  /** When a cache expires next and the assessment changes by itself; null when none does. */
  readonly nextExpiry: number | null;
}

/** `rootFailures`: the root's own failing capabilities now; empty while it recovers. */
export function assess(
  turn: Turn,
  incident: Incident,
  rootFailures: ReadonlyMap<CapabilityId, OwnFailure>,
): Assessment {
  const forced = forcedBy(turn, incident, rootFailures);
  const hits = impact({ graph: turn.graph, forced, provenAt: (node) => provenDeep(turn, node), now: turn.now });
  const own = new Set(incident.capabilities);
  const affected = [...hits].filter(([id]) => !own.has(id)).sort(([a], [b]) => (a < b ? -1 : 1));
  const root = loudest(turn, incident, hits, affected);
  const owner = ownerOf(turn, incident, affected);
  return {
    impact: affected.flatMap(([id, hit]) => notified(turn, incident, id, hit)),
    unaffected: unaffected(turn, incident, hits),
    ...root,
    owner,
    consumers: consumersOf(turn, owner, affected),
    title: titleOf(turn, incident, affected),
    nextExpiry: [...hits.values()].reduce<number | null>(
      (next, h) => (h.until === null || (next !== null && next <= h.until) ? next : h.until),
      null,
    ),
  };
}

/** The root's failures, and those of the symptoms: the incident takes the worst state among them. */
function forcedBy(
  turn: Turn,
  incident: Incident,
  rootFailures: ReadonlyMap<CapabilityId, OwnFailure>,
): Map<CapabilityId, Forced> {
  const forced = new Map<CapabilityId, Forced>();
  for (const [id, f] of rootFailures)
    forced.set(id, { state: f.state, mode: f.mode, since: f.since, clearable: !f.byRatio });
  const symptoms = new Set<CapabilityId>();
  for (const probe of incident.symptoms.keys())
    for (const id of turn.state.probes.get(probe)?.failure?.against ?? []) symptoms.add(id);
  for (const id of symptoms) {
    const node = turn.graph.byId.get(id);
    if (node === undefined || forced.has(id) || incident.capabilities.includes(id)) continue;
    const own = ownEvidence(node, (p) => turn.state.probes.get(p));
    if (own.kind !== 'failing') continue;
    forced.set(id, {
      state: own.failure.state,
      mode: own.failure.mode,
      since: own.failure.since,
      clearable: !own.failure.byRatio,
    });
  }
  return forced;
}

/** Start of the newest deep run that proves a capability whose own evidence is up. */
function provenDeep(turn: Turn, node: Node): number | undefined {
  const own = ownEvidence(node, (p) => turn.state.probes.get(p));
  return own.kind === 'up' && own.deep ? own.provenAt : undefined;
}

type Affected = readonly (readonly [CapabilityId, Hit])[];

function loudest(
  turn: Turn,
  incident: Incident,
  hits: ReadonlyMap<CapabilityId, Hit>,
  affected: Affected,
): { loudness: Loudness; tier: Tier; pageAfterMs: number } {
  const counted: { node: Node; state: Hit['state']; softOnly: boolean }[] = [];
  for (const id of incident.capabilities) {
    const node = turn.graph.byId.get(id);
    const hit = hits.get(id);
    if (node !== undefined) counted.push({ node, state: hit?.state ?? 'down', softOnly: false });
  }
  for (const [id, hit] of affected) {
    const node = turn.graph.byId.get(id);
    if (node !== undefined) counted.push({ node, state: hit.state, softOnly: hit.softOnly });
  }
  const hurt = counted.filter((c) => c.state !== 'at-risk');
  const tierOfRoot = turn.graph.tiers.get(serviceOfRoot(incident.root)) ?? 1;
  const tier = hurt.reduce<Tier>(
    (best, c) => (c.node.tier < best ? c.node.tier : best),
    hurt[0]?.node.tier ?? tierOfRoot,
  );
  const pageAfterMs = hurt.reduce(
    (least, c) => Math.min(least, c.node.service.pageAfterMs ?? turn.configuration.pageAfterMs[c.node.tier]),
    Infinity,
  );
  const wanted = counted.reduce<Loudness>(
    (most, c) => louder(most, loudnessOf(c.state, c.node.tier, c.softOnly)),
    'record',
  );
  return {
    loudness: capped(wanted, notifyCap(turn, incident, affected)),
    tier,
    pageAfterMs: Number.isFinite(pageAfterMs) ? pageAfterMs : turn.configuration.pageAfterMs[tier],
  };
}

/** The highest `notify` among root and symptoms; an affected capability without a probe counts as `page`. */
function notifyCap(turn: Turn, incident: Incident, affected: Affected): Loudness {
  if (affected.some(([id]) => turn.graph.byId.get(id)?.probes.length === 0)) return 'page';
  const probes: ProbeId[] = [
    ...incident.rootProbes,
    ...(incident.first.probe === null ? [] : [incident.first.probe]),
    ...incident.symptoms.keys(),
  ];
  return probes.reduce<Loudness>((most, id) => louder(most, turn.graph.probes.get(id)?.notify ?? 'record'), 'record');
}

/** The root's owner; else that of the worst-tier down capability, then of most capabilities, then by name. */
function ownerOf(turn: Turn, incident: Incident, affected: Affected): string | null {
  const { kind } = incident.root;
  if (kind === 'monitor' || kind === 'channel' || kind === 'location') return turn.configuration.serverOwner ?? null;
  const declared = turn.graph.services.get(serviceOfRoot(incident.root));
  if (declared?.owner !== undefined) return declared.owner;
  // Whoever was told of what has no owner keeps it, however the blast spreads.
  const told = incident.loudness === null ? null : incident.owner;
  if (told !== null && turn.configuration.services.some((s) => s.owner === told)) return told;
  const owners = new Map<string, { tier: number; count: number }>();
  for (const [capability, hit] of affected) {
    const node = turn.graph.byId.get(capability);
    const owner = node?.service.owner;
    if (node === undefined || owner === undefined || hit.state !== 'down') continue;
    const known = owners.get(owner);
    owners.set(owner, { tier: Math.min(known?.tier ?? 9, node.tier), count: (known?.count ?? 0) + 1 });
  }
  const best = [...owners].sort(([a, x], [b, y]) => x.tier - y.tier || y.count - x.count || (a < b ? -1 : 1))[0];
  return best?.[0] ?? turn.configuration.serverOwner ?? null;
}

function consumersOf(turn: Turn, owner: string | null, affected: Affected): readonly string[] {
  const owners = new Set<string>();
  for (const [id] of affected) {
    const other = turn.graph.byId.get(id)?.service.owner;
    if (other !== undefined && other !== owner) owners.add(other);
  }
  return [...owners].sort();
}

function notified(turn: Turn, incident: Incident, id: CapabilityId, hit: Hit): NotifiedImpact[] {
  const node = turn.graph.byId.get(id);
  if (node === undefined) return [];
  const explainedBy = node.probes.flatMap((p) => incident.symptoms.get(p.id)?.by ?? []);
  return [
    {
      capability: id,
      state: hit.state,
      effect: node.capability.down ?? null,
      owner: node.service.owner ?? null,
      via: hit.via.length > 0 ? hit.via : [...new Set(explainedBy)].sort(),
      until: hit.until === null ? null : new Date(hit.until).toISOString(),
    },
  ];
}

/** At most twenty capabilities of the root's and the affected services that stay up. */
function unaffected(turn: Turn, incident: Incident, hits: ReadonlyMap<CapabilityId, Hit>): readonly CapabilityId[] {
  const services = new Set<ServiceId>([serviceOfRoot(incident.root)]);
  for (const id of [...hits.keys(), ...incident.capabilities]) {
    const node = turn.graph.byId.get(id);
    if (node !== undefined) services.add(node.service.id);
  }
  const well: CapabilityId[] = [];
  for (const service of [...services].sort()) {
    for (const node of turn.graph.capabilitiesOf.get(service) ?? []) {
      if (hits.has(node.id) || incident.capabilities.includes(node.id)) continue;
      const own = ownEvidence(node, (p) => turn.state.probes.get(p));
      if (own.kind === 'failing' || (own.kind === 'unknown' && node.probes.length > 0)) continue;
      well.push(node.id);
    }
  }
  return well.slice(0, 20);
}

/** One sentence: what is broken, and what that means to whom. The words of the most urgent effect come first. */
function titleOf(turn: Turn, incident: Incident, affected: Affected): string {
  const { name, what } = subject(turn, incident);
  const down = affected
    .flatMap(([id, hit]) => (hit.state === 'down' ? (turn.graph.byId.get(id) ?? []) : []))
    .sort((a, b) => a.tier - b.tier || (a.id < b.id ? -1 : 1));
  const effects = down.flatMap((n) => n.capability.down ?? []);
  const ownEffect = incident.capabilities
    .map((id) => turn.graph.byId.get(id)?.capability.down)
    .find((d) => d !== undefined);
  const effect = effects[0] ?? ownEffect;
  if (effect !== undefined) return `${name} ${what}: ${effect}`;
  if (down.length > 0)
    return `${name} ${what}: ${listed(down.map((n) => spoken(n.id)))} ${down.length === 1 ? 'is' : 'are'} down`;
  const others = affected.map(([id, hit]) => `${spoken(id)} ${hit.state === 'at-risk' ? 'at risk' : 'degraded'}`);
  return others.length > 0 ? `${name} ${what}: ${listed(others)}` : `${name} ${what}`;
}

function subject(turn: Turn, incident: Incident): { name: string; what: string } {
  switch (incident.root.kind) {
    case 'shared':
      return incident.capabilities.length === 0
        ? { name: `probably ${incident.root.id}, which they share,`, what: 'is failing' }
        : { name: `probably ${incident.root.id} (not probed)`, what: 'is failing' };
    case 'group':
      return { name: listed(incident.capabilities.map(spoken), 5), what: 'have failed together' };
    case 'location':
      return { name: `what is seen from ${incident.root.id}`, what: 'fails, and works from elsewhere' };
    case 'service':
    case 'channel':
    case 'monitor':
      return { name: nameOf(turn, incident), what: doing(incident.first.class) };
    default:
      return incident.root.kind satisfies never;
  }
}

/** The root by its service, or by its capabilities where only some of several fail. */
function nameOf(turn: Turn, incident: Incident): string {
  const all = turn.graph.capabilitiesOf.get(serviceOfRoot(incident.root)) ?? [];
  return incident.root.kind === 'service' &&
    incident.capabilities.length > 0 &&
    incident.capabilities.length < all.length
    ? listed(incident.capabilities)
    : incident.root.id;
}
