import type { ChannelId } from '../model/ids.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

/** A channel that refuses so often, for so long, is failing. */
const FAILING_ATTEMPTS = 3;
const FAILING_AFTER_MS = 30_000;

export interface ChannelHealthParts {
  /** On the monotonic clock. */
  readonly wakeUps: WakeUps;
  /** Whether what the channel travels through is down: then that is told already. */
  readonly needsDown: (channel: ChannelId) => boolean;
  readonly tell: (channel: ChannelId, state: 'begin' | 'end', message: string) => void;
  /** Those that were told as failing before a restart, and have not ended. */
  readonly failing: readonly ChannelId[];
  /** For tests. */
  readonly failingAfterMs?: number;
}

interface Refusals {
  attempts: number;
  last: string;
  due: WakeUp | undefined;
  /** Whether it has been so long. */
  isLong: boolean;
}

/**
 * Notices channels that take nothing: three attempts over half a minute, or one that is refused for good. Each is told
 * once, by the other channels, and its end when it takes something again. One whose own needs are down is not told:
 * whoever reads the page about those knows.
 */
export class ChannelHealth implements Disposable {
  readonly #parts: ChannelHealthParts;
  readonly #refusals = new Map<ChannelId, Refusals>();
  readonly #told: Set<ChannelId>;

  constructor(parts: ChannelHealthParts) {
    this.#parts = parts;
    this.#told = new Set(parts.failing);
  }

  /** The channel took a message. */
  took(channel: ChannelId): void {
    this.#forget(channel);
    if (this.#told.delete(channel)) this.#parts.tell(channel, 'end', 'it takes messages again');
  }

  /** The channel did not take a message for now. */
  refused(channel: ChannelId, message: string): void {
    const { wakeUps, failingAfterMs = FAILING_AFTER_MS } = this.#parts;
    let refusals = this.#refusals.get(channel);
    if (refusals === undefined) {
      refusals = { attempts: 0, last: message, due: undefined, isLong: false };
      const noted = refusals;
      refusals.due = wakeUps.at(wakeUps.now() + failingAfterMs, () => {
        noted.isLong = true;
        this.#judge(channel, noted);
      });
      this.#refusals.set(channel, refusals);
    }
    refusals.attempts++;
    refusals.last = message;
    this.#judge(channel, refusals);
  }

  /** The channel refused a message for good, or is not there any more: that message did not arrive. */
  lost(channel: ChannelId, message: string): void {
    this.#begin(channel, message);
  }

  /** Ends what is said of channels that are not there any more. */
  keepOnly(channels: { readonly has: (channel: ChannelId) => boolean }): void {
    for (const channel of this.#refusals.keys()) if (!channels.has(channel)) this.#forget(channel);
    for (const channel of this.#told) {
      if (channels.has(channel)) continue;
      this.#told.delete(channel);
      this.#parts.tell(channel, 'end', 'it is not in the configuration any more');
    }
  }

  [Symbol.dispose](): void {
    for (const channel of this.#refusals.keys()) this.#forget(channel);
  }

  #judge(channel: ChannelId, { attempts, isLong, last }: Refusals): void {
    if (!isLong || attempts < FAILING_ATTEMPTS) return;
    this.#begin(channel, `${String(attempts)} attempts in a row were not taken; the last said: ${last}`);
  }

  #begin(channel: ChannelId, message: string): void {
    if (this.#told.has(channel) || this.#parts.needsDown(channel)) return;
    this.#told.add(channel);
    this.#parts.tell(channel, 'begin', message);
  }

  #forget(channel: ChannelId): void {
    this.#parts.wakeUps.cancel(this.#refusals.get(channel)?.due);
    this.#refusals.delete(channel);
  }
}
