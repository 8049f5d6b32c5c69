import type { Need } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';

/** What a failure makes of another capability in the end, and how long that takes (caches that run out). */
export interface Effect {
  readonly state: 'down' | 'degraded';
  readonly afterMs: number;
}

/** One difference: what a failure of `failing` does to `hit`, before and now; null: nothing. */
export interface ChangedEffect {
  readonly failing: CapabilityId;
  readonly hit: CapabilityId;
  readonly before: Effect | null;
  readonly now: Effect | null;
}

/**
 * What a failure of each capability takes down (or degrades), compared between two graphs. Taken in the mode that
 * caches cover best, and seen to the end: how long each cache holds is part of the effect. Only what rests under a
 * changed capability is looked at: nothing else can differ. By failing, then hit.
 */
export function changedImpact(before: Graph, now: Graph): readonly ChangedEffect[] {
  const changed = [...new Set([...before.byId.keys(), ...now.byId.keys()])].filter(
    (id) => needsOf(before.byId.get(id)) !== needsOf(now.byId.get(id)),
  );
  const candidates = new Set([...restsOn(before, changed), ...restsOn(now, changed)]);
  return [...candidates]
    .filter((id) => now.byId.has(id))
    .sort()
    .flatMap((failing) => {
      const [was, is] = [effectsOf(before, failing), effectsOf(now, failing)];
      return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((hit): ChangedEffect[] => {
        const [a, b] = [was.get(hit) ?? null, is.get(hit) ?? null];
        // What is gone altogether is no longer taken down by anything.
        if (!now.byId.has(hit) || (a?.state === b?.state && a?.afterMs === b?.afterMs)) return [];
        return [{ failing, hit, before: a, now: b }];
      });
    });
}

function needsOf(node: Node | undefined): string | undefined {
  const plain = ({ place: _, ...need }: Need): unknown => need;
  return node && JSON.stringify(node.capability.needs.map(plain));
}

/** These and everything that they lean on. */
function restsOn(graph: Graph, from: readonly CapabilityId[]): ReadonlySet<CapabilityId> {
  const seen = new Set<CapabilityId>();
  const work = from.flatMap((id) => graph.byId.get(id) ?? []);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    work.push(...node.needs.flatMap((edge) => edge.to));
  }
  return seen;
}

function effectsOf(graph: Graph, failing: CapabilityId): ReadonlyMap<CapabilityId, Effect> {
  if (!graph.byId.has(failing)) return new Map();
  const forced = new Map([[failing, { state: 'down', mode: 'unreachable', since: 0, clearable: false } as const]]);
  const hits = impact({ graph, forced, provenAt: () => undefined, now: Number.MAX_SAFE_INTEGER });
  const effects = new Map<CapabilityId, Effect>();
  for (const [id, { state, since }] of hits)
    if (id !== failing && state !== 'at-risk') effects.set(id, { state, afterMs: since });
  return effects;
}
