import type { ReprobeEffect } from '../model/effect.ts';
import type { ObservationFact } from '../model/entry.ts';
import type { Probe } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import type { RunCause } from '../model/run.ts';
import type { CronCalendar, CronEntry } from './cron-calendar.ts';
import type { Lanes, Ticket } from './lanes.ts';
import { nextInPhase, phaseOf } from './phase.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

/** A probe to be scheduled, and the target whose lane its runs take. */
export interface Scheduled {
  readonly probe: Probe;
  readonly target: string;
}

/** One run, about to begin. */
export interface StartedRun {
  readonly probe: ProbeId;
  readonly cause: RunCause;
  /** The run's deadline where it is not the probe's own. */
  readonly timeoutMs: number | undefined;
  /** When it was wanted, and how late it begins. */
  readonly dueAt: number;
  readonly latenessMs: number;
  /** Fires when the probe leaves the schedule: nobody wants the result any more. */
  readonly signal: AbortSignal;
  /** For cron schedules: when the next run is due. */
  readonly nextDueAt: number | undefined;
}

export interface SchedulerParts {
  /** The entries' clock. */
  readonly now: () => number;
  /** On the same clock; the one timer behind every schedule. */
  readonly wakeUps: WakeUps;
  readonly lanes: Lanes;
  readonly calendar: CronCalendar;
  /** Makes one run and records it; rejects never, and gives undefined where nothing was recorded. */
  readonly run: (run: StartedRun) => Promise<ObservationFact | undefined>;
}

interface Request {
  readonly cause: Exclude<RunCause, 'schedule' | 'pushed'>;
  readonly notBefore: number;
  readonly askedAt: number;
  readonly timeoutMs: number | undefined;
  /** Who waits for the result, for `manual`. */
  readonly answer?: (observation: ObservationFact | undefined) => void;
}

interface Slot {
  scheduled: Scheduled;
  readonly phase: number;
  /** When the regular schedule wants it next; Infinity where only a calendar knows. */
  regularAt: number;
  /** Asked for out of turn, earliest first. */
  requests: Request[];
  wakeUp: WakeUp | undefined;
  ticket: Ticket | undefined;
  /** When the run in flight began; undefined while it waits for its lane, or when there is none. */
  startedAt: number | undefined;
  readonly gone: AbortController;
  cron: CronEntry | undefined;
  hasRun: boolean;
}

/** A round of first runs is spread over so much; a short one ends sooner, a very long one takes longer. */
const ROUND_MS = 3000;
const ROUND_PER_PROBE_MS = { most: 20, least: 2 };
/** Verification asks for pairs of runs; nothing asks for more at once. */
const MOST_REQUESTS = 8;
/** Two requests with the same cause closer than this are one. */
const SAME_REQUEST_MS = 500;

/**
 * Decides when each probe runs. The regular schedule of a probe keeps its own phase, a hash of its id, so
 * that a thousand probes do not fire together; requests come between and do not move it. A probe never runs
 * twice at once: what is asked for during a run happens after it, and any run that starts in time answers
 * every request made before.
 */
export class Scheduler implements AsyncDisposable {
  readonly #parts: SchedulerParts;
  readonly #slots = new Map<ProbeId, Slot>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #firstRound = Promise.withResolvers<void>();
  /** Probes that wait for their first run. */
  #unseen = 0;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Probes on the schedule. */
  get size(): number {
    return this.#slots.size;
  }

  /** Resolves when every probe of the first `set` has had a run. */
  get firstRound(): Promise<void> {
    return this.#firstRound.promise;
  }

