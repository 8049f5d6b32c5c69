import type { Configuration, Probe } from '../../../src/model/configuration.ts';
import type { DecideEffect, Effect, NotifyEffect } from '../../../src/model/effect.ts';
import type { Entry, Fact } from '../../../src/model/entry.ts';
import type { FailureClass } from '../../../src/model/failure.ts';
import type { CapabilityId, ProbeId, Sha256 } from '../../../src/model/ids.ts';
import type { Facts, RunCause, Step } from '../../../src/model/run.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import { capabilitiesOfProbe } from '../../../src/core/graph/graph.ts';

/** What a probe would see if it ran now. */
export type Sight =
  | 'pass'
  | 'unknown'
  | {
      readonly class: FailureClass;
      readonly against?: readonly string[];
      readonly ms?: number;
      readonly message?: string;
      readonly step?: Step;
    };

/** The truth of a simulated world: what a probe that starts at `at` sees. */
export type World = (probe: ProbeId, at: number) => Sight;

/** One message, as a channel would get it. */
export interface Sent {
  readonly at: number;
  readonly channel: string;
  readonly event: NotifyEffect['notification']['event'];
  readonly root: string;
  readonly incident: NonNullable<NotifyEffect['notification']['incident']>;
  readonly reason: string;
}

/** Wall time at the start of every simulation. */
export const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const RUN_MS = 20;

/** A small generator of numbers in [0, 1), repeatable by seed (mulberry32). */
export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Planned {
  readonly at: number;
  readonly order: number;
  readonly what:
    | { readonly kind: 'run'; readonly probe: Probe; readonly cause: RunCause }
    | { readonly kind: 'fact'; readonly fact: Fact }
    | { readonly kind: 'end'; readonly fact: Fact; readonly probe: ProbeId };
}

/**
 * Plays a daemon on simulated time around the real reducer: runs probes at their phases and out of turn when
 * asked, never two of one probe at once, writes entries, fires deadlines. Times given and reported are
 * milliseconds after the start.
 */
export class Simulation {
  readonly entries: Entry[] = [];
  readonly sent: Sent[] = [];
  readonly effects: Effect[] = [];
  readonly decisions: (DecideEffect & { at: number })[] = [];
  #state = engine.initial();
  #queue: Planned[] = [];
  #order = 0;
  #n = 0;
  #now = 0;
  readonly #running = new Set<ProbeId>();
  readonly #asked = new Map<ProbeId, { at: number; cause: RunCause }>();
  readonly #world: World;
  readonly #facts: (probe: ProbeId) => Facts;
  #configuration: Configuration;

  constructor(configuration: Configuration, world: World, seed: number, facts: (probe: ProbeId) => Facts = () => ({})) {
    this.#facts = facts;
    this.#world = world;
    this.#configuration = configuration;
    const next = random(seed);
    this.#append({ kind: 'start', lastAt: null, reason: 'start', wallAt: START }, 0);
    this.#append({ kind: 'config', configuration }, 0);
    for (const probe of configuration.probes) {
      if (probe.schedule.kind === 'every')
        this.#plan(Math.floor(next() * probe.schedule.everyMs), { kind: 'run', probe, cause: 'schedule' });
    }
  }

  /** Something else than a run happens at a time. */
  at(at: number, fact: Fact): this {
    this.#plan(at, { kind: 'fact', fact });
    return this;
  }

  /** The daemon is away for a while: nothing runs, nothing is written, then it starts again. */
  away(ms: number): this {
    const back = this.#now + ms;
    const lastAt = START + this.#now;
    this.#running.clear();
    this.#asked.clear();
    this.#queue = this.#queue
      .filter((p) => p.what.kind !== 'end')
      .filter((p) => p.what.kind !== 'run' || p.what.cause === 'schedule')
      .map((p) => (p.at > back ? p : { ...p, at: back + (p.at % 2000) }));
    this.#append({ kind: 'start', lastAt, reason: 'start', wallAt: START + back }, back);
    return this;
  }

