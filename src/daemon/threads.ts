import type { Commit } from '../ports/log.ts';
import type { Job } from './channel-queue.ts';

/** What channels left for their later messages about the same incident: a message id to answer to. */
export class Threads {
  readonly #threads: Map<string, unknown>;

  constructor(recovered: ReadonlyMap<string, unknown>) {
    this.#threads = new Map(recovered);
  }

  /** What to answer to; null at first. */
  of(job: Job): unknown {
    return this.#threads.get(keyOf(job)) ?? null;
  }

  /**
   * Keeps what a delivery left, and gives what to write down about it. A thread lives as long as its
   * incident: what the resolve leaves, nobody will answer to.
   */
  keep(job: Job, thread: unknown): Commit['threads'] {
    const key = keyOf(job);
    if (job.item.effect.notification.event === 'resolve')
      return this.#threads.delete(key) ? [{ key, value: null }] : [];
    if (thread === undefined) return [];
    this.#threads.set(key, thread);
    return [{ key, value: thread }];
  }
}

function keyOf(job: Job): string {
  return `${job.channel} ${job.item.effect.incident}`;
}
