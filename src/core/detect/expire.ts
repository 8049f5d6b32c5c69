import type { Probe } from '../../model/configuration.ts';
import type { Turn } from '../state.ts';
import { loseSight, missed } from './observe.ts';
import { track } from './probe-state.ts';
import type { ProbeState } from './probe-state.ts';
import { combine, LOCAL, viewsOf } from './views.ts';

/** Evidence that ran out: passing becomes unknown, a heartbeat that did not come fails. Sets the next lower bound. */
export function expireEvidence(turn: Turn): void {
  let next: number | null = null;
  for (const state of turn.state.probes.values()) {
    const until = state.freshUntil !== null && state.freshUntil <= turn.now ? expire(turn, state) : state.freshUntil;
    if (until !== null && (next === null || until < next)) next = until;
  }
  turn.state.staleAt = next;
}

/** Gives until when what is left of it lasts. */
function expire(turn: Turn, state: ProbeState): number | null {
  const probe = turn.graph.probes.get(state.id);
  for (const view of viewsOf(state)) {
    if (view.freshUntil === null || view.freshUntil > turn.now) continue;
    if (probe?.schedule.kind === 'pushed' && !isSilent(turn, probe, view)) missed(view, probe, turn.now);
    else loseSight(view);
  }
  if (state.views !== null) combine(state);
  track(turn.state.troubled, state);
  return state.freshUntil;
}

/**
 * Whether nothing else came from a place either since this probe's results were due: then whoever reports from there
 * is gone, and the target may well be up. A place that reports one probe only cannot be told from its target.
 */
function isSilent(turn: Turn, { schedule }: Probe, view: ProbeState): boolean {
  const { location, lastEndedAt } = view;
  const place = location === null || location === LOCAL ? undefined : turn.state.places.get(location);
  if (place === undefined || place.probes.size < 2 || lastEndedAt === null || schedule.kind !== 'pushed') return false;
  return place.heardAt <= lastEndedAt + schedule.everyMs;
}
