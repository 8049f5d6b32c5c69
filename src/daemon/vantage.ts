import type { AnchorFact } from '../model/entry.ts';
import type { Anchor } from '../model/configuration.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

/** How long anchors may take to answer before we conclude that it is us. */
const CHECK_MS = 2000;
/** While none answers, they are asked this often at most. */
const SLOWEST_RETRY_MS = 5000;

/** Asks one anchor; never rejects; false when the signal fires first. */
export type AskAnchor = (anchor: Anchor, signal: AbortSignal) => Promise<boolean>;

/** What watching our own vantage point needs. */
export interface VantageParts {
  readonly ask: AskAnchor;
  /** The entries' clock. */
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly wakeUps: WakeUps;
  /** Results become entries of the log. */
  readonly record: (fact: AnchorFact) => void;
}

/**
 * Is it us? A failing run counts only once an anchor answered in a check begun after it. Checks are shared: at
 * most one is under way and one waits, whatever number of probes fail at once. While no anchor answers they are
 * asked again and again, so that the log says when we could see again.
 */
export class Vantage implements Disposable {
  readonly #parts: VantageParts;
  #anchors: readonly Anchor[] = [];
  #retryMs = SLOWEST_RETRY_MS;
  #running: { readonly startedAt: number; readonly answered: Promise<boolean> } | undefined;
  #next: Promise<boolean> | undefined;
  #blind = false;
  /** When an anchor answered again after none had, on the entries' clock. */
  #sightedAt = -Infinity;
  #wakeUp: WakeUp | undefined;
  readonly #ended = new AbortController();

  constructor(parts: VantageParts) {
    this.#parts = parts;
  }

  /** Takes the anchors of a configuration; `paceMs` is how often they are asked while none answers. */
  set(anchors: readonly Anchor[], paceMs: number): void {
    this.#anchors = anchors;
    this.#retryMs = Math.min(paceMs, SLOWEST_RETRY_MS);
  }

  /**
   * Whether a failure may be believed whose run began at `startedAt` (entries' clock) and ended just now. Without
   * anchors every failure is. One that began while we were blind is not, even where an anchor answers after it: it may
   * have failed of what has just ended.
   */
  async believe(startedAt: number): Promise<boolean> {
    if (this.#anchors.length === 0) return true;
    return (await this.#answersNow()) && startedAt >= this.#sightedAt;
  }

  /** Whether no anchor answered in the newest check. */
  get isBlind(): boolean {
    return this.#blind;
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#parts.wakeUps.cancel(this.#wakeUp);
  }

  /** Whether an anchor answers in a check begun from now on. */
  async #answersNow(): Promise<boolean> {
    const after = this.#parts.monotonic();
    if (this.#running !== undefined && this.#running.startedAt >= after) return this.#running.answered;
    if (this.#running === undefined) return this.#check();
    return (this.#next ??= this.#running.answered.then(() => {
      this.#next = undefined;
      return this.#running?.answered ?? this.#check();
    }));
  }

  #check(): Promise<boolean> {
    const startedAt = this.#parts.now();
    const answered = this.#askAll().then((yes) => {
      this.#running = undefined;
      if (!this.#ended.signal.aborted) this.#note(startedAt, yes);
      return yes;
    });
    this.#running = { startedAt: this.#parts.monotonic(), answered };
    return answered;
  }

  /** All at once; the first answer settles it, and the deadline turns every silence into a no. */
  async #askAll(): Promise<boolean> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#ended.signal]);
    const deadline = this.#parts.wakeUps.at(this.#parts.monotonic() + CHECK_MS, () => over.abort());
    let silent = 0;
    const answered = await new Promise<boolean>((resolve) => {
      for (const anchor of this.#anchors) {
        void this.#parts.ask(anchor, signal).then((yes) => {
          if (yes) resolve(true);
          else if (++silent === this.#anchors.length) resolve(false);
        });
      }
    });
    this.#parts.wakeUps.cancel(deadline);
    over.abort();
    return answered;
  }

  /** Every result that changes something is an entry, and every one while we are blind. */
  #note(startedAt: number, answered: boolean): void {
    const wasBlind = this.#blind;
    this.#blind = !answered;
    if (wasBlind && answered) this.#sightedAt = this.#parts.now();
    if (this.#blind || wasBlind) {
      const detail = this.#blind
        ? `none of ${this.#anchors.length} anchors answered within ${CHECK_MS / 1000} s`
        : 'an anchor answers again';
      this.#parts.record({ kind: 'anchor', startedAt, endedAt: this.#parts.now(), answered, detail });
    }
    this.#parts.wakeUps.cancel(this.#wakeUp);
    if (!this.#blind) return;
    this.#wakeUp = this.#parts.wakeUps.at(this.#parts.monotonic() + this.#retryMs, () => {
      if (this.#running === undefined) void this.#check();
    });
  }
}
