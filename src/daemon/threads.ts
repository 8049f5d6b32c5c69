import type { ChannelId, IncidentId } from '../model/ids.ts';
import type { Commit } from '../ports/log.ts';
import type { Job } from './channel-queue.ts';

/** What channels left for their later messages about the same incident: a message id to answer to. */
export class Threads {
  readonly #threads: Map<string, unknown>;
  /** Ended between deliveries; written down with the next one. */
  readonly #ended = new Set<string>();

  constructor(recovered: ReadonlyMap<string, unknown>) {
    this.#threads = new Map(recovered);
  }

  /** What to answer to; null at first. */
  of(job: Job): unknown {
    return this.#threads.get(keyOf(job.channel, job.item.effect.incident)) ?? null;
  }

  /**
   * Keeps what a delivery left, and gives what to write down about it. A thread lives as long as its
   * incident: what the resolve leaves, nobody will answer to, unless the channel goes on repeating it.
   */
  keep(job: Job, thread: unknown, repeated = false): Commit['threads'] {
    const key = keyOf(job.channel, job.item.effect.incident);
    const ended = [...this.#ended].filter((each) => each !== key).map((each) => ({ key: each, value: null }));
    this.#ended.clear();
    if (job.item.effect.notification.event === 'resolve' && !repeated)
      return this.#threads.delete(key) ? [...ended, { key, value: null }] : ended;
    if (thread === undefined) return ended;
    this.#threads.set(key, thread);
    return [...ended, { key, value: thread }];
  }

  /** The threads of a channel, in the order in which they began. */
  ofChannel(channel: ChannelId): readonly { readonly incident: IncidentId; readonly thread: unknown }[] {
    const prefix = keyOf(channel, '' as IncidentId);
    return [...this.#threads].flatMap(([key, thread]) =>
      key.startsWith(prefix) && thread !== null ? [{ incident: key.slice(prefix.length) as IncidentId, thread }] : [],
    );
  }

  /** What a repetition left; null ends the thread. Nothing is written down before the next delivery. */
  renew(channel: ChannelId, incident: IncidentId, thread: unknown): void {
    const key = keyOf(channel, incident);
    if (thread === null) {
      this.#threads.delete(key);
      this.#ended.add(key);
    } else this.#threads.set(key, thread);
  }
}

function keyOf(channel: ChannelId, incident: IncidentId): string {
  return `${channel} ${incident}`;
}