  run(until: number): this {
    for (;;) {
      this.#queue.sort((a, b) => a.at - b.at || a.order - b.order);
      const due = engine.nextDeadline(this.#state);
      const next = this.#queue[0];
      if (due !== null && due - START <= until && (next === undefined || due - START < next.at)) {
        this.#append({ kind: 'tick' }, due - START);
        continue;
      }
      if (next === undefined || next.at > until) break;
      this.#queue.shift();
      this.#now = next.at;
      this.#happen(next);
    }
    return this;
  }

  events(event: Sent['event']): readonly Sent[] {
    return this.sent.filter((s) => s.event === event);
  }

  get state(): ReturnType<typeof engine.initial> {
    return this.#state;
  }

  #happen({ what, at }: Planned): void {
    switch (what.kind) {
      case 'fact':
        this.#append(what.fact, at);
        return;
      case 'run': {
        if (what.cause === 'schedule' && what.probe.schedule.kind === 'every')
          this.#plan(at + what.probe.schedule.everyMs, { ...what });
        if (what.cause !== 'schedule') {
          const asked = this.#asked.get(what.probe.id);
          if (asked === undefined || asked.at !== at) return;
        }
        if (this.#running.has(what.probe.id)) return;
        this.#asked.delete(what.probe.id);
        this.#start(what.probe, what.cause, at);
        return;
      }
      case 'end': {
        this.#running.delete(what.probe);
        this.#append(what.fact, at);
        return;
      }
    }
  }

  #start(probe: Probe, cause: RunCause, at: number): void {
    const sight = this.#world(probe.id, at);
    const ms = typeof sight === 'object' ? (sight.ms ?? RUN_MS) : RUN_MS;
    const all = capabilitiesOfProbe(probe);
    const against = typeof sight === 'object' ? (sight.against ?? all) : [];
    const fact: Fact = {
      kind: 'observation',
      probe: probe.id,
      location: 'local',
      cause,
      startedAt: START + at,
      endedAt: START + at + ms,
      outcome: sight === 'pass' ? 'pass' : sight === 'unknown' ? 'unknown' : 'fail',
      ...(typeof sight === 'object' ? { class: sight.class, message: sight.message ?? `saw ${sight.class}` } : {}),
      ...(sight === 'unknown' ? { class: 'probe.event_loop' as const, message: 'the monitor could not look' } : {}),
      ...(typeof sight === 'object' && sight.step !== undefined ? { steps: [sight.step] } : {}),
      proven: sight === 'pass' ? all : [],
      against: against as readonly CapabilityId[],
      warnings: [],
      factsHash: JSON.stringify(this.#facts(probe.id)) as Sha256,
      facts: this.#facts(probe.id),
    };
    this.#running.add(probe.id);
    this.#plan(at + ms, { kind: 'end', fact, probe: probe.id });
  }

  #append(fact: Fact, at: number): void {
    this.#now = Math.max(this.#now, at);
    const entry = { ...fact, n: ++this.#n, at: START + this.#now } as Entry;
    this.entries.push(entry);
    const { state, effects } = engine.reduce(this.#state, entry);
    this.#state = state;
    this.effects.push(...effects);
    for (const effect of effects) this.#obey(effect);
  }

  #obey(effect: Effect): void {
    switch (effect.kind) {
      case 'notify': {
        const { incident, event, reason } = effect.notification;
        if (incident !== null)
          this.sent.push({ at: this.#now, channel: effect.channel, event, root: incident.root.id, incident, reason });
        return;
      }
      case 'decide':
        this.decisions.push({ ...effect, at: this.#now });
        return;
      case 'reprobe': {
        const probe = this.#configuration.probes.find((p) => p.id === effect.probe);
        if (probe === undefined) return;
        const at = Math.max(this.#now, effect.notBefore - START);
        const asked = this.#asked.get(probe.id);
        if (asked !== undefined && asked.at <= at && asked.at >= this.#now) return;
        this.#asked.set(probe.id, { at, cause: effect.cause });
        this.#plan(at, { kind: 'run', probe, cause: effect.cause });
        return;
      }
    }
  }

  #plan(at: number, what: Planned['what']): void {
    this.#queue.push({ at, order: this.#order++, what });
  }
}

/** Plays the entries of a simulation again, on a fresh state; gives the effects. */
export function replay(entries: readonly Entry[]): readonly Effect[] {
  let state = engine.initial();
  const effects: Effect[] = [];
  for (const entry of entries) {
    const turn = engine.reduce(state, entry);
    state = turn.state;
    effects.push(...turn.effects);
  }
  return effects;
}
