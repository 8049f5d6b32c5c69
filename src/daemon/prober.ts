import { judgeRun } from '../core/judge/judge-run.ts';
import type { JudgedRun } from '../core/judge/judge-run.ts';
import { keptMeasured } from '../core/judge/kept-measured.ts';
import type { ObservationFact } from '../model/entry.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Judgement, Measured, RunCause } from '../model/run.ts';
import type { NameResolver, RunContext } from '../ports/probe-kind.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import type { ArmedProbe } from './armed-probe.ts';
import { reasonOf } from './daemon-error.ts';
import { withDeadline } from './deadline.ts';
import type { Ended } from './deadline.ts';
import type { FactsBook } from './facts-book.ts';
import { KnownTexts } from './known-texts.ts';
import type { LoopDelay } from './loop-delay.ts';
import { hangsOnTheClock, skewWords } from './remote-clocks.ts';
import type { RemoteClocks } from './remote-clocks.ts';
import type { StartPace } from './start-pace.ts';
import type { WakeUps } from './wake-ups.ts';

export interface ProberParts {
  /** The entries' clock. */
  readonly now: () => number;
  readonly monotonic: () => number;
  /** On the monotonic clock: one sweep for the deadlines of all runs. */
  readonly deadlines: WakeUps;
  readonly loopDelay: Pick<LoopDelay, 'longestSince'>;
  /** What other hosts say about our wall clock. */
  readonly clocks: RemoteClocks;
  /** How fast runs that open connections may begin. */
  readonly pace: StartPace;
  readonly resolver: NameResolver;
  readonly facts: FactsBook;
  readonly emit: DaemonListener;
  /** W3C `traceparent` for a run, when tracing is on. */
  readonly traceparent?: (probe: ProbeId) => string | undefined;
}

/** What one run is about, beyond its probe. */
export interface RunRequest {
  readonly cause: RunCause;
  readonly timeoutMs: number | undefined;
  /** What the probe's last passing run left. */
  readonly memory: unknown;
  readonly nextDueAt: number | undefined;
  readonly signal: AbortSignal;
}

/** A run that was made and judged; `memory` is set where it passed and left something. */
export interface MadeRun {
  readonly observation: ObservationFact;
  readonly memory?: { readonly value: unknown };
}

/** What came back from somewhere, before it is judged. */
export interface Seen {
  readonly cause: RunCause;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly measured: Measured;
  readonly judge: (measured: Measured) => Judgement;
  /** How long our own event loop stood still meanwhile. */
  readonly loopDelayMs: number;
  /** How far our own wall clock was set meanwhile; negative: back. */
  readonly clockStepMs: number;
  readonly timeoutMs: number;
  readonly nextDueAt?: number | undefined;
}

/** How long a kind may take to come back once its signal has fired. */
const GRACE_MS = 250;
/** Clocks are slewed all the time; a step is more. */
const STEP_MS = 2_000;
/** So many runs that did not end hold too much of us; before more are begun, some must. */
const MOST_ABANDONED = 500;

/**
 * Makes one run of a probe and turns it into an observation. Never rejects, and always ends: a kind that
 * ignores its deadline is abandoned, and one that throws is our own fault, not the target's.
 */
export class Prober {
  readonly #parts: ProberParts;
  readonly #texts = new KnownTexts();
  /** Until when probes were asked to leave their targets in peace; on the clock of `now`. */
  readonly #rests = new Map<ProbeId, number>();
  #abandoned = 0;

  constructor(parts: ProberParts) {
    this.#parts = parts;
  }

  /** Runs that did not end by their deadline and still have not: each holds what it opened. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Forgets what it remembers of probes that left the configuration. */
  keepOnly(probes: { readonly has: (probe: ProbeId) => boolean }): void {
    this.#parts.facts.keepOnly(probes);
    this.#texts.keepOnly(probes);
  }

