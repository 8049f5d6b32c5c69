import type { ChannelId, IncidentId } from '../model/ids.ts';
import { withDeadline } from './deadline.ts';
import type { ArmedChannel } from './outbox.ts';
import type { Threads } from './threads.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

export interface UpkeepParts {
  /** Wall time in integer milliseconds. */
  readonly wall: () => number;
  /** On the monotonic clock. */
  readonly wakeUps: WakeUps;
  readonly threads: Threads;
  /** Undefined where there is no such channel any more. */
  readonly channelOf: (id: ChannelId) => ArmedChannel | undefined;
  /** Whether something newer about the incident is on its way there: that says it better. */
  readonly isBusy: (channel: ChannelId, incident: IncidentId) => boolean;
  readonly attemptMs: number;
  readonly signal: AbortSignal;
}

/** A round that ended early is made again this much sooner. */
const SOONER = 4;

/**
 * Says again what stands, to services that forget what is not repeated. One round a channel at a time, one
 * incident after the other; a round ends at the first repetition that found nobody, since the others would too.
 * A repetition that is under way delays the delivery about the same incident, so that an older word never
 * arrives after a newer one.
 */
export class UpkeepRounds {
  readonly #parts: UpkeepParts;
  readonly #next = new Map<ChannelId, WakeUp>();
  readonly #repeating = new Map<string, Promise<unknown>>();

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** Begins the rounds of a channel that has any, unless they have begun. */
  begin(channel: ChannelId): void {
    const upkeep = this.#parts.channelOf(channel)?.kind.upkeep;
    if (upkeep !== undefined && !this.#next.has(channel)) this.#schedule(channel, upkeep.everyMs);
  }

  /** Resolves when no repetition about the incident is under way. */
  async settled(channel: ChannelId, incident: IncidentId): Promise<void> {
    await this.#repeating.get(`${channel} ${incident}`);
  }

  /** Resolves when nothing is under way any more; call it after `signal` fired. */
  async over(): Promise<void> {
    for (const wakeUp of this.#next.values()) this.#parts.wakeUps.cancel(wakeUp);
    await Promise.all(this.#repeating.values());
  }

  #schedule(channel: ChannelId, afterMs: number): void {
    const { wakeUps } = this.#parts;
    this.#next.set(
      channel,
      wakeUps.at(wakeUps.now() + afterMs, () => void this.#round(channel)),
    );
  }

  async #round(channel: ChannelId): Promise<void> {
    const { channelOf, threads, isBusy, signal } = this.#parts;
    const upkeep = channelOf(channel)?.kind.upkeep;
    if (upkeep === undefined) {
      this.#next.delete(channel);
      return;
    }
    let reached = true;
    for (const { incident } of threads.ofChannel(channel)) {
      if (signal.aborted) return;
      if (isBusy(channel, incident)) continue;
      const repetition = this.#repeat(channel, incident);
      this.#repeating.set(`${channel} ${incident}`, repetition);
      reached = await repetition;
      this.#repeating.delete(`${channel} ${incident}`);
      if (!reached) break;
    }
    if (!signal.aborted) this.#schedule(channel, reached ? upkeep.everyMs : upkeep.everyMs / SOONER);
  }

  /** Whether the service could be reached. */
  async #repeat(id: ChannelId, incident: IncidentId): Promise<boolean> {
    const { channelOf, threads, wakeUps, wall, attemptMs, signal } = this.#parts;
    const channel = channelOf(id);
    const upkeep = channel?.kind.upkeep;
    const found = threads.ofChannel(id).find((each) => each.incident === incident);
    if (channel === undefined || upkeep === undefined || found === undefined) return true;
    const deadline = { dueMs: wakeUps.now() + attemptMs, graceMs: 250, wakeUps, signal };
    const ended = await withDeadline(deadline, (ending) =>
      upkeep.repeat(channel.options, found.thread, { signal: ending, now: wall() }),
    );
    if (ended.kind !== 'done' || ended.result.kind === 'retry') return false;
    if (ended.result.kind === 'delivered' && ended.result.thread !== undefined)
      threads.renew(id, incident, ended.result.thread);
    return true;
  }
}
