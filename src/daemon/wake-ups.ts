import { clearTimeout, setTimeout } from 'node:timers';
import { Heap } from './heap.ts';

/** Something to be woken, later. Made by `WakeUps.at`, given back to `WakeUps.cancel`. */
export interface WakeUp {
  readonly dueMs: number;
  readonly wake: () => void;
  readonly order: number;
  position: number;
}

/** Timers longer than this are armed again on the way (setTimeout counts in 31 bits). */
const LONGEST_TIMER_MS = 3_600_000;

/**
 * Any number of wake-ups behind one timer. Those due within the same batch of `batchMs` fire together, in
 * order of their due time: at tens of runs a second, waking once per run would cost more than the runs.
 */
export class WakeUps implements Disposable {
  /** The clock that due times are on, in milliseconds. */
  readonly now: () => number;
  readonly #batchMs: number;
  readonly #report: (thrown: unknown) => void;
  readonly #heap = new Heap<WakeUp>((a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order));
  #timer: NodeJS.Timeout | undefined;
  #armedForMs = Infinity;
  #made = 0;
  #disposed = false;

  /** `now` is the clock that due times are on; `report` hears what a woken function throws. */
  constructor(now: () => number, report: (thrown: unknown) => void, batchMs = 20) {
    this.now = now;
    this.#report = report;
    this.#batchMs = batchMs;
  }

  /** How many are waiting. */
  get size(): number {
    return this.#heap.size;
  }

  /** Calls `wake` at `dueMs` or up to a batch later; soon, when that has passed; never before this returns. */
  at(dueMs: number, wake: () => void): WakeUp {
    const wakeUp: WakeUp = { dueMs, wake, order: this.#made++, position: -1 };
    if (this.#disposed) return wakeUp;
    this.#heap.push(wakeUp);
    this.#arm();
    return wakeUp;
  }

  /** After this it does not fire. Doing it twice, or too late, does nothing. */
  cancel(wakeUp: WakeUp | undefined): void {
    if (wakeUp !== undefined) this.#heap.remove(wakeUp);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    while (this.#heap.pop() !== undefined);
  }

  #arm(): void {
    const first = this.#heap.peek();
    if (first === undefined) return;
    const target = Math.ceil(first.dueMs / this.#batchMs) * this.#batchMs;
    // An earlier timer is left alone: it fires, finds nothing due, and arms the next.
    if (target >= this.#armedForMs) return;
    clearTimeout(this.#timer);
    this.#armedForMs = target;
    const delayMs = Math.min(Math.max(Math.ceil(target - this.now()), 1), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#fire(), delayMs);
  }

  #fire(): void {
    this.#armedForMs = Infinity;
    const now = this.now();
    const due: WakeUp[] = [];
    for (let next = this.#heap.peek(); next !== undefined && next.dueMs <= now; next = this.#heap.peek()) {
      this.#heap.remove(next);
      due.push(next);
    }
    for (const wakeUp of due) {
      try {
        wakeUp.wake();
      } catch (thrown) {
        this.#report(thrown);
      }
    }
    if (!this.#disposed) this.#arm();
  }
}