  /**
   * Makes these, and no others, the probes that run. Those with `fresh` ids, and those not seen before, begin
   * with a first round, spread a little; the rest keep their place. What is gone is aborted, and its result dropped.
   */
  set(probes: readonly Scheduled[], fresh: ReadonlySet<ProbeId>): void {
    if (this.#stopped) return;
    const wanted = new Map(probes.map((scheduled) => [scheduled.probe.id, scheduled]));
    for (const [id, slot] of this.#slots) if (!wanted.has(id) || fresh.has(id)) this.#drop(id, slot);
    const added = probes.filter(({ probe }) => !this.#slots.has(probe.id)).length;
    for (const scheduled of probes) {
      const old = this.#slots.get(scheduled.probe.id);
      if (old === undefined) this.#add(scheduled, roundMs(added));
      else this.#replace(old, scheduled);
    }
    this.#checkFirstRound();
  }

  /** Asks for a run out of turn. Unknown probes and pushed ones are nobody's to run. */
  request(effect: ReprobeEffect): void {
    const slot = this.#slots.get(effect.probe);
    if (slot === undefined) return;
    // A run in flight that began after the wanted time is the answer, whoever asked for it.
    if (slot.startedAt !== undefined && slot.startedAt > effect.notBefore) return;
    this.#ask(slot, {
      cause: effect.cause,
      notBefore: effect.notBefore,
      askedAt: this.#parts.now(),
      timeoutMs: effect.timeoutMs,
    });
  }

  /** Runs a probe now (after the run in flight, if any); undefined when it left the schedule meanwhile. */
  runNow(probe: ProbeId): Promise<ObservationFact | undefined> {
    const slot = this.#slots.get(probe);
    if (slot === undefined) return Promise.resolve(undefined);
    return new Promise((answer) => {
      const now = this.#parts.now();
      this.#ask(slot, { cause: 'manual', notBefore: now, askedAt: now, timeoutMs: undefined, answer });
    });
  }

  /** After a stall or a clock step: what was missed is spread over a few seconds instead of fired at once. */
  resume(): void {
    const now = this.#parts.now();
    for (const slot of this.#slots.values()) {
      const { schedule } = slot.scheduled.probe;
      if (schedule.kind !== 'every' || slot.regularAt > now) continue;
      slot.regularAt = now + Math.floor(slot.phase * Math.min(schedule.everyMs, ROUND_MS));
      this.#plan(slot);
    }
  }

  /** Stops everything; runs in flight are aborted and waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    for (const [id, slot] of this.#slots) this.#drop(id, slot);
    await Promise.all(this.#inFlight);
  }

  #add(scheduled: Scheduled, withinMs: number): void {
    const { probe } = scheduled;
    const phase = phaseOf(probe.id);
    const slot: Slot = {
      scheduled,
      phase,
      regularAt: Infinity,
      requests: [],
      wakeUp: undefined,
      ticket: undefined,
      startedAt: undefined,
      gone: new AbortController(),
      cron: undefined,
      hasRun: false,
    };
    this.#slots.set(probe.id, slot);
    this.#unseen++;
    this.#enrol(slot);
    const everyMs = probe.schedule.kind === 'every' ? probe.schedule.everyMs : withinMs;
    slot.regularAt = this.#parts.now() + Math.floor(phase * Math.min(everyMs, withinMs));
    this.#plan(slot);
  }

  /** The kind's own options are as before: only the schedule may have changed, and the slot's history stays. */
  #replace(slot: Slot, scheduled: Scheduled): void {
    const before = slot.scheduled.probe.schedule;
    slot.scheduled = scheduled;
    if (JSON.stringify(before) === JSON.stringify(scheduled.probe.schedule)) return;
    slot.cron?.[Symbol.dispose]();
    slot.cron = undefined;
    this.#enrol(slot);
    // A slot that still waits for its first run keeps that, whatever the new interval.
    if (slot.hasRun) slot.regularAt = this.#nextRegular(slot, this.#parts.now());
    this.#plan(slot);
  }

