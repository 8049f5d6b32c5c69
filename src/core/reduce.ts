import type { Entry, ObservationFact, SentFact, StartFact } from '../model/entry.ts';
import type { Command } from '../model/entry.ts';
import type { Configuration } from '../model/configuration.ts';
import type { Effect } from '../model/effect.ts';
import type { CapabilityId, ProbeId } from '../model/ids.ts';
import { countsAsFailing, freshProbeState } from './detect/probe-state.ts';
import type { ProbeState } from './detect/probe-state.ts';
import { loseSight, missed, observe } from './detect/observe.ts';
import type { Transition } from './detect/observe.ts';
import { indexFactors } from './diagnose/factors.ts';
import { askAgain, askToVerify, hasConfirmedDependent } from './diagnose/verify.ts';
import { capabilitiesOfProbe, compileGraph } from './graph/graph.ts';
import { close, settle } from './incident/settle.ts';
import { noteAnchor, noteTrouble, noteUnwatched, noteWarnings, noteWatchedDrift } from './incident/standalone.ts';
import { isLive } from './incident/attribute.ts';
import { tell } from './incident/incident.ts';
import type { KnownDrift, State, Turn } from './state.ts';

/** Changes and drift are kept this long. */
const REMEMBERED_MS = 86_400_000;
const REMEMBERED_AT_MOST = 1000;
/** More probes in trouble than this are a storm, in which incidents are settled at most this often. */
const STORM = { probes: 100, everyMs: 1000 };

/**
 * The whole engine behind one function: first fires every deadline up to `entry.at`, then applies the entry.
 * Deterministic: no clock, no randomness, sets visited in code-unit order of ids.
 */
export function reduce(state: State, entry: Entry): { readonly state: State; readonly effects: readonly Effect[] } {
  const effects: Effect[] = [];
  // A start is applied before any deadline: the gap was ours, and must not look like theirs.
  if (entry.kind !== 'start') fireDeadlines(state, entry.at, effects);
  state.n = entry.n;
  state.at = entry.at;
  apply(state, entry, effects);
  return { state, effects };
}

/** When the next deadline is due; null when none is. */
export function nextDeadline(state: State): number | null {
  if (state.staleAt === null) return state.wakeAt;
  return state.wakeAt === null ? state.staleAt : Math.min(state.staleAt, state.wakeAt);
}

function fireDeadlines(state: State, until: number, effects: Effect[]): void {
  for (let due = nextDeadline(state); due !== null && due <= until; due = nextDeadline(state)) {
    const turn = turnAt(state, due, effects);
    if (turn === undefined) return;
    state.at = Math.max(state.at, due);
    if (state.staleAt !== null && state.staleAt <= due) expireEvidence(turn);
    if (state.wakeAt !== null && state.wakeAt <= due) state.wakeAt = null;
    settle(turn);
  }
}

function apply(state: State, entry: Entry, effects: Effect[]): void {
  switch (entry.kind) {
    case 'config':
      reconfigure(state, entry.configuration, entry.at, effects);
      return;
    case 'start':
      restart(state, entry, entry.at, effects);
      return;
    case 'observation': {
      const turn = turnAt(state, entry.at, effects);
      if (turn !== undefined) take(turn, entry);
      return;
    }
    case 'command': {
      const turn = turnAt(state, entry.at, effects);
      if (turn !== undefined) obey(turn, entry.command);
      return;
    }
    case 'change':
      state.changes = recent(
        [
          ...state.changes,
          {
            at: entry.changedAt,
            service: entry.service,
            summary: entry.summary,
            ...(entry.by === undefined ? {} : { by: entry.by }),
            ...(entry.url === undefined ? {} : { url: entry.url }),
          },
        ],
        entry.at,
      );
      return;
    case 'sent':
      noteSent(state, entry);
      return;
    case 'trouble': {
      const turn = turnAt(state, entry.at, effects);
      if (turn !== undefined) noteTrouble(turn, entry);
      return;
    }
    case 'anchor': {
      const turn = turnAt(state, entry.at, effects);
      if (turn !== undefined) noteAnchor(turn, entry);
      return;
    }
    case 'heartbeat':
    case 'tick':
      return;
    default:
      entry satisfies never;
  }
}

