import type { Configuration, Probe } from '../../model/configuration.ts';
import type { ObservationFact } from '../../model/entry.ts';
import type { ProbeId } from '../../model/ids.ts';
import { capabilitiesOfProbe } from '../graph/graph.ts';
import { judgeAgain } from './judge-again.ts';
import type { Judge } from './judge-again.ts';
import { ruleChange } from './rule-change.ts';
import type { RuleChange } from './rule-change.ts';

/** New rules, ready to judge by. */
export interface NewRules {
  readonly configuration: Configuration;
  readonly judges: ReadonlyMap<ProbeId, Judge>;
}

/** Why old runs do not say what new rules would have seen. */
export interface Limit {
  readonly probe: ProbeId;
  readonly because: string;
}

/**
 * What becomes of an old run under new rules: `run`, as they judge it; `dropped`, because it would not have been
 * made or asks another question; `assumed`, because nobody can tell how they would have judged it.
 */
export type Told =
  | { readonly kind: 'run'; readonly run: ObservationFact }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'assumed'; readonly run: ObservationFact };

/** Tells old runs anew, as new rules would have it. Keeps what limits the answer, once for each probe. */
export class Retelling {
  readonly #rules: NewRules;
  readonly #after: ReadonlyMap<ProbeId, Probe>;
  readonly #limits = new Map<string, Limit>();
  readonly #seen = new Set<ProbeId>();
  readonly #keptAt = new Map<ProbeId, number>();
  #before: ReadonlyMap<ProbeId, Probe> = new Map();
  #changes = new Map<ProbeId, RuleChange>();

  constructor(rules: NewRules) {
    this.#rules = rules;
    this.#after = new Map(rules.configuration.probes.map((probe) => [probe.id, probe]));
  }

  /** From here on runs were made under this configuration. */
  under(before: Configuration): void {
    this.#before = new Map(before.probes.map((probe) => [probe.id, probe]));
    this.#changes = new Map();
  }

  /** What limits the answer: probes without history, shorter intervals, values that were not kept. */
  get limits(): readonly Limit[] {
    const silent = this.#rules.configuration.probes
      .filter(({ id, enabled }) => enabled && !this.#seen.has(id))
      .map(({ id }) => ({ probe: id, because: 'it has no history: nothing was measured for it' }));
    return [...this.#limits.values(), ...silent].sort((a, b) => (a.probe < b.probe ? -1 : a.probe > b.probe ? 1 : 0));
  }

  tell(run: ObservationFact): Told {
    const after = this.#after.get(run.probe);
    if (after?.enabled !== true) return { kind: 'dropped' };
    const before = this.#before.get(run.probe);
    const change = this.#changeOf(run.probe, before, after);
    if (change.kind === 'question') {
      this.#limit(run.probe, `it asks another question now (${change.what.join(', ')}): nothing was measured for it`);
      return { kind: 'dropped' };
    }
    this.#seen.add(run.probe);
    if (!this.#isDue(run, before, after)) return { kind: 'dropped' };
    if (change.kind === 'none') return { kind: 'run', run };
    const judge = this.#rules.judges.get(run.probe);
    const again = judge === undefined ? undefined : judgeAgain(run, after, judge);
    if (again?.kind === 'judged') return { kind: 'run', run: again.run };
    this.#limit(run.probe, again?.because ?? 'nothing is there to judge it again');
    return { kind: 'assumed', run };
  }

  /** A longer interval is simulated by leaving out scheduled runs; a shorter one cannot be. */
  #isDue({ probe, cause, startedAt }: ObservationFact, before: Probe | undefined, after: Probe): boolean {
    if (cause !== 'schedule' || before?.schedule.kind !== 'every' || after.schedule.kind !== 'every') return true;
    const wasMs = before.schedule.everyMs;
    const isMs = after.schedule.everyMs;
    if (isMs < wasMs)
      this.#limit(
        probe,
        `it ran every ${String(wasMs / 1000)} s: what every ${String(isMs / 1000)} s would have seen is not known`,
      );
    const last = this.#keptAt.get(probe);
    // Half an interval of grace: a run is never exactly on time.
    if (isMs > wasMs && last !== undefined && startedAt - last < isMs - wasMs / 2) return false;
    this.#keptAt.set(probe, startedAt);
    return true;
  }

  #changeOf(id: ProbeId, before: Probe | undefined, after: Probe): RuleChange {
    const known = this.#changes.get(id);
    if (known !== undefined) return known;
    const change: RuleChange = before === undefined ? { kind: 'none' } : ruleChange(before, after);
    this.#changes.set(id, change);
    return change;
  }

  #limit(probe: ProbeId, because: string): void {
    const key = `${probe} ${because}`;
    if (!this.#limits.has(key)) this.#limits.set(key, { probe, because });
  }
}

/** A run as if it had come out so. What it counts for is everything that its probe proves. */
export function assumedRun(run: ObservationFact, probe: Probe | undefined, outcome: 'pass' | 'fail'): ObservationFact {
  const { class: _class, message: _message, steps: _steps, evidence: _evidence, ...rest } = run;

  const all = probe === undefined ? [] : capabilitiesOfProbe(probe);
  if (outcome === 'pass') return { ...rest, outcome, proven: all, against: [] };
  const message = 'assumed to have failed: nobody knows what this run would have seen';
  return { ...rest, outcome, class: 'latency.timeout', message, proven: [], against: all };
}
