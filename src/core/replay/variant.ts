import type { Configuration, Probe } from '../../model/configuration.ts';
import type { DecideEffect, Effect, ReprobeEffect } from '../../model/effect.ts';
import type { Entry, ObservationFact } from '../../model/entry.ts';
import type { IncidentId, ProbeId } from '../../model/ids.ts';
import type { Outcome } from '../../model/run.ts';
import type { Engine } from '../engine.ts';
import { pagesOf } from './pages.ts';
import type { DecidedPage } from './pages.ts';

/** How to make up a run that was never made. */
export type Assumption = 'pass' | 'fail';

/** The last word about an incident, for saying why there was no page. */
export type LastDecision = Pick<DecideEffect, 'decision' | 'reason'>;

/** A run to be made up, in order of its end. */
interface MadeUp {
  readonly probe: ProbeId;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cause: ReprobeEffect['cause'];
}

export interface VariantParts<State> {
  readonly engine: Engine<State>;
  readonly state: State;
  readonly configuration: Configuration;
  readonly assume: Assumption;
  /** Makes a run come out as assumed. */
  readonly assumed: (run: ObservationFact, probe: Probe | undefined, outcome: Assumption) => ObservationFact;
  /** How the next run of a probe in the log comes out, where it is known. */
  readonly nextOf: (probe: ProbeId) => Outcome | undefined;
  /** Whether a re-run that is asked for was made, or was asked for by the old rules too and could not be made. */
  readonly wasMade: (effect: ReprobeEffect, at: number, withinMs: number) => boolean;
}

/** The next entry fires a deadline as well as a tick would, if it comes so soon: a daemon is late by as much. */
const LATE_MS = 250;
/** A tick that leaves its own deadline where it was must not be repeated for ever. */
const MOST_TICKS = 1000;

/**
 * One way in which a history may go under new rules: runs that nobody made come out as assumed, and deadlines
 * fire when they are due rather than with the next entry of the old log.
 */
export class Variant<State> {
  readonly pages: DecidedPage[] = [];
  readonly last = new Map<IncidentId, LastDecision>();
  readonly #parts: VariantParts<State>;
  readonly #probes: ReadonlyMap<ProbeId, Probe>;
  /** The newest run of each probe, as a pattern for those that are made up. */
  readonly #newest = new Map<ProbeId, ObservationFact>();
  #madeUp: MadeUp[] = [];
  #state: State;
  #assumedRuns = 0;
  #n = 0;

  constructor(parts: VariantParts<State>) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#probes = new Map(parts.configuration.probes.map((probe) => [probe.id, probe]));
  }

  /** How many runs were made up, or taken as assumed. */
  get assumedRuns(): number {
    return this.#assumedRuns;
  }

  get state(): State {
    return this.#state;
  }

  take(entry: Entry, uncertain = false): void {
    this.#makeUp(entry.at);
    this.#tick(entry.at);
    this.#n = entry.n;
    if (entry.kind !== 'observation') return this.#reduce(entry);
    this.#newest.set(entry.probe, entry);
    if (!uncertain) return this.#reduce(entry);
    this.#reduce({ ...this.#assume(entry), n: entry.n, at: entry.at });
  }

  #assume(run: ObservationFact): ObservationFact {
    this.#assumedRuns++;
    return this.#parts.assumed(run, this.#probes.get(run.probe), this.#parts.assume);
  }

  #reduce(entry: Entry): void {
    let effects: readonly Effect[];
    try {
      ({ state: this.#state, effects } = this.#parts.engine.reduce(this.#state, entry));
    } catch {
      // As the daemon: such an entry is kept and passed over.
      return;
    }
    for (const effect of effects) {
      if (effect.kind === 'reprobe') this.#ask(effect, entry.at);
      if (effect.kind === 'decide') this.last.set(effect.incident, effect);
    }
    const decided = effects.filter((effect) => effect.kind !== 'reprobe');
    if (decided.length > 0) this.pages.push(...pagesOf({ n: entry.n, at: entry.at, effects: decided }));
  }

  /** Deadlines between two entries: a daemon would have woken up for them. */
  #tick(until: number): void {
    for (let ticks = 0; ticks < MOST_TICKS; ticks++) {
      const due = this.#parts.engine.nextDeadline(this.#state);
      if (due === null || due + LATE_MS >= until) return;
      this.#reduce({ kind: 'tick', n: this.#n, at: due });
      if (this.#parts.engine.nextDeadline(this.#state) === due) return;
    }
  }

  #ask(effect: ReprobeEffect, at: number): void {
    const probe = this.#probes.get(effect.probe);
    if (probe === undefined || !probe.enabled || this.#parts.wasMade(effect, at, probe.confirm.everyMs)) return;
    if (this.#madeUp.some((planned) => planned.probe === effect.probe)) return;
    const startedAt = Math.max(at, effect.notBefore);
    const newest = this.#newest.get(effect.probe);
    const tookMs = newest === undefined ? 0 : newest.endedAt - newest.startedAt;
    const endedAt = startedAt + Math.min(tookMs, effect.timeoutMs ?? probe.timeoutMs);
    this.#madeUp.push({ probe: effect.probe, startedAt, endedAt, cause: effect.cause });
    this.#madeUp.sort((a, b) => a.endedAt - b.endedAt || (a.probe < b.probe ? -1 : 1));
  }

  #makeUp(until: number): void {
    for (let next = this.#madeUp[0]; next !== undefined && next.endedAt <= until; next = this.#madeUp[0]) {
      this.#madeUp = this.#madeUp.slice(1);
      this.#tick(next.endedAt);
      const { probe, startedAt, endedAt, cause } = next;
      const pattern = this.#newest.get(probe);
      if (pattern === undefined) continue;
      const run = { ...pattern, startedAt, endedAt, cause, n: this.#n, at: endedAt };
      // Between two runs that saw the same, a re-run would have seen it too; anything else nobody knows.
      if (cause !== 'verify' && this.#parts.nextOf(probe) === pattern.outcome) this.#reduce(run);
      else this.#reduce({ ...this.#assume(run), n: this.#n, at: endedAt });
    }
  }
}