/** A message that went by a fallback is followed there: the end must reach everyone who heard of the beginning. */
function noteSent(state: State, sent: SentFact): void {
  const incident = state.incidents.get(sent.incident);
  if (incident === undefined) return;
  tell(
    incident,
    state.at,
    'sent',
    `${sent.event} ${sent.result} by ${sent.channel}${sent.detail === undefined ? '' : `: ${sent.detail}`}`,
  );
  const heard = sent.result === 'delivered' && sent.event !== 'resolve' && sent.event !== 'test';
  if (heard && !incident.told.has(sent.channel))
    incident.told.set(sent.channel, { channel: sent.channel, event: sent.event });
}

function turnAt(state: State, now: number, effects: Effect[]): Turn | undefined {
  if (state.graph === null || state.configuration === null) return undefined;
  return { state, graph: state.graph, configuration: state.configuration, now, effects };
}

/** One run of a probe: its state moves, runs are asked for, and incidents are settled where that can matter. */
function take(turn: Turn, run: ObservationFact): void {
  const probe = turn.graph.probes.get(run.probe);
  const state = turn.state.probes.get(run.probe);
  if (probe === undefined || state === undefined || !probe.enabled) return;
  noteFacts(turn, state, run);
  const early =
    state.status === 'suspect' && run.outcome === 'fail' && hasConfirmedDependent(turn, capabilitiesOfProbe(probe));
  const wasUnknown = state.unknownBecause !== null;
  const transition = observe(state, probe, run, early);
  if (state.freshUntil !== null && (turn.state.staleAt === null || state.freshUntil < turn.state.staleAt))
    turn.state.staleAt = state.freshUntil;
  track(turn.state, state);
  askAgain(turn, probe, state);
  noteWarnings(turn, state);
  if (wasUnknown || run.outcome === 'unknown') noteUnwatched(turn, state);
  if (transition === 'suspected' || transition === 'failed-again') askToVerify(turn, state);
  if (mattersNow(turn, state, run, transition)) settleInTime(turn);
  keepRunning(turn, state, run.endedAt);
}

/**
 * At once; but while very many probes are in trouble, what comes within a second is weighed together. Each of
 * ten thousand failures would cost a whole diagnosis and change next to nothing, and a daemon that is busy
 * thinking measures nothing but itself.
 */
function settleInTime(turn: Turn): void {
  const { state, now } = turn;
  const dueAt = state.settledAt + (state.troubled.size > STORM.probes ? STORM.everyMs : 0);
  if (now >= dueAt) settle(turn);
  else state.wakeAt = Math.min(state.wakeAt ?? dueAt, dueAt);
}

/** Suspects are run again at their own pace; so are roots nobody has heard of yet, probes that lost their explanation, and recovering ones. */
function keepRunning(turn: Turn, state: ProbeState, endedAt: number): void {
  const probe = turn.graph.probes.get(state.id);
  if (probe === undefined || probe.schedule.kind === 'pushed') return;
  const notBefore = endedAt + probe.confirm.everyMs;
  if (state.status === 'suspect') turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'confirm', notBefore });
  else if (state.status === 'recovering' && state.failure?.byRatio !== true)
    turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'recover', notBefore });
  else if (
    state.status === 'failing' &&
    state.failure?.byRatio !== true &&
    (state.lost !== null || isUntoldRoot(turn, state.id))
  ) {
    turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'confirm', notBefore });
  }
}

function isUntoldRoot(turn: Turn, id: ProbeId): boolean {
  for (const incident of turn.state.incidents.values())
    if (
      incident.state === 'pending' &&
      (incident.rootProbes.includes(id) || (incident.inferred && incident.symptoms.has(id)))
    )
      return true;
  return false;
}

function mattersNow(turn: Turn, state: ProbeState, run: ObservationFact, transition: Transition): boolean {
  switch (transition) {
    case 'confirmed':
    case 'recovered':
    case 'recovering':
    case 'degraded':
    case 'lost-sight':
      return true;
    case 'suspected':
    case 'cleared':
    case 'failed-again':
    case 'passed':
    case 'none':
      // Evidence near a live incident: it can clear a dependent, answer a verification, or let a page go.
      return (
        run.outcome !== 'unknown' &&
        (countsAsFailing(state) ||
          [...run.proven, ...run.against].some((id: CapabilityId) => turn.state.relevant.has(id)))
      );
    default:
      return transition satisfies never;
  }
}

