import type { Probe } from '../../model/configuration.ts';
import type { ObservationFact } from '../../model/entry.ts';
import { confirmedByOneReread } from './classes.ts';
import { countsAsFailing, NONE } from './probe-state.ts';
import type { Failure, ProbeState } from './probe-state.ts';
import { NO_RUNS, withRun } from './recent-runs.ts';

/** What changed for the rest of the engine. `none`: only times moved. */
export type Transition =
  | 'none'
  | 'suspected'
  | 'confirmed'
  | 'cleared'
  | 'passed'
  | 'failed-again'
  | 'recovering'
  | 'recovered'
  | 'degraded'
  | 'lost-sight';

/** Facts older than this many scheduled runs cannot come: a bound for the window whatever the configuration says. */
const WINDOW_LIMIT = 1000;

/**
 * One run of a probe moves its state (docs/engine.md 1). `early` confirms at two failures in a row whatever
 * `confirm.failures` says: somebody who needs this one has already been confirmed as failing.
 */
export function observe(state: ProbeState, probe: Probe, run: ObservationFact, early: boolean): Transition {
  // Two runs can end out of order when one was asked for; an older one says nothing new.
  if (state.lastStartedAt !== null && run.startedAt < state.lastStartedAt) return 'none';
  state.lastStartedAt = run.startedAt;
  state.lastEndedAt = run.endedAt;
  state.lastOutcome = run.outcome;
  noteUnknown(state, run);
  state.currentWarnings = run.warnings.length === 0 ? NONE : run.warnings;
  if (run.outcome === 'unknown') return 'none';
  state.freshUntil = freshUntil(probe, run);
  for (const id of run.proven) state.proven.set(id, run.startedAt);
  noteInWindow(state, probe, run);
  return run.outcome === 'pass' ? passed(state, probe, run) : failed(state, probe, run, early);
}

function noteUnknown(state: ProbeState, run: ObservationFact): void {
  const unknown = run.outcome === 'unknown';
  state.unknownBecause = unknown ? (run.class ?? null) : null;
  state.unknownMessage = unknown ? (run.message ?? null) : null;
  state.unknownRuns = unknown ? state.unknownRuns + 1 : 0;
  state.unknownSince = unknown ? (state.unknownSince ?? run.startedAt) : null;
}

function passed(state: ProbeState, probe: Probe, run: ObservationFact): Transition {
  state.lastPassAt = run.startedAt;
  switch (state.status) {
    case 'unknown':
    case 'suspect': {
      const was = state.status;
      state.status = 'passing';
      state.since = run.startedAt;
      state.failure = null;
      return was === 'suspect' ? 'cleared' : 'passed';
    }
    case 'passing':
      return 'none';
    case 'failing':
    case 'recovering': {
      state.stale = false;
      if (state.failure?.byRatio === true) {
        // Only failures in a row make it solid: one that comes and goes stays a matter of ratio.
        state.failure.count = 0;
        return ratioEnded(state, probe) ? recovered(state, run) : 'none';
      }
      state.successes = state.status === 'failing' ? 1 : state.successes + 1;
      state.status = 'recovering';
      return state.successes >= requiredSuccesses(probe) ? recovered(state, run) : 'recovering';
    }
    default:
      return state.status satisfies never;
  }
}

function failed(state: ProbeState, probe: Probe, run: ObservationFact, early: boolean): Transition {
  switch (state.status) {
    case 'unknown':
    case 'passing': {
      state.failure = firstFailure(state, run);
      state.status = 'suspect';
      return confirmIfDue(state, probe, run, early) ?? judgeRatio(state, probe, run) ?? 'suspected';
    }
    case 'suspect': {
      const failure = failedAgain(state, run);
      failure.class = run.class ?? failure.class;
      failure.message = run.message ?? failure.message;
      failure.step = failingStep(run);
      return confirmIfDue(state, probe, run, early) ?? 'failed-again';
    }
    case 'failing':
    case 'recovering': {
      const failure = failedAgain(state, run);
      state.stale = false;
      state.status = 'failing';
      state.successes = 0;
      // A ratio failure that turns solid is confirmed like any other, and is then no longer a matter of ratio.
      if (failure.byRatio && failure.count >= requiredFailures(probe, run)) {
        failure.byRatio = false;
        failure.confirmedAt = run.endedAt;
        failure.class = run.class ?? failure.class;
        failure.message = run.message ?? failure.message;
        failure.step = failingStep(run);
        return 'confirmed';
      }
      return 'failed-again';
    }
    default:
      return state.status satisfies never;
  }
}

function firstFailure(state: ProbeState, run: ObservationFact): Failure {
  return {
    since: run.startedAt,
    onset: { start: state.lastPassAt ?? run.startedAt, end: run.endedAt },
    confirmedAt: null,
    count: 1,
    class: run.class ?? 'semantic.assertion',
    message: run.message ?? 'failed',
    step: failingStep(run),
    against: run.against,
    byRatio: false,
    explainedAt: null,
    from: null,
  };
}

function failedAgain(state: ProbeState, run: ObservationFact): Failure {
  const failure = state.failure ?? firstFailure(state, run);
  state.failure = failure;
  failure.count = state.successes > 0 ? 1 : failure.count + 1;
  failure.against = run.against;
  return failure;
}

