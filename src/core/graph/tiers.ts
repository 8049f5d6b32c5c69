import type { Configuration, Tier } from '../../model/configuration.ts';
import type { ServiceId } from '../../model/ids.ts';

/**
 * A service's tier as declared; else the best tier of those that need it hard, passed on through undeclared
 * ones; needed only through cached, any or soft needs: 3; needed by nobody: 1.
 */
export function resultingTiers(configuration: Configuration): ReadonlyMap<ServiceId, Tier> {
  const serviceOf = new Map(configuration.capabilities.map((c) => [c.id, c.service]));
  const declared = new Map(configuration.services.map((s) => [s.id, s.tier]));
  const needed = new Set<ServiceId>();
  const hardNeedsOf = new Map<ServiceId, Set<ServiceId>>();
  for (const capability of configuration.capabilities) {
    for (const need of capability.needs) {
      for (const id of need.kind === 'any' ? need.of : [need.of]) {
        const target = serviceOf.get(id);
        if (target === undefined || target === capability.service) continue;
        needed.add(target);
        if (need.kind !== 'hard') continue;
        const set = hardNeedsOf.get(capability.service) ?? new Set();
        hardNeedsOf.set(capability.service, set.add(target));
      }
    }
  }
  const tiers = new Map<ServiceId, Tier>();
  for (const service of configuration.services) tiers.set(service.id, service.tier ?? (needed.has(service.id) ? 3 : 1));
  const work = configuration.services.map((s) => s.id);
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    const tier = tiers.get(id) ?? 3;
    for (const target of hardNeedsOf.get(id) ?? []) {
      if (declared.get(target) !== undefined || tier >= (tiers.get(target) ?? 3)) continue;
      tiers.set(target, tier);
      work.push(target);
    }
  }
  return tiers;
}