  async run(armed: ArmedProbe, request: RunRequest): Promise<MadeRun> {
    const { monotonic, now } = this.#parts;
    const timeoutMs = Math.min(request.timeoutMs ?? Infinity, armed.probe.timeoutMs);
    if (armed.kind.traits.network) await this.#parts.pace.turn(request.signal);
    const { clocks } = this.#parts;
    const startedAt = now();
    const begun = monotonic();
    const wallAhead = clocks.wall() - begun;
    let left: { readonly value: unknown } | undefined;
    const traceparent = this.#parts.traceparent?.(armed.probe.id);
    const deadline = {
      dueMs: begun + timeoutMs,
      graceMs: GRACE_MS,
      wakeUps: this.#parts.deadlines,
      signal: request.signal,
      late: () => void this.#abandoned--,
    };
    const ended = await withDeadline(deadline, (signal) => {
      if (this.#abandoned >= MOST_ABANDONED) return Promise.resolve(exhausted(this.#abandoned));
      return armed.kind.run(armed.options, {
        signal,
        timeoutMs,
        startedAt,
        monotonic,
        resolver: this.#parts.resolver,
        guard: armed.guard,
        memory: request.memory,
        remember: (value) => void (left = { value }),
        ...this.#restOf(armed.probe.id, startedAt),
        heardDate: (address, dateMs) => clocks.hear(address, dateMs),
        ...(traceparent === undefined ? {} : { traceparent }),
      });
    });
    const over = monotonic();
    const durationMs = Math.round((over - begun) * 10) / 10;
    const observation = this.observe(armed, {
      ...this.#measurementOf(armed, ended, timeoutMs, durationMs),
      cause: request.cause,
      startedAt,
      endedAt: now(),
      durationMs,
      loopDelayMs: this.#parts.loopDelay.longestSince(begun),
      clockStepMs: Math.round(clocks.wall() - over - wallAhead),
      timeoutMs,
      nextDueAt: request.nextDueAt,
    });
    // Read through a function: the compiler does not see that `remember` may have been called.
    const memory = ((): typeof left => left)();
    return observation.outcome === 'pass' && memory !== undefined ? { observation, memory } : { observation };
  }

  #restOf(probe: ProbeId, now: number): Pick<RunContext, 'restUntil' | 'rest'> {
    const until = this.#rests.get(probe);
    if (until !== undefined && until <= now) this.#rests.delete(probe);
    const rest = (untilMs: number): void => void this.#rests.set(probe, untilMs);
    return until === undefined || until <= now ? { rest } : { restUntil: until, rest };
  }