function confirmIfDue(state: ProbeState, probe: Probe, run: ObservationFact, early: boolean): Transition | undefined {
  const failure = state.failure;
  if (failure === null) return undefined;
  if (failure.count < Math.min(requiredFailures(probe, run), early ? 2 : Infinity)) return undefined;
  failure.confirmedAt = run.endedAt;
  state.status = 'failing';
  state.stale = false;
  state.since = failure.since;
  state.successes = 0;
  return 'confirmed';
}

/** Heartbeats and pushes confirm on one event; a wrong key on one re-read. */
function requiredFailures(probe: Probe, run: ObservationFact): number {
  if (probe.schedule.kind === 'pushed') return 1;
  const wanted = probe.confirm.failures;
  return run.class !== undefined && confirmedByOneReread(run.class) ? Math.min(wanted, 2) : wanted;
}

function requiredSuccesses(probe: Probe): number {
  return probe.schedule.kind === 'pushed' ? 1 : probe.recover.successes;
}

function recovered(state: ProbeState, run: ObservationFact): Transition {
  state.status = 'passing';
  state.since = run.startedAt;
  state.failure = null;
  state.successes = 0;
  state.stale = false;
  // Else every outage would end in minutes of "degraded".
  state.window = NO_RUNS;
  return 'recovered';
}

function failingStep(run: ObservationFact): Failure['step'] {
  return run.steps?.find((step) => step.outcome === 'fail') ?? null;
}

function noteInWindow(state: ProbeState, probe: Probe, run: ObservationFact): void {
  if (run.cause !== 'schedule') return;
  const size = Math.min(probe.ratio.of, WINDOW_LIMIT);
  state.window = withRun(state.window, run.startedAt, run.outcome === 'fail', size);
}

/** Faults that come and go: enough failures among the last scheduled runs make a (degraded) failure. */
function judgeRatio(state: ProbeState, probe: Probe, run: ObservationFact): Transition | undefined {
  const { failed: fails, length } = state.window;
  if (run.cause !== 'schedule' || probe.schedule.kind === 'pushed' || fails.length < probe.ratio.failures)
    return undefined;
  const [first] = fails;
  if (first === undefined) return undefined;
  const before = state.failure;
  state.failure = {
    since: first.at,
    onset: { start: first.at, end: first.at },
    confirmedAt: run.endedAt,
    count: before?.count ?? 0,
    class: run.class ?? before?.class ?? 'semantic.assertion',
    message: `${String(fails.length)} of the last ${String(length)} runs failed${run.message === undefined ? '' : `: ${run.message}`}`,
    step: failingStep(run),
    against: run.against.length > 0 ? run.against : (before?.against ?? [...state.proven.keys()].sort()),
    byRatio: true,
    explainedAt: null,
    from: null,
  };
  state.status = 'failing';
  state.since = first.at;
  state.successes = 0;
  return 'degraded';
}

/** The ratio ends at half, rounded down. */
function ratioEnded(state: ProbeState, probe: Probe): boolean {
  return state.window.failed.length <= Math.floor(probe.ratio.failures / 2);
}

/** Until when a result is evidence: three intervals, at least one and its timeout and ten seconds; by cron from the next due time. */
export function freshUntil(probe: Probe, run: Pick<ObservationFact, 'endedAt' | 'nextDueAt'>): number {
  const slackMs = probe.timeoutMs + 10_000;
  switch (probe.schedule.kind) {
    case 'every':
      return run.endedAt + Math.max(3 * probe.schedule.everyMs, probe.schedule.everyMs + slackMs);
    case 'cron':
      return (run.nextDueAt ?? run.endedAt + 86_400_000) + slackMs;
    case 'pushed':
      return run.endedAt + probe.schedule.everyMs + probe.schedule.graceMs;
    default:
      return probe.schedule satisfies never;
  }
}

/** Evidence ran out with nothing heard: passing becomes unknown; a failure stays with its incident, shown as unknown. */
export function loseSight(state: ProbeState): Transition {
  state.proven.clear();
  state.window = NO_RUNS;
  state.freshUntil = null;
  switch (state.status) {
    case 'unknown':
      return 'none';
    case 'passing':
    case 'suspect':
      state.status = 'unknown';
      state.failure = null;
      state.since = null;
      return 'lost-sight';
    case 'failing':
    case 'recovering':
      state.status = 'failing';
      state.successes = 0;
      state.stale = true;
      return 'lost-sight';
    default:
      return state.status satisfies never;
  }
}

/** A heartbeat or push that did not come in time: fails as `freshness.missed`. */
export function missed(state: ProbeState, probe: Probe, at: number): Transition {
  const last = state.lastEndedAt;
  const words = last === null ? 'none since the start' : `last one ${new Date(last).toISOString()}`;
  state.freshUntil = null;
  if (countsAsFailing(state)) return 'none';
  state.failure = {
    since: at,
    onset: { start: last ?? at, end: at },
    confirmedAt: at,
    count: 1,
    class: 'freshness.missed',
    message: `no sign of life in time: ${words}`,
    step: null,
    against: [...new Set([...probe.proves.reach, ...probe.proves.read, ...probe.proves.write])].sort(),
    byRatio: false,
    explainedAt: null,
    from: null,
  };
  state.status = 'failing';
  state.since = at;
  return 'confirmed';
}
