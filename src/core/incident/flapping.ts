import type { Turn } from '../state.ts';
import { tell } from './incident.ts';
import type { Incident, Root } from './incident.ts';

/** So many openings of one root … */
const OPENINGS = 3;
/** … within this time are flapping … */
const WITHIN_MS = 1_800_000;
/** … and then one incident stays open until it has been quiet for so long. */
const QUIET_MS = 600_000;

/**
 * Notes that a root opened an incident; older openings are forgotten. Counted by the root's id: the same service is now
 * inferred from its dependents, now seen by its own probe, whichever was confirmed first.
 */
export function noteOpening(turn: Turn, root: Root): void {
  const recent = (turn.state.openings.get(root.id) ?? []).filter((at) => at > turn.now - WITHIN_MS);
  turn.state.openings.set(root.id, [...recent, turn.now].slice(-OPENINGS));
}

/**
 * Whether an incident whose root passes again must stay open because it flaps; gives when it may close (a time
 * to look again), or null when it may close now. Only an incident that somebody was told of is kept.
 */
export function quietAt(turn: Turn, incident: Incident): number | null {
  const recent = (turn.state.openings.get(incident.root.id) ?? []).filter((at) => at > turn.now - WITHIN_MS);
  if (incident.told.size === 0 || (incident.quietSince === null && recent.length < OPENINGS)) return null;
  if (incident.quietSince === null) {
    incident.quietSince = turn.now;
    tell(
      incident,
      turn.now,
      'flapping',
      `passing, but opened ${String(OPENINGS)} times in half an hour: open until ten minutes quiet`,
    );
  }
  const until = incident.quietSince + QUIET_MS;
  return turn.now >= until ? null : until;
}
