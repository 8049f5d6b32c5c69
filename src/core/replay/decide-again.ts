import type { Decided } from '../../model/effect.ts';
import type { Entry } from '../../model/entry.ts';
import type { Sha256 } from '../../model/ids.ts';
import type { IncidentView } from '../../model/view.ts';
import { decidedOf, extendDecisionHash } from '../decision-hash.ts';
import type { Hash } from '../decision-hash.ts';
import type { Engine } from '../engine.ts';

/** Where a replay begins: a state, and the rolling hash at that point; null where nobody knows it any more. */
export interface Beginning<State> {
  readonly state: State;
  readonly decisionHash: Sha256 | null;
}

/** One side of a difference: what an entry decided, and the rolling hash after it. */
export interface DecidedSide {
  readonly effects: Decided['effects'];
  readonly hash: Sha256 | null;
}

/**
 * Where a replay parts from what was decided then. `decisions`: this entry decided something else. `before`:
 * this entry decided the same, but the rolling hash shows that an earlier one, whose decisions were not kept,
 * did not.
 */
export interface Difference {
  readonly kind: 'decisions' | 'before';
  readonly entry: Entry;
  readonly recorded: DecidedSide;
  readonly now: DecidedSide;
  /** Live incidents as this engine sees them after the entry. */
  readonly incidents: readonly IncidentView[];
}

/**
 * Decides a log again, entry by entry, and holds each decision against the recorded one. Entries from before
 * decisions were kept are covered by the first rolling hash that was.
 */
export class DecideAgain<State> {
  readonly #engine: Engine<State>;
  readonly #hash: Hash;
  /** The first entry whose decisions would have been kept. */
  readonly #recordedFrom: number;
  #state: State;
  #decisionHash: Sha256 | null;

  constructor(engine: Engine<State>, hash: Hash, from: Beginning<State>, recordedFrom: number) {
    this.#engine = engine;
    this.#hash = hash;
    this.#recordedFrom = recordedFrom;
    this.#state = from.state;
    this.#decisionHash = from.decisionHash;
  }

  get state(): State {
    return this.#state;
  }

  get decisionHash(): Sha256 | null {
    return this.#decisionHash;
  }

  /** Decides one entry; gives what it decided, and how that differs from what it decided then. */
  take(
    entry: Entry,
    recorded: Decided | undefined,
  ): { readonly effects: Decided['effects']; readonly difference?: Difference } {
    const effects = this.#reduce(entry);
    if (this.#decisionHash !== null)
      this.#decisionHash = extendDecisionHash(this.#decisionHash, entry.n, effects, this.#hash);
    const kind = this.#compare(entry, effects, recorded);
    // Where the hash before the first entry is not known, the recorded one is as good a beginning.
    this.#decisionHash ??= recorded?.hash ?? null;
    if (kind === undefined) return { effects };
    const difference: Difference = {
      kind,
      entry,
      recorded: { effects: recorded?.effects ?? [], hash: recorded?.hash ?? null },
      now: { effects, hash: this.#decisionHash },
      incidents: this.#engine.incidents(this.#state).filter(({ state }) => state !== 'resolved'),
    };
    return { effects, difference };
  }

  /** An entry on which the engine throws was kept and passed over when it was new; so it is now. */
  #reduce(entry: Entry): Decided['effects'] {
    try {
      const { state, effects } = this.#engine.reduce(this.#state, entry);
      this.#state = state;
      return decidedOf(effects);
    } catch {
      return [];
    }
  }

  #compare(entry: Entry, effects: Decided['effects'], recorded: Decided | undefined): Difference['kind'] | undefined {
    if (recorded === undefined) return effects.length > 0 && entry.n >= this.#recordedFrom ? 'decisions' : undefined;
    if (JSON.stringify(effects) !== JSON.stringify(recorded.effects)) return 'decisions';
    return this.#decisionHash === null || this.#decisionHash === recorded.hash ? undefined : 'before';
  }
}
