import type { Probe } from '../../model/configuration.ts';
import type { ObservationFact } from '../../model/entry.ts';
import { observe } from './observe.ts';
import type { Transition } from './observe.ts';
import { countsAsFailing, freshProbeState } from './probe-state.ts';
import type { Failure, ProbeState } from './probe-state.ts';

/** Where this daemon itself looks from; the only place that can be asked to look again. */
export const LOCAL = 'local';

/** What is known of a probe from each place that it is seen from; itself, while that is one. */
export function viewsOf(state: ProbeState): readonly ProbeState[] {
  return state.views === null ? [state] : [...state.views.values()];
}

/** What is known of a probe from one place; undefined where it is not seen from there. */
export function viewFrom(state: ProbeState, location: string): ProbeState | undefined {
  return state.views === null ? (state.location === location ? state : undefined) : state.views.get(location);
}

/**
 * One run of a probe, from wherever it was made. While there is one place, the probe's state is that of the place. From
 * the second place on each has a state of its own, and the probe's is judged from them (`combine`).
 */
export function observeFrom(state: ProbeState, probe: Probe, run: ObservationFact, early: boolean): Transition {
  state.location ??= run.location;
  if (state.views === null) {
    if (state.location === run.location) return observe(state, probe, run, early);
    state.views = new Map([[state.location, { ...state, proven: new Map(state.proven) }]]);
  }
  const view = state.views.get(run.location) ?? { ...freshProbeState(state.id), location: run.location };
  state.views.set(run.location, view);
  observe(view, probe, run, early);
  return combine(state);
}

/**
 * Judges a probe that is seen from several places: failing where the majority of the fresh ones fail, at least two;
 * degraded, "from eu", where fewer do. Gives what changed.
 */
export function combine(state: ProbeState): Transition {
  const before = { status: state.status, from: state.failure?.from ?? null };
  const views = [...viewsOf(state)].sort((a, b) => ((a.location ?? '') < (b.location ?? '') ? -1 : 1));
  const fresh = views.filter((v) => v.status !== 'unknown' && !v.stale);
  const failing = fresh.filter(countsAsFailing);
  const speaking = failing.length > 0 ? failing : fresh.length > 0 ? fresh : views;
  takeTimes(state, views, speaking);
  if (failing.length > 0) {
    const isPartial = failing.length < (fresh.length === 1 ? 1 : Math.max(2, Math.floor(fresh.length / 2) + 1));
    state.failure = together(failing, isPartial, state.failure);
    state.status = failing.every((v) => v.status === 'recovering') ? 'recovering' : 'failing';
    state.since = state.failure.since;
    state.stale = false;
  } else if (fresh.length === 0 && countsAsFailing(state)) state.stale = true;
  else {
    const suspect = fresh.find((v) => v.status === 'suspect');
    state.status = fresh.length === 0 ? 'unknown' : suspect === undefined ? 'passing' : 'suspect';
    state.failure = suspect?.failure ?? null;
    state.stale = false;
  }
  return transition(before, state);
}

/** Times and evidence of the probe as a whole: the newest of those that speak for it. */
function takeTimes(state: ProbeState, views: readonly ProbeState[], speaking: readonly ProbeState[]): void {
  const newest = speaking.reduce((a, b) => ((b.lastStartedAt ?? 0) > (a.lastStartedAt ?? 0) ? b : a));
  state.lastStartedAt = newest.lastStartedAt;
  state.lastEndedAt = newest.lastEndedAt;
  state.lastOutcome = newest.lastOutcome;
  state.unknownBecause = newest.unknownBecause;
  state.unknownMessage = newest.unknownMessage;
  state.unknownRuns = Math.min(...views.map((v) => v.unknownRuns));
  state.unknownSince = newest.unknownSince;
  state.successes = newest.successes;
  state.currentWarnings = newest.currentWarnings;
  state.lastPassAt = views.reduce<number | null>((last, v) => larger(last, v.lastPassAt), null);
  state.freshUntil = views.reduce<number | null>((next, v) => smaller(next, v.freshUntil), null);
  state.proven = new Map();
  for (const view of views)
    for (const [id, at] of view.proven) state.proven.set(id, Math.max(at, state.proven.get(id) ?? 0));
}

/** The failure as a whole: that of the place that saw it first, and from where, if only some see it. */
function together(failing: readonly ProbeState[], isPartial: boolean, known: Failure | null): Failure {
  const failures = failing.flatMap((v) => v.failure ?? []).sort((a, b) => a.onset.end - b.onset.end);
  const [first] = failures;
  if (first === undefined) throw new Error('a failing place without a failure');
  const from = isPartial ? failing.flatMap((v) => v.location ?? []) : null;
  return {
    ...first,
    message: from === null ? first.message : `from ${from.join(', ')}: ${first.message}`,
    against: [...new Set(failures.flatMap((f) => f.against))].sort(),
    explainedAt: known?.explainedAt ?? null,
    from,
  };
}

function transition(
  before: { readonly status: ProbeState['status']; readonly from: readonly string[] | null },
  state: ProbeState,
): Transition {
  const wasFailing = before.status === 'failing' || before.status === 'recovering';
  if (countsAsFailing(state)) {
    if (state.stale) return 'lost-sight';
    const from = state.failure?.from ?? null;
    if (!wasFailing || String(from) !== String(before.from)) return from === null ? 'confirmed' : 'degraded';
    return state.status === 'recovering' ? 'recovering' : 'failed-again';
  }
  if (wasFailing) return state.status === 'unknown' ? 'lost-sight' : 'recovered';
  if (state.status === before.status) return 'none';
  if (state.status === 'suspect') return 'suspected';
  if (state.status === 'unknown') return 'lost-sight';
  return before.status === 'suspect' ? 'cleared' : 'passed';
}

function larger(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
