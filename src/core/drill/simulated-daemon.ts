import type { Configuration, Probe } from '../../model/configuration.ts';
import type { NotifyEffect, ReprobeEffect } from '../../model/effect.ts';
import type { Fact, ObservationFact } from '../../model/entry.ts';
import type { ProbeId, Sha256 } from '../../model/ids.ts';
import type { RunCause } from '../../model/run.ts';
import { capabilitiesOfProbe } from '../graph/graph.ts';
import type { Incident } from '../incident/incident.ts';
import { isLive } from '../incident/incident.ts';
import { nextDeadline, reduce } from '../reduce.ts';
import { initialState } from '../state.ts';
import { CRON_DUE_MS, runMs } from './staged-failure.ts';
import type { Sight } from './staged-failure.ts';

type Planned =
  | { readonly kind: 'run'; readonly probe: Probe; readonly cause: RunCause }
  | { readonly kind: 'end'; readonly probe: Probe; readonly fact: ObservationFact };

/** A lane is one probe: one run at a time, and at most one that was asked for. */
interface Lane {
  readonly probe: Probe;
  isRunning: boolean;
  askedAt: number | null;
}

/** What a cron probe of the play has for an interval after its first run. */
const CRON_AGAIN_MS = 3_600_000;

/**
 * A daemon on a simulated clock around the real reducer: runs probes by their schedules and out of turn when asked,
 * writes entries, fires deadlines, and keeps what would be sent. Every probe runs once at `startAt`, and then by
 * its interval; the same configuration gives the same play.
 */
export class SimulatedDaemon {
  readonly sent: { readonly at: number; readonly effect: NotifyEffect }[] = [];
  readonly #sight: (probe: Probe, at: number) => Sight | undefined;
  readonly #lanes: ReadonlyMap<ProbeId, Lane>;
  readonly #queue: { readonly at: number; readonly what: Planned }[] = [];
  #state = initialState();
  #now: number;
  #n = 0;

  constructor(configuration: Configuration, startAt: number, sight: (probe: Probe, at: number) => Sight | undefined) {
    this.#sight = sight;
    this.#now = startAt;
    const enabled = configuration.probes.filter((p) => p.enabled);
    this.#lanes = new Map(enabled.map((probe) => [probe.id, { probe, isRunning: false, askedAt: null }]));
    this.#append({ kind: 'start', lastAt: null, reason: 'start', wallAt: startAt });
    this.#append({ kind: 'config', configuration });
    for (const probe of enabled) this.#append(observation(probe, 'schedule', startAt, startAt, undefined));
    for (const probe of enabled) this.#plan(startAt + firstAfterMs(probe), { kind: 'run', probe, cause: 'schedule' });
  }

  /** Everything that is known of what fails. */
  get incidents(): readonly Incident[] {
    return [...this.#state.incidents.values()];
  }

  /** Plays up to a time, that time included. */
  runUntil(until: number): void {
    while (this.#step(until));
    this.#now = Math.max(this.#now, until);
  }

  /** Plays until nothing is open any more, at most up to a time. */
  runUntilQuiet(until: number): void {
    while (this.incidents.some(isLive) && this.#step(until));
  }

  #step(until: number): boolean {
    const due = nextDeadline(this.#state) ?? Infinity;
    const next = this.#queue[0];
    const at = Math.min(due, next?.at ?? Infinity);
    if (at > until) return false;
    this.#now = Math.max(this.#now, at);
    if (next === undefined || due < next.at) this.#append({ kind: 'tick' });
    else {
      this.#queue.shift();
      this.#happen(next.what);
    }
    return true;
  }

  #happen(what: Planned): void {
    const lane = this.#lanes.get(what.probe.id);
    if (lane === undefined) return;
    if (what.kind === 'end') {
      lane.isRunning = false;
      this.#append(what.fact);
      // Asked for while it ran: it runs again at once.
      if (lane.askedAt !== null && lane.askedAt <= this.#now) this.#run(lane, 'verify');
      return;
    }
    if (what.cause === 'schedule') this.#plan(this.#now + everyMs(what.probe), what);
    else if (lane.askedAt !== this.#now) return;
    this.#run(lane, what.cause);
  }

  #run(lane: Lane, cause: RunCause): void {
    if (lane.isRunning) return;
    lane.askedAt = null;
    const { probe } = lane;
    const seen = this.#sight(probe, this.#now);
    if (probe.schedule.kind === 'pushed') {
      // What fails does not push.
      if (seen === undefined) this.#append(observation(probe, 'pushed', this.#now, this.#now, undefined));
      return;
    }
    lane.isRunning = true;
    const endsAt = this.#now + runMs(probe, seen);
    this.#plan(endsAt, { kind: 'end', probe, fact: observation(probe, cause, this.#now, endsAt, seen) });
  }

  #append(fact: Fact): void {
    const { state, effects } = reduce(this.#state, { ...fact, n: ++this.#n, at: this.#now });
    this.#state = state;
    for (const effect of effects) {
      if (effect.kind === 'notify') this.sent.push({ at: this.#now, effect });
      else if (effect.kind === 'reprobe') this.#ask(effect);
    }
  }

  #ask({ probe: id, cause, notBefore }: ReprobeEffect): void {
    const lane = this.#lanes.get(id);
    const at = Math.max(this.#now, notBefore);
    if (lane === undefined || (lane.askedAt !== null && lane.askedAt <= at)) return;
    lane.askedAt = at;
    this.#plan(at, { kind: 'run', probe: lane.probe, cause });
  }

  #plan(at: number, what: Planned): void {
    const after = this.#queue.findIndex((planned) => planned.at > at);
    this.#queue.splice(after < 0 ? this.#queue.length : after, 0, { at, what });
  }
}

function firstAfterMs(probe: Probe): number {
  return probe.schedule.kind === 'cron' ? CRON_DUE_MS : everyMs(probe);
}

function everyMs({ schedule }: Probe): number {
  return schedule.kind === 'cron' ? CRON_AGAIN_MS : schedule.everyMs;
}

function observation(
  probe: Probe,
  cause: RunCause,
  startedAt: number,
  endedAt: number,
  seen: Sight | undefined,
): ObservationFact {
  const failed = seen === undefined ? {} : { class: seen.class, message: `as in a drill: ${seen.class}` };
  return {
    kind: 'observation',
    probe: probe.id,
    location: 'local',
    cause,
    startedAt,
    endedAt,
    outcome: seen === undefined ? 'pass' : 'fail',
    ...failed,
    proven: seen === undefined ? capabilitiesOfProbe(probe) : [],
    against: seen?.against ?? [],
    warnings: [],
    factsHash: '' as Sha256,
    facts: {},
    ...(probe.schedule.kind === 'cron' ? { nextDueAt: endedAt + CRON_AGAIN_MS } : {}),
  };
}
