import type { Effect } from '../model/effect.ts';
import type { Entry, ObservationFact, SentFact } from '../model/entry.ts';
import type { CapabilityId, ProbeId } from '../model/ids.ts';
import { noteFacts } from './detect/note-facts.ts';
import { expireEvidence } from './detect/expire.ts';
import type { Transition } from './detect/observe.ts';
import { LOCAL, observeFrom, viewFrom } from './detect/views.ts';
import { countsAsFailing, track } from './detect/probe-state.ts';
import type { ProbeState } from './detect/probe-state.ts';
import { indexFactors } from './diagnose/factors.ts';
import { askAgain, askToVerify, hasConfirmedDependent } from './diagnose/verify.ts';
import { capabilitiesOfProbe } from './graph/graph.ts';
import { isKeptBack, tell } from './incident/incident.ts';
import { settle } from './incident/settle.ts';
import { noteHeard, noteSilentPlaces } from './incident/silent-place.ts';
import { mustBeAskedAgain } from './paging/gate.ts';
import { noteAnchor, noteTrouble, noteUnwatched, noteWarnings, noteWatchedDrift } from './incident/standalone.ts';
import { obey } from './obey.ts';
import { reload } from './reload.ts';
import { restart } from './restart.ts';
import { recent } from './recent.ts';
import type { State, Turn } from './state.ts';

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
    if (state.staleAt !== null && state.staleAt <= due) {
      expireEvidence(turn);
      noteSilentPlaces(turn);
    }
    if (state.wakeAt !== null && state.wakeAt <= due) state.wakeAt = null;
    settle(turn);
  }
}

function apply(state: State, entry: Entry, effects: Effect[]): void {
  switch (entry.kind) {
    case 'config':
      reload(state, entry.configuration, entry.at, effects);
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
    incident.told.set(sent.channel, { channel: sent.channel, event: sent.event, owners: [incident.owner] });
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
  for (const drift of noteFacts(turn, state, run)) noteWatchedDrift(turn, state, drift);
  const early =
    state.status === 'suspect' && run.outcome === 'fail' && hasConfirmedDependent(turn, capabilitiesOfProbe(probe));
  const wasUnknown = state.unknownBecause !== null;
  const placesBefore = state.views?.size ?? 1;
  const transition = observeFrom(state, probe, run, early);
  if ((state.views?.size ?? 1) !== placesBefore) indexFactors(turn.state, turn.graph, state, () => undefined);
  noteHeard(turn, run);
  if (state.freshUntil !== null && (turn.state.staleAt === null || state.freshUntil < turn.state.staleAt))
    turn.state.staleAt = state.freshUntil;
  track(turn.state.troubled, state);
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

/**
 * Suspects are run again at their own pace; so are roots nobody has heard of yet, probes that lost their explanation,
 * and recovering ones, and those whose word a page waits for and that could not tell. What could not tell because of our
 * own network, which by now is back, is run again at once.
 */
function keepRunning(turn: Turn, state: ProbeState, endedAt: number): void {
  const probe = turn.graph.probes.get(state.id);
  if (probe === undefined || probe.schedule.kind === 'pushed') return;
  const notBefore = endedAt + probe.confirm.everyMs;
  // Only what we see ourselves can be looked at again.
  const own = viewFrom(state, LOCAL) ?? state;
  const sightIsBack = own.unknownBecause === 'probe.network' && turn.state.unansweredAnchors === 0;
  if (own.status === 'suspect') turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'confirm', notBefore });
  else if (own.status === 'recovering' && own.failure?.byRatio !== true)
    turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'recover', notBefore });
  else if (
    own.status === 'failing' &&
    own.failure?.byRatio !== true &&
    (state.lost !== null || isUntoldRoot(turn, state.id))
  ) {
    turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'confirm', notBefore });
  } else if (mustBeAskedAgain(turn, state.id))
    turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'verify', notBefore });
  else if (sightIsBack) turn.effects.push({ kind: 'reprobe', probe: state.id, cause: 'verify', notBefore: endedAt });
}

function isUntoldRoot(turn: Turn, id: ProbeId): boolean {
  for (const incident of turn.state.incidents.values())
    if (
      incident.state === 'pending' &&
      !isKeptBack(incident.held) &&
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
