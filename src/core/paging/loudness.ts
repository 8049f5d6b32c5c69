import type { NotifyCap, Tier } from '../../model/configuration.ts';
import type { Loudness } from '../incident/incident.ts';

const ORDER: readonly Loudness[] = ['record', 'ticket', 'page'];

/** The louder of two. */
export function louder(a: Loudness, b: Loudness): Loudness {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

/** Whether the first is louder than the second. */
export function isLouder(a: Loudness, b: Loudness): boolean {
  return ORDER.indexOf(a) > ORDER.indexOf(b);
}

/** No louder than the cap. */
export function capped(loudness: Loudness, cap: NotifyCap): Loudness {
  return ORDER.indexOf(loudness) <= ORDER.indexOf(cap) ? loudness : cap;
}

/** How loud one capability's state is by its own tier (docs/engine.md 5). */
export function loudnessOf(state: 'down' | 'degraded' | 'at-risk', tier: Tier, softOnly: boolean): Loudness {
  switch (state) {
    case 'down':
      return tier <= 2 ? 'page' : 'ticket';
    case 'degraded': {
      const byTier: Loudness = tier === 0 ? 'page' : tier <= 2 ? 'ticket' : 'record';
      return softOnly ? capped(byTier, 'ticket') : byTier;
    }
    case 'at-risk':
      return tier <= 1 ? 'ticket' : 'record';
    default:
      return state satisfies never;
  }
}
