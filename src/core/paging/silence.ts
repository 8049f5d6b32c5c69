import type { Incident } from '../incident/incident.ts';
import { matchesPattern } from '../pattern.ts';
import type { Turn } from '../state.ts';

/** Whether a silence that has not ended mutes what is sent about this incident. */
export function mutedChannels(turn: Turn, incident: Incident): boolean {
  for (const silence of turn.state.silences.values()) {
    if (silence.until <= turn.now) continue;
    const { match } = silence;
    const conditions = [
      match.service === undefined || matchesPattern(match.service, incident.root.id),
      match.capability === undefined || incident.capabilities.some((c) => matchesPattern(match.capability ?? '', c)),
      match.owner === undefined || match.owner === incident.owner,
      match.class === undefined || matchesPattern(match.class, incident.first.class),
    ];
    if (conditions.every(Boolean)) return true;
  }
  return false;
}