  /** Judges what was seen, by a run or pushed from outside, and keeps of it what is worth keeping. */
  observe(armed: ArmedProbe, seen: Seen): ObservationFact {
    const { probe } = armed;
    const { measured, judged } = this.#judge(armed, seen);
    const known = this.#parts.facts.know(probe.id, measured.facts);
    const whole = judged.outcome !== 'pass' || judged.warnings.length > 0 || known.changed;
    const ordinary = keptMeasured(measured, seen.startedAt, this.#texts.next(probe.id));
    const kept = whole ? wholeMeasured(measured) : ordinary;
    return {
      kind: 'observation',
      probe: probe.id,
      location: 'local',
      cause: seen.cause,
      startedAt: seen.startedAt,
      endedAt: seen.endedAt,
      outcome: judged.outcome,
      ...(judged.class === undefined ? {} : { class: judged.class }),
      ...(judged.message === undefined ? {} : { message: judged.message }),
      proven: judged.proven,
      against: judged.against,
      warnings: judged.warnings,
      ...(measured.phases === undefined ? {} : { phases: measured.phases }),
      ...(measured.address === undefined ? {} : { address: measured.address }),
      factsHash: known.hash,
      facts: known.facts,
      ...(kept === undefined ? {} : { measured: kept }),
      ...(whole && judged.evidence !== undefined ? { evidence: judged.evidence } : {}),
      ...(whole && judged.steps.length > 0 ? { steps: judged.steps } : {}),
      ...(seen.nextDueAt === undefined ? {} : { nextDueAt: seen.nextDueAt }),
    };
  }

  #judge(armed: ArmedProbe, seen: Seen): { measured: Measured; judged: JudgedRun } {
    const judgeAs = (measured: Measured): JudgedRun => judgeRun({ ...seen, ...armed, measured });
    const ownFault = (ownFault: NonNullable<Measured['ownFault']>): { measured: Measured; judged: JudgedRun } => {
      const measured = { ...seen.measured, ownFault };
      return { measured, judged: judgeAs(measured) };
    };
    let judged: JudgedRun;
    try {
      judged = judgeAs(seen.measured);
    } catch (thrown) {
      return ownFault(this.#broken(armed, 'judging', thrown));
    }
    // Only a failure is doubted: what a late loop still saw working does work.
    if (judged.outcome === 'fail' && seen.loopDelayMs > seen.timeoutMs / 4) {
      const message = `our own event loop stood still for ${Math.round(seen.loopDelayMs)} ms of a run; it saw: ${judged.message ?? judged.class ?? 'a failure'}`;
      return ownFault({ class: 'probe.event_loop', message });
    }
    const clockFault = hangsOnTheClock(judged.class) ? this.#clockFault(seen) : undefined;
    if (clockFault !== undefined) {
      const saw = judged.message ?? judged.class ?? 'a failure';
      return ownFault({ ...clockFault, message: `${clockFault.message}; it saw: ${saw}` });
    }
    return { measured: seen.measured, judged: this.#withoutClockNoise(judged) };
  }

  /** What is wrong with our own clock, if anything: a verdict that hangs on it is then no verdict. */
  #clockFault({ clockStepMs }: Seen): Measured['ownFault'] {
    if (Math.abs(clockStepMs) > STEP_MS) {
      const message = `this host's clock was set by ${Math.round(clockStepMs / 1000)} s during the run`;
      return { class: 'probe.clock', message };
    }
    const skew = this.#parts.clocks.skew();
    return skew === undefined ? undefined : { class: 'probe.clock_skew', message: skewWords(skew) };
  }

  /** A certificate only seems to end soon to a clock that is ahead. */
  #withoutClockNoise(judged: JudgedRun): JudgedRun {
    const ending = judged.warnings.some((warning) => warning.class === 'tls.expiring');
    if (!ending || this.#parts.clocks.skew() === undefined) return judged;
    return { ...judged, warnings: judged.warnings.filter((warning) => warning.class !== 'tls.expiring') };
  }

  #measurementOf(
    { kind, options, probe }: ArmedProbe,
    ended: Ended<Measured>,
    timeoutMs: number,
    durationMs: number,
  ): Pick<Seen, 'measured' | 'judge'> {
    const judge = (measured: Measured): Judgement => kind.judge(measured, options);
    switch (ended.kind) {
      case 'done':
        return { measured: ended.result, judge };
      case 'threw':
        return { measured: { facts: {}, ownFault: this.#broken({ kind, probe }, 'running', ended.thrown) }, judge };
      case 'abandoned': {
        this.#abandoned++;
        const message = `the run did not end within ${timeoutMs} ms and was abandoned`;
        this.#parts.emit({ kind: 'problem', where: `probe ${probe.id}`, message });
        const own = (kind.steps?.(options) ?? kind.traits.steps)[0] ?? { name: 'run', kind: 'reach' as const };
        const step = { ...own, outcome: 'fail' as const, ms: durationMs, expected: `an end within ${timeoutMs} ms` };
        return {
          measured: { facts: {} },
          judge: () => ({ outcome: 'fail', class: 'latency.timeout', message, steps: [step], warnings: [] }),
        };
      }
    }
  }

  /** A kind that throws is a mistake of ours: said aloud, and never counted against the target. */
  #broken({ kind, probe }: Pick<ArmedProbe, 'kind' | 'probe'>, doing: string, thrown: unknown) {
    const message = `${doing} the probe kind ${kind.name} threw: ${reasonOf(thrown)}`;
    this.#parts.emit({ kind: 'problem', where: `probe ${probe.id}`, message });
    return { class: 'probe.misconfigured' as const, message };
  }
}

function exhausted(runs: number): Measured {
  const message = `not run: ${runs} runs did not end by their deadline and still hold what they opened`;
  return { facts: {}, ownFault: { class: 'probe.resources', message } };
}

/** All that the kind measured beyond phases, address and facts, which stand by themselves. */
function wholeMeasured({ phases: _phases, address: _address, facts: _facts, ...own }: Measured): Measured | undefined {
  return Object.keys(own).length === 0 ? undefined : { ...own, facts: {} };
}
