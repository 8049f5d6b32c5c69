import type { Engine } from '../core/engine.ts';
import type { Effect, ReprobeEffect } from '../model/effect.ts';
import type { Entry, Fact, TroubleFact } from '../model/entry.ts';
import type { Sha256 } from '../model/ids.ts';
import type { Log, OutboxItem, Snapshot } from '../ports/log.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import { CommitWriter } from './commit-writer.ts';
import type { CommitLimits } from './commit-writer.ts';
import { reasonOf } from './daemon-error.ts';
import { decidedOf, extendDecisionHash } from '../core/decision-hash.ts';
import type { Hash } from '../core/decision-hash.ts';
import type { EntryClock } from './entry-clock.ts';
import type { Alongside, LogRecord } from './log-record.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

/** Where the log stands. */
export interface Position<State> {
  readonly state: State;
  readonly n: number;
  readonly at: number | null;
  readonly decisionHash: Sha256;
}

export interface SequencerParts<State> {
  readonly engine: Engine<State>;
  readonly from: Position<State>;
  readonly log: Pick<Log, 'commit'>;
  readonly clock: EntryClock;
  readonly monotonic: () => number;
  /** On the entries' clock, for deadlines of the engine. */
  readonly wakeUps: WakeUps;
  readonly hash: Hash;
  readonly emit: DaemonListener;
  /** Carried out at once: a re-run need not wait for the disk. */
  readonly reprobe: (effect: ReprobeEffect) => void;
  /** What may be delivered now. */
  readonly deliver: (items: readonly OutboxItem[]) => void;
  /** After a `start` entry in mid-life: what was due meanwhile was missed. */
  readonly resumed: () => void;
  readonly limits?: Partial<CommitLimits>;
}

/** Snapshots bound how much a start has to replay. */
const SNAPSHOT_EVERY = 10_000;
/** A reducer that threw is believed again after so long without throwing. */
const QUIET_MS = 600_000;
/** When a tick left its deadline where it was: not again before this. */
const STUCK_TICK_MS = 1000;

/** Facts that somebody waits for, or whose loss in a crash people would notice. */
const URGENT: ReadonlySet<Fact['kind']> = new Set(['command', 'change', 'heartbeat', 'sent', 'config', 'start']);

/**
 * The only place that numbers facts. Each becomes an entry, is reduced at once, and goes to the log together
 * with what the engine decided; whoever appends sees the new state when `append` returns.
 */
export class Sequencer<State> {
  readonly #parts: SequencerParts<State>;
  readonly #writer: CommitWriter;
  #state: State;
  #n: number;
  #at: number | null;
  #decisionHash: Sha256;
  #snapshotAt: number;
  #tick: WakeUp | undefined;
  #threwAt: number | undefined;
  #closed = false;

  constructor(parts: SequencerParts<State>) {
    const { from } = parts;
    this.#parts = parts;
    this.#state = from.state;
    this.#n = this.#snapshotAt = from.n;
    this.#at = from.at;
    this.#decisionHash = from.decisionHash;
    const failing = (state: 'begin' | 'end', message: string): void =>
      void this.append({ kind: 'trouble', what: 'log', state, message });
    this.#writer = new CommitWriter({ ...parts, failing }, from.n, from.decisionHash);
  }

  get state(): State {
    return this.#state;
  }

