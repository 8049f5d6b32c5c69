import type { Effect } from '../model/effect.ts';
import type { StartFact } from '../model/entry.ts';
import { loseSight } from './detect/observe.ts';
import { combine, viewsOf } from './detect/views.ts';
import { countsAsFailing, track } from './detect/probe-state.ts';
import { isLive, tell } from './incident/incident.ts';
import { settle } from './incident/settle.ts';
import type { State } from './state.ts';

/**
 * After a start, a stall or a clock step: evidence becomes unknown, deadlines move by the gap, every open or
 * pending failure is run again before anything is sent. It closes nothing.
 */
export function restart(state: State, entry: StartFact, at: number, effects: Effect[]): void {
  state.firstStartAt ??= at;
  const gapMs = Math.max(0, at - (entry.lastAt ?? at));
  state.asks.clear();
  state.staleAt = null;
  for (const probe of state.probes.values()) {
    const schedule = state.graph?.probes.get(probe.id)?.schedule;
    const dueAt = probe.freshUntil;
    if (schedule?.kind === 'pushed') {
      // A beat that could not reach us while we were away is not a beat that was missed.
      for (const view of viewsOf(probe)) if (view.freshUntil !== null) view.freshUntil += gapMs;
      if (probe.views !== null) probe.freshUntil = dueAt === null ? null : dueAt + gapMs;
      if (probe.freshUntil !== null && (state.staleAt === null || probe.freshUntil < state.staleAt))
        state.staleAt = probe.freshUntil;
      continue;
    }
    for (const view of viewsOf(probe)) loseSight(view);
    if (probe.views !== null) combine(probe);
    track(state.troubled, probe);
    if (countsAsFailing(probe)) effects.push({ kind: 'reprobe', probe: probe.id, cause: 'verify', notBefore: at });
  }
  for (const incident of state.incidents.values()) {
    if (!isLive(incident)) continue;
    if (incident.remindAt !== null) incident.remindAt += gapMs;
    if (incident.escalation !== null)
      incident.escalation = { ...incident.escalation, from: incident.escalation.from + gapMs };
    if (incident.hold !== null && incident.state === 'pending') {
      incident.hold = {
        ...incident.hold,
        startedAt: at,
        asked: new Map([...incident.hold.asked].map(([id]) => [id, at])),
      };
    }
    tell(
      incident,
      at,
      'start',
      entry.reason === 'start'
        ? `the daemon started after ${String(Math.round(gapMs / 1000))} s; verifying again`
        : `the daemon woke from a ${entry.reason}; verifying again`,
    );
  }
  if (state.graph !== null && state.configuration !== null)
    settle({ state, graph: state.graph, configuration: state.configuration, now: at, effects });
}