  #enrol(slot: Slot): void {
    const { schedule } = slot.scheduled.probe;
    if (schedule.kind !== 'cron') return;
    slot.cron = this.#parts.calendar.every(schedule.expression, schedule.timezone, () => {
      slot.regularAt = Math.min(slot.regularAt, this.#parts.now());
      this.#plan(slot);
    });
  }

  #drop(id: ProbeId, slot: Slot): void {
    this.#slots.delete(id);
    this.#seen(slot);
    this.#parts.wakeUps.cancel(slot.wakeUp);
    slot.cron?.[Symbol.dispose]();
    slot.gone.abort(new Error('the probe left the schedule'));
    if (slot.ticket?.state === 'waiting') this.#parts.lanes.leave(slot.ticket);
    for (const request of slot.requests.splice(0)) request.answer?.(undefined);
  }

  #ask(slot: Slot, request: Request): void {
    const same = slot.requests.findIndex((other) => isSame(other, request));
    const other = slot.requests[same];
    if (other !== undefined && other.notBefore <= request.notBefore) return;
    if (other !== undefined) slot.requests.splice(same, 1);
    slot.requests.push(request);
    slot.requests.sort((a, b) => a.notBefore - b.notBefore);
    for (const late of slot.requests.splice(MOST_REQUESTS)) late.answer?.(undefined);
    this.#plan(slot);
  }

  /** Sets the slot's wake-up to whatever it wants first. A run in flight plans anew at its end. */
  #plan(slot: Slot): void {
    if (slot.ticket !== undefined || slot.gone.signal.aborted) return;
    const wantedAt = Math.min(slot.regularAt, slot.requests[0]?.notBefore ?? Infinity);
    if (slot.wakeUp?.dueMs === wantedAt) return;
    this.#parts.wakeUps.cancel(slot.wakeUp);
    slot.wakeUp = wantedAt === Infinity ? undefined : this.#parts.wakeUps.at(wantedAt, () => this.#queue(slot));
  }

  #queue(slot: Slot): void {
    slot.wakeUp = undefined;
    // The lane may start it within `enter`, before the ticket is known: so the run begins a turn later.
    slot.ticket = this.#parts.lanes.enter(slot.scheduled.target, () => {
      const run = Promise.resolve().then(() => this.#run(slot));
      this.#inFlight.add(run);
      void run.finally(() => this.#inFlight.delete(run));
    });
  }

  async #run(slot: Slot): Promise<void> {
    const now = (slot.startedAt = this.#parts.now());
    const { probe } = slot.scheduled;
    const regularAt = slot.regularAt;
    const regular = regularAt <= now;
    if (regular) slot.regularAt = this.#nextRegular(slot, now);
    const answered = slot.requests.filter((request) => request.notBefore <= now);
    slot.requests = slot.requests.filter((request) => request.notBefore > now);
    const first = answered[0];
    const dueAt = regular || first === undefined ? Math.min(regularAt, now) : Math.max(first.notBefore, first.askedAt);
    let observation: ObservationFact | undefined;
    try {
      if (!slot.gone.signal.aborted)
        observation = await this.#parts.run({
          probe: probe.id,
          cause: regular || first === undefined ? 'schedule' : first.cause,
          // A run that is also somebody else's gets the longest of the deadlines.
          timeoutMs: regular ? undefined : longest(answered),
          dueAt,
          latenessMs: Math.max(0, now - dueAt),
          signal: slot.gone.signal,
          nextDueAt: slot.cron?.nextAt() ?? undefined,
        });
    } finally {
      if (slot.ticket !== undefined) this.#parts.lanes.leave(slot.ticket);
      slot.ticket = undefined;
      slot.startedAt = undefined;
      this.#seen(slot);
      this.#checkFirstRound();
      for (const request of answered) request.answer?.(observation);
      this.#plan(slot);
    }
  }

  #seen(slot: Slot): void {
    if (!slot.hasRun) this.#unseen--;
    slot.hasRun = true;
  }

  #checkFirstRound(): void {
    if (this.#unseen === 0) this.#firstRound.resolve();
  }

  #nextRegular(slot: Slot, after: number): number {
    const { schedule } = slot.scheduled.probe;
    return schedule.kind === 'every' ? nextInPhase(slot.phase, schedule.everyMs, after) : Infinity;
  }
}

/** One changed probe runs at once; a thousand at a start come soon, but not as a burst. */
function roundMs(probes: number): number {
  return Math.min(probes * ROUND_PER_PROBE_MS.most, Math.max(ROUND_MS, probes * ROUND_PER_PROBE_MS.least));
}

/** For one cause the earliest wish wins, as every run leads to new ones; but verification wants pairs, apart. */
function isSame(a: Request, b: Request): boolean {
  if (a.cause !== b.cause || a.cause === 'manual') return false;
  return a.cause !== 'verify' || Math.abs(a.notBefore - b.notBefore) < SAME_REQUEST_MS;
}

function longest(requests: readonly Request[]): number | undefined {
  let longestMs = 0;
  for (const { timeoutMs } of requests) {
    if (timeoutMs === undefined) return undefined;
    longestMs = Math.max(longestMs, timeoutMs);
  }
  return longestMs === 0 ? undefined : longestMs;
}