function track(state: State, probe: ProbeState): void {
  if (probe.status === 'suspect' || countsAsFailing(probe)) state.troubled.add(probe.id);
  else state.troubled.delete(probe.id);
}

/** Every change of a fact is recorded; a fact that is merely missing from a failed run is not a change. */
function noteFacts(turn: Turn, state: ProbeState, run: ObservationFact): void {
  if (run.factsHash === state.factsHash) return;
  const merged: Record<string, ObservationFact['facts'][string]> = { ...state.facts };
  const drifts: KnownDrift[] = [];
  for (const [fact, after] of Object.entries(run.facts)) {
    const before = state.facts[fact];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(after))
      drifts.push({ at: run.startedAt, probe: run.probe, fact, before, after });
    merged[fact] = after;
  }
  indexFactors(turn.state, turn.graph, state, () => (state.facts = merged));
  state.factsHash = run.factsHash;
  if (drifts.length > 0) turn.state.drifts = recent([...turn.state.drifts, ...drifts], turn.now);
  for (const drift of drifts) noteWatchedDrift(turn, state, drift);
}

function recent<T extends { readonly at: number }>(items: readonly T[], now: number): readonly T[] {
  return items.filter((i) => i.at >= now - REMEMBERED_MS).slice(-REMEMBERED_AT_MOST);
}

/** Evidence that ran out: passing becomes unknown, a heartbeat that did not come fails. Sets the next lower bound. */
function expireEvidence(turn: Turn): void {
  let next: number | null = null;
  for (const state of turn.state.probes.values()) {
    if (state.freshUntil === null) continue;
    if (state.freshUntil > turn.now) {
      if (next === null || state.freshUntil < next) next = state.freshUntil;
      continue;
    }
    const probe = turn.graph.probes.get(state.id);
    if (probe?.schedule.kind === 'pushed') missed(state, probe, turn.now);
    else loseSight(state);
    track(turn.state, state);
  }
  turn.state.staleAt = next;
}

/** State is keyed by probe id; a new probe, or one whose own options changed, is unknown. What left closes its incidents. */
function reconfigure(state: State, configuration: Configuration, at: number, effects: Effect[]): void {
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
      track(state, kept);
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
function restart(state: State, entry: StartFact, at: number, effects: Effect[]): void {
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
    track(state, probe);
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
  const turn = turnAt(state, at, effects);
  if (turn !== undefined) settle(turn);
}

/** An operator's word. */
function obey(turn: Turn, command: Command): void {
  const { state, now } = turn;
  switch (command.kind) {
    case 'acknowledge': {
      const incident = state.incidents.get(command.incident);
      if (incident === undefined || !isLive(incident)) return;
      incident.acknowledgedBy = command.by;
      tell(incident, now, 'acknowledged', `by ${command.by}`);
      return;
    }
    case 'close': {
      const incident = state.incidents.get(command.incident);
      if (incident === undefined || !isLive(incident)) return;
      close(turn, incident, 'closed-by-hand');
      return;
    }
    case 'note': {
      const incident = state.incidents.get(command.incident);
      if (incident === undefined) return;
      incident.notes = [...incident.notes, { at: now, by: command.by, text: command.text }].slice(-100);
      tell(incident, now, 'note', `${command.by}: ${command.text}`);
      return;
    }
    case 'label': {
      const incident = state.incidents.get(command.incident);
      if (incident !== undefined) incident.label = command.label;
      return;
    }
    case 'silence':
      state.silences.set(command.id, command);
      return;
    case 'unsilence':
      state.silences.delete(command.id);
      return;
    case 'maintenance':
      state.windows.set(command.id, {
        id: command.id,
        services: command.services,
        from: command.from,
        until: command.until,
        reason: command.reason,
      });
      settle(turn);
      return;
    case 'end-maintenance':
      state.windows.delete(command.id);
      settle(turn);
      return;
    default:
      command satisfies never;
  }
}
