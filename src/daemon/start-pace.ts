import type { WakeUps } from './wake-ups.ts';

/** How fast runs may begin. */
export interface PaceLimits {
  /** So many may begin at once after a quiet while. */
  readonly burst: number;
  /** After that, one each so many milliseconds. */
  readonly everyMs: number;
}

/**
 * A TLS handshake holds the event loop for about half a millisecond: a burst of a thousand would be measured
 * half a second slow, each by the others. So runs that open connections begin at a pace that the loop keeps up
 * with, before their clocks start. Nothing is held while a run goes on: one that hangs slows nobody.
 */
const LIMITS: PaceLimits = { burst: 40, everyMs: 0.6 };

/** Lets runs begin at a bounded pace, in the order they came. */
export class StartPace {
  readonly #wakeUps: WakeUps;
  readonly #limits: PaceLimits;
  /** When the next one would begin if they all came evenly (the generic cell rate algorithm). */
  #evenMs = -Infinity;

  /** `wakeUps` are on the monotonic clock. */
  constructor(wakeUps: WakeUps, limits: PaceLimits = LIMITS) {
    this.#wakeUps = wakeUps;
    this.#limits = limits;
  }

  /** Resolves when the next run may begin, or when nobody wants it any more; undefined where that is now. */
  turn(signal: AbortSignal): Promise<void> | undefined {
    const { burst, everyMs } = this.#limits;
    const now = this.#wakeUps.now();
    this.#evenMs = Math.max(now, this.#evenMs) + everyMs;
    const beginMs = this.#evenMs - burst * everyMs;
    if (beginMs <= now || signal.aborted) return undefined;
    return new Promise((resolve) => {
      const begin = (): void => {
        this.#wakeUps.cancel(wakeUp);
        signal.removeEventListener('abort', begin);
        resolve();
      };
      const wakeUp = this.#wakeUps.at(beginMs, begin);
      signal.addEventListener('abort', begin);
    });
  }
}
