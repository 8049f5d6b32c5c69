import { clearInterval, setInterval } from 'node:timers';

interface Delay {
  readonly endedAt: number;
  readonly ms: number;
}

const BEAT_MS = 50;
/** Longer than any run's timeout that makes sense to judge. */
const KEPT_MS = 120_000;

/**
 * How late this process's own event loop has been: one heartbeat, shared by all runs. A run during which
 * the loop stood still says more about us than about the target.
 */
export class LoopDelay implements Disposable {
  readonly #monotonic: () => number;
  readonly #timer: NodeJS.Timeout;
  /** Delays worth remembering, oldest first. */
  #delays: Delay[] = [];
  #lastBeat: number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#lastBeat = monotonic();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    // It watches; it is no reason to stay alive.
    this.#timer.unref();
  }

  /** The longest delay, in milliseconds, that ended after `startedAt` (monotonic), the present one included. */
  longestSince(startedAt: number): number {
    let longest = Math.max(0, this.#monotonic() - this.#lastBeat - BEAT_MS);
    for (let index = this.#delays.length - 1; index >= 0; index--) {
      const delay = this.#delays[index];
      if (delay === undefined || delay.endedAt <= startedAt) break;
      longest = Math.max(longest, delay.ms);
    }
    return longest;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = this.#monotonic();
    const ms = now - this.#lastBeat - BEAT_MS;
    this.#lastBeat = now;
    if (ms < BEAT_MS) return;
    this.#delays.push({ endedAt: now, ms });
    if ((this.#delays[0]?.endedAt ?? now) < now - KEPT_MS)
      this.#delays = this.#delays.filter((delay) => delay.endedAt >= now - KEPT_MS);
  }
}
