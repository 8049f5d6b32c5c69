import type { Configuration } from '../../model/configuration.ts';
import type { ReprobeEffect } from '../../model/effect.ts';
import type { Entry } from '../../model/entry.ts';
import type { ProbeId } from '../../model/ids.ts';
import { decidedOf } from '../decision-hash.ts';
import type { Engine } from '../engine.ts';
import { between } from './between.ts';
import type { Between } from './between.ts';
import { firstPages } from './compare-pages.ts';
import { pagesOf } from './pages.ts';
import type { DecidedPage } from './pages.ts';
import { assumedRun, Retelling } from './retold-run.ts';
import type { Limit, NewRules } from './retold-run.ts';
import { UpcomingRuns } from './upcoming-runs.ts';
import type { Retold } from './upcoming-runs.ts';
import { Variant } from './variant.ts';
import type { Assumption } from './variant.ts';

/** What the old rules asked for so long before a request may still be on its way. */
const ON_ITS_WAY_MS = 15_000;
/** Clocks of runs are whole milliseconds, and a wake-up may come one early. */
const EARLY_MS = 50;

/** What new rules would have changed. What does not depend on runs that nobody made stands outside `uncertain`. */
export interface WhatIfAnswer extends Between {
  readonly was: readonly DecidedPage[];
  readonly now: readonly DecidedPage[];
  /** The same if the runs that nobody made had failed. */
  readonly nowIfFailed: readonly DecidedPage[];
  /** Every incident that anything was decided about then. */
  readonly incidents: ReadonlySet<string>;
  /** How many pages there would have been: at least, and at most. */
  readonly pages: { readonly least: number; readonly most: number };
  /** Runs that had to be assumed, in the case where most were. */
  readonly assumedRuns: number;
  readonly limits: readonly Limit[];
}

/**
 * A history under other rules: decided three times side by side, as it was, and under the new rules with the
 * runs that nobody made once all passing and once all failing. Entries are given one by one, in order.
 */
export class WhatIf<State> {
  readonly #engine: Engine<State>;
  readonly #configuration: Configuration;
  readonly #retelling: Retelling;
  readonly #upcoming = new UpcomingRuns();
  readonly #passed: Variant<State>;
  readonly #failed: Variant<State>;
  readonly #was: DecidedPage[] = [];
  readonly #incidents = new Set<string>();
  /** When the old rules last asked for a run of each probe, and for when. */
  readonly #askedThen = new Map<ProbeId, { readonly at: number; readonly notBefore: number }>();
  #thenState: State;
  /** Whether the new rules are in effect. */
  #ruled = false;

  /** `fresh` gives the state to begin with, a new one at each call: reducing consumes it. */
  constructor(engine: Engine<State>, rules: NewRules, fresh: () => State) {
    const { configuration } = rules;
    this.#engine = engine;
    this.#retelling = new Retelling(rules);
    this.#thenState = fresh();
    const variant = (assume: Assumption): Variant<State> =>
      new Variant({
        engine,
        state: fresh(),
        configuration,
        assume,
        assumed: assumedRun,
        wasMade: (effect, at, withinMs) => this.#wasMade(effect, at, withinMs),
        nextOf: (probe) => this.#upcoming.nextOf(probe)?.outcome,
      });
    this.#passed = variant('pass');
    this.#failed = variant('fail');
    const before = engine.configuration(this.#thenState);
    if (before !== null) this.#retelling.under(before);
    this.#configuration = configuration;
  }

  take(entry: Entry): void {
    if (entry.kind === 'config') this.#retelling.under(entry.configuration);
    const told = entry.kind === 'observation' ? this.#retelling.tell(entry) : undefined;
    const run = told === undefined || told.kind === 'dropped' ? null : told.run;
    for (const ready of this.#upcoming.push({ entry, run, isAssumed: told?.kind === 'assumed' })) this.#decide(ready);
  }

  /** No more entries; gives what came of it. */
  end(): WhatIfAnswer {
    for (const ready of this.#upcoming.rest()) this.#decide(ready);
    const words = { because: (root: string) => this.#because(root), whyNot: (root: string) => this.#whyNot(root) };
    const counts = [this.#passed, this.#failed].map(({ pages }) => firstPages(pages).length);
    return {
      ...between(this.#was, this.#passed.pages, this.#failed.pages, words),
      was: this.#was,
      now: this.#passed.pages,
      nowIfFailed: this.#failed.pages,
      incidents: this.#incidents,
      pages: { least: Math.min(...counts), most: Math.max(...counts) },
      assumedRuns: Math.max(this.#passed.assumedRuns, this.#failed.assumedRuns),
      limits: this.#retelling.limits,
    };
  }

  #decide({ entry, run, isAssumed }: Retold): void {
    this.#rule(entry);
    this.#decideThen(entry);
    switch (entry.kind) {
      case 'config':
      case 'sent':
        // The old configurations, and word of messages that these rules may never have sent.
        return;
      case 'observation':
        if (run !== null) this.#both({ ...run, n: entry.n, at: entry.at }, isAssumed);
        return;
      default:
        return this.#both(entry);
    }
  }

  /** The new rules take effect where the old ones first did; as a reload where the log begins with a state. */
  #rule({ kind, n, at }: Entry): void {
    if (this.#ruled || (kind !== 'config' && this.#engine.configuration(this.#thenState) === null)) return;
    this.#ruled = true;
    this.#both({ kind: 'config', configuration: this.#configuration, n, at });
  }

  #both(entry: Entry, uncertain = false): void {
    this.#passed.take(entry, uncertain);
    this.#failed.take(entry, uncertain);
  }

  #decideThen(entry: Entry): void {
    try {
      const { state, effects } = this.#engine.reduce(this.#thenState, entry);
      this.#thenState = state;
      for (const effect of effects)
        if (effect.kind === 'reprobe') this.#askedThen.set(effect.probe, { at: entry.at, notBefore: effect.notBefore });
      const decided = decidedOf(effects);
      for (const { incident } of decided) this.#incidents.add(incident);
      if (decided.length > 0) this.#was.push(...pagesOf({ n: entry.n, at: entry.at, effects: decided }));
    } catch {
      // As the daemon: such an entry is kept and passed over.
    }
  }

  /**
   * A run that began soon after it was due answers a request. What the old rules asked for at the same time
   * happened, or could not: either way it is in the log.
   */
  #wasMade({ probe, notBefore }: ReprobeEffect, at: number, withinMs: number): boolean {
    const from = Math.max(notBefore, at) - EARLY_MS;
    if (this.#upcoming.has(probe, from, from + withinMs)) return true;
    const was = this.#askedThen.get(probe);
    return was !== undefined && Math.abs(was.notBefore - notBefore) <= EARLY_MS && at - was.at <= ON_ITS_WAY_MS;
  }

  /** What keeps nobody from knowing: a limit of a probe of the root, else the runs that were never made. */
  #because(root: string): string {
    const limit = this.#retelling.limits.find(({ probe }) => probe.startsWith(`${root}/`));
    if (limit === undefined) return 'verification runs that these rules would have asked for do not exist';
    return `${limit.probe}: ${limit.because}`;
  }

  /** The last word of the new rules about a root. */
  #whyNot(root: string): string {
    for (const [incident, { decision, reason }] of [...this.#passed.last].reverse())
      if (incident.startsWith(`${root}-`)) return `${decision}: ${reason}`;
    return 'under these rules no failure of it was confirmed';
  }
}
