import type { Clock } from '../ports/clock.ts';

/** A stretch of time that the daemon did not live through. */
export interface Gap {
  readonly reason: 'stall' | 'clock-step';
  readonly ms: number;
}

/** Gaps up to this are life; beyond it evidence and deadlines must be looked at anew. */
const GAP_MS = 10_000;

/**
 * The clock that entries are stamped by: the last entry's time plus monotonic time since, never less than
 * wall time at the start, never backwards, in integer milliseconds. Wall time may jump; this may only be
 * moved ahead to it, and only where a `start` entry says so (`rebase`).
 */
export class EntryClock {
  readonly #clock: Clock;
  #base: number;
  #origin: number;
  #last: number;
  #seenWall: number;
  #seenMonotonic: number;

  constructor(clock: Clock, lastAt: number | null) {
    this.#clock = clock;
    this.#seenWall = Math.floor(clock.wall());
    this.#seenMonotonic = this.#origin = clock.monotonic();
    this.#last = this.#base = Math.max(lastAt ?? 0, this.#seenWall);
  }

  now(): number {
    const now = this.#base + Math.floor(this.#clock.monotonic() - this.#origin);
    return (this.#last = Math.max(this.#last, now));
  }

  /** Wall time, which may differ. */
  wall(): number {
    return Math.floor(this.#clock.wall());
  }

  /**
   * What happened since this was last asked, where it was more than ten seconds' worth. Must be asked every
   * second or so (then a long silence means that the loop stood still), and before each entry.
   */
  gap(): Gap | undefined {
    const wall = this.wall();
    const monotonic = this.#clock.monotonic();
    const passedMs = monotonic - this.#seenMonotonic;
    const stepMs = wall - this.#seenWall - passedMs;
    this.#seenWall = wall;
    this.#seenMonotonic = monotonic;
    if (passedMs > GAP_MS) return { reason: 'stall', ms: Math.round(passedMs) };
    // Sleep of the whole machine is such a step too: monotonic time does not count it.
    if (Math.abs(stepMs) > GAP_MS) return { reason: 'clock-step', ms: Math.round(stepMs) };
    return undefined;
  }

  /** Catches up with wall time where that is ahead. For `start` entries only. */
  rebase(): void {
    this.#base = Math.max(this.now(), this.wall());
    this.#origin = this.#clock.monotonic();
  }
}
