import type { Decided } from '../../model/effect.ts';
import type { Entry, ObservationFact } from '../../model/entry.ts';
import type { CapabilityId, ProbeId } from '../../model/ids.ts';
import type { CapabilityState } from '../../model/view.ts';
import { pagesOf } from '../replay/pages.ts';
import type { DecidedPage } from '../replay/pages.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Evidence of nothing: neither up nor down, and no part of an availability. */
const COUNTED: readonly CapabilityState[] = ['up', 'at-risk', 'degraded', 'down'];

/** What one service's incidents took, in the median; milliseconds, null where there was none. */
export interface ServiceFigures {
  readonly service: string;
  readonly pages: number;
  readonly labelledFalse: number;
  readonly toPageMs: number | null;
  readonly toAcknowledgeMs: number | null;
}

/**
 * How long a capability stood how. Availability is the share of the known time in which it was not down; the
 * objective is what it should be, and leaves an error budget.
 */
export interface CapabilityFigures {
  readonly capability: CapabilityId;
  readonly knownMs: number;
  readonly downMs: number;
  readonly degradedMs: number;
  /** Between 0 and 1; null where nothing was known. */
  readonly availability: number | null;
  /** Between 0 and 1; null where none is declared. */
  readonly objective: number | null;
  /** 1: untouched, 0: used up, below: overdrawn; null without an objective, or where nothing was known. */
  readonly budgetLeft: number | null;
}

/** A probe by how often its outcome turned. */
export interface ProbeFigures {
  readonly probe: ProbeId;
  readonly runs: number;
  readonly failures: number;
  readonly turns: number;
}

/** Figures over a span of the log. */
export interface Figures {
  readonly from: number | null;
  readonly to: number | null;
  readonly pages: number;
  /** Null where the span is too short to speak of weeks. */
  readonly pagesPerWeek: number | null;
  readonly labelled: Readonly<Record<'real' | 'false' | 'no-action', number>>;
  /** Of the labelled ones; null where none is. */
  readonly falseShare: number | null;
  readonly services: readonly ServiceFigures[];
  readonly capabilities: readonly CapabilityFigures[];
  readonly flappiest: readonly ProbeFigures[];
}

interface ProbeCount {
  runs: number;
  failures: number;
  turns: number;
  last: ObservationFact['outcome'] | null;
}

const SHOWN_PROBES = 10;

/** Counts as a log goes by; what it holds grows with probes, capabilities and pages, not with runs. */
export class FigureCounter {
  readonly #pages = new Map<string, DecidedPage>();
  readonly #acknowledgedAt = new Map<string, number>();
  readonly #labels = new Map<string, 'real' | 'false' | 'no-action'>();
  readonly #probes = new Map<ProbeId, ProbeCount>();
  readonly #times = new Map<CapabilityId, Record<CapabilityState, number>>();
  #states: ReadonlyMap<CapabilityId, CapabilityState> = new Map();
  #lookedAt: number | null = null;
  #from: number | null = null;
  #to: number | null = null;

  /** The next entry, and what it decided. */
  count(entry: Entry, decided: Decided | undefined): void {
    this.#from ??= entry.at;
    this.#to = entry.at;
    if (decided !== undefined)
      for (const page of pagesOf(decided)) if (!this.#pages.has(page.incident)) this.#pages.set(page.incident, page);
    if (entry.kind === 'observation') this.#countRun(entry);
    if (entry.kind !== 'command') return;
    const { command } = entry;
    if (command.kind === 'label') this.#labels.set(command.incident, command.label);
    if (command.kind === 'acknowledge' && !this.#acknowledgedAt.has(command.incident))
      this.#acknowledgedAt.set(command.incident, entry.at);
  }

  /** How every capability stands from here on. */
  look(at: number, states: Iterable<readonly [CapabilityId, CapabilityState]>): void {
    this.#spend(at);
    this.#states = new Map(states);
    this.#lookedAt = at;
  }

  /** `objectiveOf`: what a capability's availability should be, if that is declared. */
  figures(objectiveOf: (capability: CapabilityId) => number | undefined = () => undefined): Figures {
    if (this.#to !== null) this.#spend(this.#to);
    const pages = [...this.#pages.values()];
    const labelled = { real: 0, false: 0, 'no-action': 0 };
    for (const label of this.#labels.values()) labelled[label]++;
    const labels = labelled.real + labelled.false + labelled['no-action'];
    const spanMs = this.#from === null || this.#to === null ? 0 : this.#to - this.#from;
    return {
      from: this.#from,
      to: this.#to,
      pages: pages.length,
      pagesPerWeek: spanMs < DAY_MS ? null : Math.round((pages.length * WEEK_MS * 10) / spanMs) / 10,
      labelled,
      falseShare: labels === 0 ? null : labelled.false / labels,
      services: [...Map.groupBy(pages, (page) => page.root.id)]
        .map(([service, own]) => this.#ofService(service, own))
        .sort((a, b) => b.pages - a.pages || (a.service < b.service ? -1 : 1)),
      capabilities: [...this.#times]
        .map(([capability, ms]) => capabilityFigures(capability, ms, objectiveOf(capability)))
        .sort((a, b) => (a.availability ?? 2) - (b.availability ?? 2) || (a.capability < b.capability ? -1 : 1)),
      flappiest: [...this.#probes]
        .map(([probe, { runs, failures, turns }]) => ({ probe, runs, failures, turns }))
        .filter(({ turns }) => turns > 0)
        .sort((a, b) => b.turns - a.turns || (a.probe < b.probe ? -1 : 1))
        .slice(0, SHOWN_PROBES),
    };
  }

  #countRun({ probe, outcome }: ObservationFact): void {
    const count = this.#probes.get(probe) ?? { runs: 0, failures: 0, turns: 0, last: null };
    count.runs++;
    if (outcome === 'fail') count.failures++;
    if (outcome !== 'unknown') {
      if (count.last !== null && count.last !== outcome) count.turns++;
      count.last = outcome;
    }
    this.#probes.set(probe, count);
  }

  #spend(at: number): void {
    if (this.#lookedAt === null) return;
    const ms = at - this.#lookedAt;
    this.#lookedAt = at;
    for (const [capability, state] of this.#states) {
      const times = this.#times.get(capability) ?? { up: 0, 'at-risk': 0, degraded: 0, down: 0, unknown: 0 };
      times[state] += ms;
      this.#times.set(capability, times);
    }
  }

  #ofService(service: string, pages: readonly DecidedPage[]): ServiceFigures {
    return {
      service,
      pages: pages.length,
      labelledFalse: pages.filter(({ incident }) => this.#labels.get(incident) === 'false').length,
      toPageMs: median(pages.map(({ at, startedAt }) => at - startedAt)),
      toAcknowledgeMs: median(
        pages.flatMap(({ at, incident }) => {
          const acknowledgedAt = this.#acknowledgedAt.get(incident);
          return acknowledgedAt === undefined ? [] : [acknowledgedAt - at];
        }),
      ),
    };
  }
}

function capabilityFigures(
  capability: CapabilityId,
  ms: Readonly<Record<CapabilityState, number>>,
  objective: number | undefined,
): CapabilityFigures {
  const knownMs = COUNTED.reduce((sum, state) => sum + ms[state], 0);
  const availability = knownMs === 0 ? null : (knownMs - ms.down) / knownMs;
  return {
    capability,
    knownMs,
    downMs: ms.down,
    degradedMs: ms.degraded,
    availability,
    objective: objective ?? null,
    budgetLeft: objective === undefined || availability === null ? null : 1 - (1 - availability) / (1 - objective),
  };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
