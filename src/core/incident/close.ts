import { send } from '../paging/send.ts';
import { spokenDuration } from '../paging/words.ts';
import type { Turn } from '../state.ts';
import { tell } from './incident.ts';
import type { Incident } from './incident.ts';

/** Closed incidents are kept for showing, this many. */
const CLOSED_KEPT = 200;

/** Ends an incident; everyone told hears it, under the routing they were told by. */
export function close(turn: Turn, incident: Incident, because: NonNullable<Incident['closedBecause']>): void {
  incident.state = 'closed';
  incident.closedBecause = because;
  incident.resolvedAt = turn.now;
  incident.remindAt = null;
  incident.escalation = null;
  incident.rootProbes = [];
  const lastedMs = turn.now - incident.startedAt;
  const words =
    because === 'recovered'
      ? `passing again after ${spokenDuration(lastedMs)}`
      : because === 'removed'
        ? 'removed from the configuration'
        : because.replaceAll('-', ' ');
  tell(incident, turn.now, 'closed', words);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'closed', reason: because });
  if (incident.told.size > 0) send(turn, incident, 'resolve', [...incident.told.values()], words);
  for (const merged of turn.state.incidents.values()) {
    if (merged.state !== 'merged' || merged.mergedInto !== incident.id) continue;
    merged.state = 'closed';
    merged.closedBecause = 'merged';
    merged.resolvedAt = turn.now;
    tell(merged, turn.now, 'closed', `with ${incident.id}: ${words}`);
    send(turn, merged, 'resolve', [...merged.told.values()], `${incident.id} ended: ${words}`);
  }
}

/** Closed incidents beyond what is kept for showing go, the oldest first. */
export function forgetOldest(turn: Turn): void {
  const closed = [...turn.state.incidents.values()].filter((i) => i.state === 'closed');
  if (closed.length <= CLOSED_KEPT) return;
  closed.sort((a, b) => (a.resolvedAt ?? 0) - (b.resolvedAt ?? 0));
  for (const old of closed.slice(0, closed.length - CLOSED_KEPT)) turn.state.incidents.delete(old.id);
}
