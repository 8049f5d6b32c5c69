import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Exposition } from './exposition.ts';
import { labelled } from './exposition.ts';

const NAME = 'tocsin_event_loop_delay_seconds';
const RESOLUTION_MS = 10;
const QUANTILES = [0.5, 0.9, 0.99, 1] as const;
/** Quantiles speak of the last minute or so, so that a stall is seen and later forgotten. */
const WINDOW_MS = 60_000;

/**
 * How late the event loop turns, beyond the 10 ms at which it is looked at: a summary whose quantiles cover
 * what happened since the window began, and whose count and sum cover everything.
 */
export class LoopDelaySummary implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #monotonic: () => number;
  #windowStartedAt: number;
  #count = 0;
  #sumSeconds = 0;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#windowStartedAt = monotonic();
    this.#histogram.enable();
  }

  /** Writes the summary, and begins a new window where the old one is a minute old. */
  write(out: Exposition): void {
    const { count, mean } = this.#histogram;
    const sumSeconds = count === 0 ? 0 : count * lateSeconds(mean);
    out.head(NAME, 'How late the event loop turned, by quantile over the last minute', 'summary');
    for (const quantile of QUANTILES) {
      const nanoseconds = quantile === 1 ? this.#histogram.max : this.#histogram.percentile(quantile * 100);
      out.sample(NAME, labelled({ quantile: String(quantile) }), count === 0 ? 0 : lateSeconds(nanoseconds));
    }
    out.sample(`${NAME}_sum`, '', this.#sumSeconds + sumSeconds);
    out.sample(`${NAME}_count`, '', this.#count + count);
    if (this.#monotonic() - this.#windowStartedAt < WINDOW_MS) return;
    this.#count += count;
    this.#sumSeconds += sumSeconds;
    this.#histogram.reset();
    this.#windowStartedAt = this.#monotonic();
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }
}

/** What the monitor measures holds the interval at which it looks. */
function lateSeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
}
