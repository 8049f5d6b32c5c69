import type { Configuration } from '../model/configuration.ts';
import type { Effect } from '../model/effect.ts';
import type { StartFact } from '../model/entry.ts';
import { loseSight } from './detect/observe.ts';
import { countsAsFailing, freshProbeState, track } from './detect/probe-state.ts';
import type { ProbeState } from './detect/probe-state.ts';
import { indexFactors } from './diagnose/factors.ts';
import { capabilitiesOfProbe, compileGraph } from './graph/graph.ts';
import { isLive, tell } from './incident/incident.ts';
import { settle } from './incident/settle.ts';
import type { State, Turn } from './state.ts';

/** State is keyed by probe id; a new probe, or one whose own options changed, is unknown. What left closes its incidents. */
export function reconfigure(state: State, configuration: Configuration, at: number, effects: Effect[]): void {
  const before = state.graph;
  const graph = compileGraph(configuration);
  const turn: Turn = { state, graph, configuration, now: at, effects };
  for (const [id, known] of state.probes) {
    const probe = graph.probes.get(id);
    const old = before?.probes.get(id);
    const same =
      probe?.enabled === true &&
      old?.optionsHash === probe.optionsHash &&
      JSON.stringify(old.proves) === JSON.stringify(probe.proves);
    if (same) continue;
    state.probes.delete(id);
    state.troubled.delete(id);
    state.asks.delete(id);
    // A failing probe whose options changed is not forgiven: it stays with its incident until it has been run again.
    if (probe?.enabled === true && countsAsFailing(known) && known.failure !== null) {
      const kept: ProbeState = {
        ...freshProbeState(id),
        status: 'failing',
        stale: true,
        failure: { ...known.failure, against: capabilitiesOfProbe(probe) },
        since: known.since,
      };
      state.probes.set(id, kept);
      track(state.troubled, kept);
    }
  }
  for (const probe of configuration.probes) {
    if (!probe.enabled || state.probes.has(probe.id)) continue;
    const fresh = freshProbeState(probe.id);
    if (probe.schedule.kind === 'pushed')
      fresh.freshUntil = (state.firstStartAt ?? at) + probe.schedule.everyMs + probe.schedule.graceMs;
    // Heartbeats are counted from our first start, but a beat cannot be overdue before it was asked for.
    if (fresh.freshUntil !== null && fresh.freshUntil <= at && probe.schedule.kind === 'pushed')
      fresh.freshUntil = at + probe.schedule.everyMs + probe.schedule.graceMs;
    if (fresh.freshUntil !== null && (state.staleAt === null || fresh.freshUntil < state.staleAt))
      state.staleAt = fresh.freshUntil;
    state.probes.set(probe.id, fresh);
  }
  for (const [id] of state.windows) if (id.startsWith('file:')) state.windows.delete(id);
  for (const [index, m] of configuration.maintenance.entries()) {
    if (m.kind === 'once')
      state.windows.set(`file:${String(index)}`, {
        id: `file:${String(index)}`,
        services: m.services,
        from: m.from,
        until: m.until,
        reason: m.reason,
      });
  }
  state.configuration = configuration;
  state.graph = graph;
  state.factorUsers.clear();
  for (const probe of state.probes.values()) indexFactors(state, graph, probe, () => undefined);
  settle(turn);
}

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
      probe.freshUntil = dueAt === null ? null : dueAt + gapMs;
      if (probe.freshUntil !== null && (state.staleAt === null || probe.freshUntil < state.staleAt))
        state.staleAt = probe.freshUntil;
      continue;
    }
    loseSight(probe);
    track(state.troubled, probe);
    if (countsAsFailing(probe)) effects.push({ kind: 'reprobe', probe: probe.id, cause: 'verify', notBefore: at });
  }
  for (const incident of state.incidents.values()) {
    if (!isLive(incident)) continue;
    if (incident.remindAt !== null) incident.remindAt += gapMs;
    if (incident.hold !== null && incident.state === 'pending') {
      incident.hold = { startedAt: at, asked: new Map([...incident.hold.asked].map(([id]) => [id, at])) };
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