  get position(): Position<State> {
    return { state: this.#state, n: this.#n, at: this.#at, decisionHash: this.#decisionHash };
  }

  /** What the log says while it does not take entries; undefined while it does. */
  get logTrouble(): string | undefined {
    return this.#writer.trouble;
  }

  /** Whether an entry could not be reduced, lately. */
  get reduceTrouble(): boolean {
    return this.#threwAt !== undefined;
  }

  /**
   * Gives a fact its number and time and reduces it. Undefined where it is not taken: after closing, and an
   * observation while the backlog of a failing log is full.
   */
  append(fact: Fact, alongside: Alongside = {}): Entry | undefined {
    if (this.#closed || (fact.kind === 'observation' && !this.#writer.hasRoom)) return undefined;
    this.checkClock();
    this.#endTrouble();
    return this.#enter(fact, alongside);
  }

  /** Resolves when entry `n` is on disk. Bound the wait: the log may be failing. */
  committed(n: number): Promise<void> {
    return this.#writer.committed(n);
  }

  /**
   * Looks for a stall or a step of the wall clock since it was last asked, and writes `start` where there was
   * one, before any deadline fires on times that nobody lived through. Call it every second.
   */
  checkClock(): void {
    const gap = this.#closed ? undefined : this.#parts.clock.gap();
    if (gap === undefined) return;
    this.#parts.clock.rebase();
    this.#parts.emit({ kind: 'stalled', gapMs: gap.ms, reason: gap.reason });
    this.#enter({ kind: 'start', lastAt: this.#at, reason: gap.reason, wallAt: this.#parts.clock.wall() }, {});
    this.#parts.resumed();
  }

  /** Takes no more facts; writes what there is and a snapshot. False when the log did not take it in time. */
  async close(withinMs: number): Promise<boolean> {
    this.#closed = true;
    this.#parts.wakeUps.cancel(this.#tick);
    return this.#writer.close(this.#snapshot(), withinMs);
  }

  #enter(fact: Fact, alongside: Alongside): Entry {
    const at = Math.max(this.#parts.clock.now(), this.#at ?? 0);
    const entry: Entry = { ...fact, n: ++this.#n, at };
    this.#at = at;
    const { effects, thrown } = this.#reduce(entry);
    this.#decisionHash = extendDecisionHash(this.#decisionHash, entry.n, effects, this.#parts.hash);
    const record = this.#recordOf(entry, effects, alongside);
    this.#writer.add(record, URGENT.has(fact.kind) || record.outboxPut.length > 0);
    this.#carryOut(effects);
    if (thrown !== undefined) this.#beginTrouble(entry, thrown);
    this.#planTick();
    return entry;
  }

  /**
   * An entry on which the engine throws stays in the log and is passed over. A replay throws at the same
   * entry, and so goes the same way.
   */
  #reduce(entry: Entry): { effects: readonly Effect[]; thrown?: { reason: string } } {
    try {
      const { state, effects } = this.#parts.engine.reduce(this.#state, entry);
      this.#state = state;
      return { effects };
    } catch (thrown) {
      return { effects: [], thrown: { reason: reasonOf(thrown) } };
    }
  }

  #recordOf(entry: Entry, effects: readonly Effect[], alongside: Alongside): LogRecord {
    const due = entry.n - this.#snapshotAt >= SNAPSHOT_EVERY;
    const { n, at } = entry;
    const decided = decidedOf(effects);
    return {
      entry,
      decisions: effects.filter((effect) => effect.kind === 'decide'),
      ...(decided.length === 0 ? {} : { decided: { n, at, effects: decided, hash: this.#decisionHash } }),
      outboxPut: effects.filter((effect) => effect.kind === 'notify').map((effect) => ({ effect, n, at })),
      alongside,
      decisionHash: this.#decisionHash,
      ...(due ? { snapshot: this.#snapshot() } : {}),
    };
  }

  #snapshot(): Snapshot {
    const { engine } = this.#parts;
    this.#snapshotAt = this.#n;
    return { n: this.#n, at: this.#at ?? 0, engine: engine.version, state: engine.snapshot(this.#state) };
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'reprobe':
          this.#parts.reprobe(effect);
          break;
        case 'decide':
          this.#parts.emit({ ...effect, kind: 'decided' });
          break;
        case 'notify':
          // The commit writer hands it on, once it is on disk.
          break;
      }
    }
  }

  #beginTrouble(entry: Entry, { reason }: { reason: string }): void {
    const message = `reducing entry ${entry.n} (${entry.kind}) threw: ${reason}`;
    this.#parts.emit({ kind: 'problem', where: 'reduce', message });
    const before = this.#threwAt;
    this.#threwAt = this.#parts.monotonic();
    // Once per trouble: if the reducer throws on this entry too, saying so again would never end.
    if (before === undefined) this.#enter(reduceTrouble('begin', message), {});
  }

  #endTrouble(): void {
    if (this.#threwAt === undefined || this.#parts.monotonic() - this.#threwAt < QUIET_MS) return;
    this.#threwAt = undefined;
    this.#enter(reduceTrouble('end', 'entries are reduced again'), {});
  }

  /** One wake-up for the engine's next deadline; entries that come first carry it out by themselves. */
  #planTick(): void {
    const { engine, wakeUps } = this.#parts;
    const deadline = engine.nextDeadline(this.#state);
    const at = deadline === null ? Infinity : deadline <= (this.#at ?? 0) ? (this.#at ?? 0) + STUCK_TICK_MS : deadline;
    if (this.#tick?.dueMs === at) return;
    wakeUps.cancel(this.#tick);
    this.#tick = at === Infinity || this.#closed ? undefined : wakeUps.at(at, () => this.#onTick());
  }

  #onTick(): void {
    this.#tick = undefined;
    const deadline = this.#parts.engine.nextDeadline(this.#state);
    if (deadline !== null && deadline <= this.#parts.clock.now()) this.append({ kind: 'tick' });
    else this.#planTick();
  }
}

function reduceTrouble(state: 'begin' | 'end', message: string): TroubleFact {
  return { kind: 'trouble', what: 'reduce', state, message };
}
