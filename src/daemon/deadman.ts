import type { Secret } from '../model/secret.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import { reasonOf } from './daemon-error.ts';
import { withDeadline } from './deadline.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

/** Tells somebody outside that we live; rejects where it was not taken. */
export type Ping = (url: Secret, signal: AbortSignal) => Promise<void>;

export interface DeadmanParts {
  /** On the monotonic clock. */
  readonly wakeUps: WakeUps;
  readonly ping: Ping;
  /** Why nobody should rely on us now; undefined while all is well. */
  readonly doubt: () => string | undefined;
  readonly emit: DaemonListener;
}

/** What the configuration says. */
export interface DeadmanSettings {
  readonly url: Secret;
  readonly everyMs: number;
}

const PING_MS = 10_000;

/**
 * Pings a watcher outside every so often, and falls silent as soon as pages could not be relied on: then the
 * watcher says so by a path that does not need us. What became of a ping is said once per change.
 */
export class Deadman implements Disposable {
  readonly #parts: DeadmanParts;
  readonly #stop = new AbortController();
  #settings: DeadmanSettings | undefined;
  #next: WakeUp | undefined;
  #lastWords: string | undefined;

  constructor(parts: DeadmanParts) {
    this.#parts = parts;
  }

  /** Takes what a configuration says; the first ping is made at once. */
  set(settings: DeadmanSettings | undefined): void {
    const isSame =
      settings?.everyMs === this.#settings?.everyMs && settings?.url.reveal() === this.#settings?.url.reveal();
    this.#settings = settings;
    if (isSame) return;
    this.#parts.wakeUps.cancel(this.#next);
    if (settings !== undefined) this.#plan(0);
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#parts.wakeUps.cancel(this.#next);
  }

  #plan(afterMs: number): void {
    const { wakeUps } = this.#parts;
    this.#next = wakeUps.at(wakeUps.now() + afterMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const settings = this.#settings;
    if (settings === undefined) return;
    this.#plan(settings.everyMs);
    const doubt = this.#parts.doubt();
    this.#say(doubt === undefined ? await this.#ping(settings) : `not pinged: ${doubt}`);
  }

  /** What went wrong, if anything. */
  async #ping({ url }: DeadmanSettings): Promise<string | undefined> {
    const { wakeUps, ping } = this.#parts;
    const deadline = { dueMs: wakeUps.now() + PING_MS, graceMs: 250, wakeUps, signal: this.#stop.signal };
    const ended = await withDeadline(deadline, (signal) => ping(url, signal));
    switch (ended.kind) {
      case 'done':
        return undefined;
      case 'threw':
        return `pinging it failed: ${reasonOf(ended.thrown)}`;
      case 'abandoned':
        return `pinging it took longer than ${PING_MS} ms`;
    }
  }

  #say(words: string | undefined): void {
    if (this.#stop.signal.aborted || words === this.#lastWords) return;
    this.#lastWords = words;
    if (words !== undefined) this.#parts.emit({ kind: 'problem', where: 'deadman', message: words });
  }
}
