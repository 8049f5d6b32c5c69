import type { SentFact } from '../model/entry.ts';
import type { ChannelId, IncidentId } from '../model/ids.ts';
import type { NotificationEvent } from '../model/notification.ts';
import type { ChannelKind, Delivery } from '../ports/channel-kind.ts';
import type { OutboxItem } from '../ports/log.ts';
import type { DaemonListener } from '../ports/telemetry.ts';
import type { ChannelHealth } from './channel-health.ts';
import { ChannelQueue, newJob } from './channel-queue.ts';
import type { Job, QueueLimits } from './channel-queue.ts';
import { reasonOf } from './daemon-error.ts';
import { withDeadline } from './deadline.ts';
import type { Ended } from './deadline.ts';
import type { Alongside } from './log-record.ts';
import type { RetiredChannel } from './retired-channels.ts';
import { Threads } from './threads.ts';
import { UpkeepRounds } from './upkeep.ts';
import type { WakeUp, WakeUps } from './wake-ups.ts';

/** A channel that can be delivered to. */
export interface ArmedChannel {
  readonly kind: ChannelKind;
  /** Parsed, with secrets. */
  readonly options: unknown;
}

export interface OutboxLimits extends QueueLimits {
  /** For one attempt: a channel that stalls must not keep its own queue for long. */
  readonly attemptMs: number;
  /** Waits between attempts; the last one repeats. */
  readonly retryMs: readonly number[];
  /** The most that a `Retry-After` is believed. */
  readonly longestRetryMs: number;
  /** Counted from the entry that caused the message. */
  readonly giveUpAfterMs: number;
  /** A channel that left the configuration still delivers what it owes for so long. */
  readonly retiredMs: number;
}

const OUTBOX_LIMITS: OutboxLimits = {
  concurrency: 4,
  updateEveryMs: 15_000,
  attemptMs: 10_000,
  retryMs: [1000, 5000, 15_000, 30_000, 60_000],
  longestRetryMs: 3_600_000,
  giveUpAfterMs: 86_400_000,
  retiredMs: 7 * 86_400_000,
};

export interface OutboxParts {
  /** Wall time in integer milliseconds: what receivers see. */
  readonly wall: () => number;
  /** On the monotonic clock. */
  readonly wakeUps: WakeUps;
  /** Writes down what became of a message. */
  readonly record: (fact: SentFact, alongside: Alongside) => void;
  /** Whether what the channel travels through is down: then a fallback need not wait. */
  readonly needsDown: (channel: ChannelId) => boolean;
  /** Hears of every attempt how the channel took it. */
  readonly health: Pick<ChannelHealth, 'took' | 'refused' | 'lost'>;
  readonly emit: DaemonListener;
  readonly threads: ReadonlyMap<string, unknown>;
  readonly limits?: Partial<OutboxLimits>;
}

/** What became of a message. `at` is wall time. */
export interface LastDelivery {
  readonly at: number;
  readonly event: NotificationEvent;
  readonly result: SentFact['result'];
  readonly detail?: string;
}

/** A notification, and every delivery made for its sake; its row goes when the last of them has ended. */
interface Parcel {
  readonly item: OutboxItem;
  readonly open: Set<Job>;
  fallback: 'none' | 'waiting' | 'started';
  timer: WakeUp | undefined;
}

interface Line {
  readonly queue: ChannelQueue;
  wakeUp: WakeUp | undefined;
}

/**
 * Delivers what the log has taken. At least once: what was in flight when we died is sent again after the
 * restart, under the same key. A channel that refuses, stalls or floods us with work delays no other.
 */
export class Outbox implements AsyncDisposable {
  readonly #parts: OutboxParts;
  readonly #limits: OutboxLimits;
  readonly #lines = new Map<ChannelId, Line>();
  readonly #parcels = new Map<string, Parcel>();
  readonly #parcelOf = new Map<Job, Parcel>();
  readonly #threads: Threads;
  readonly #upkeep: UpkeepRounds;
  readonly #last = new Map<ChannelId, LastDelivery>();
  readonly #stop = new AbortController();
  readonly #attempts = new Set<Promise<void>>();
  #channels: ReadonlyMap<ChannelId, ArmedChannel> = new Map();
  /** Channels that left the configuration, and until when they still deliver (monotonic). */
  readonly #retired = new Map<ChannelId, RetiredChannel>();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#limits = { ...OUTBOX_LIMITS, ...parts.limits };
    this.#threads = new Threads(parts.threads);
    this.#upkeep = new UpkeepRounds({
      wall: parts.wall,
      wakeUps: parts.wakeUps,
      threads: this.#threads,
      channelOf: (id) => this.#channelOf(id),
      isBusy: (channel, incident) => this.#lines.get(channel)?.queue.isBusy(incident) ?? false,
      attemptMs: this.#limits.attemptMs,
      signal: this.#stop.signal,
    });
  }

  /** Entry time of the oldest message that is still to be delivered; null when there is none. */
  oldestAt(): number | null {
    let oldest: number | null = null;
    for (const { item } of this.#parcels.values()) oldest = Math.min(oldest ?? item.at, item.at);
    return oldest;
  }

  /** The channels of the configuration that now holds. Those that left it deliver what they still owe. */
  setChannels(channels: ReadonlyMap<ChannelId, ArmedChannel>): void {
    const until = this.#parts.wakeUps.now() + this.#limits.retiredMs;
    for (const [id, channel] of this.#channels)
      if (!channels.has(id)) this.#retired.set(id, { kind: 'armed', channel, until });
    for (const id of channels.keys()) this.#retired.delete(id);
    this.#channels = channels;
    for (const [id, line] of this.#lines) line.queue.pace = this.#channelOf(id)?.kind.pace;
    for (const id of channels.keys()) this.#upkeep.begin(id);
  }

  /** Takes the channels that had left the configuration before this start; each for as long as it says. */
  setRetired(retired: ReadonlyMap<ChannelId, RetiredChannel>): void {
    const now = this.#parts.wakeUps.now();
    for (const [id, each] of retired)
      if (!this.#channels.has(id)) this.#retired.set(id, { ...each, until: now + each.until });
  }

  /** Takes messages; ones that it has already are left alone. */
  put(items: readonly OutboxItem[]): void {
    for (const item of items) {
      if (this.#stop.signal.aborted || this.#parcels.has(item.effect.id)) continue;
      const parcel: Parcel = { item, open: new Set(), fallback: 'none', timer: undefined };
      this.#parcels.set(item.effect.id, parcel);
      this.#enqueue(parcel, item.effect.channel);
    }
  }

  /** How many messages are still to be delivered. */
  get remaining(): number {
    return this.#parcels.size;
  }

  /** What became of the newest message of each channel, since this start. */
  get lastDeliveries(): ReadonlyMap<ChannelId, LastDelivery> {
    return this.#last;
  }

  /** One real message by a channel, past its queue: does it arrive? Undefined where there is no such channel. */
  async test(id: ChannelId, instance: string, reason: string): Promise<Delivery | undefined> {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    const { wakeUps } = this.#parts;
    const now = this.#parts.wall();
    const sentAt = new Date(now).toISOString();
    const notification = { version: 1, event: 'test', drill: false, instance, sequence: 0, incident: null } as const;
    const idempotencyKey = `${instance}/test/${id}/${String(now)}`;
    const ended = await withDeadline(
      { dueMs: wakeUps.now() + this.#limits.attemptMs, graceMs: 250, wakeUps, signal: this.#stop.signal },
      (signal) =>
        channel.kind.deliver(
          channel.options,
          { ...notification, sentAt, reason },
          { signal, now, idempotencyKey, thread: null },
        ),
    );
    const delivery = this.#deliveryOf(ended, id, channel);
    const { kind } = delivery;
    if (kind === 'delivered') this.#parts.health.took(id);
    this.#note(id, 'test', kind === 'delivered' ? 'delivered' : 'failed', saidOf(delivery));
    const said = saidOf(delivery);
    const fact = {
      notification: idempotencyKey,
      incident: 'test' as IncidentId,
      channel: id,
      sequence: 0,
      attempts: 1,
    };
    const result = kind === 'delivered' ? 'delivered' : 'failed';
    this.#parts.record({ kind: 'sent', ...fact, event: 'test', result, ...(said && { detail: said }) }, {});
    return delivery;
  }

  /** Tries once more at once what waits for its next attempt, and waits until nothing is under way any more. */
  async drain(withinMs: number): Promise<void> {
    const until = this.#parts.wakeUps.now() + withinMs;
    for (const [channel, line] of this.#lines) {
      line.queue.hurry();
      this.#pump(channel, line);
    }
    const bounded = { dueMs: until, graceMs: 0, wakeUps: this.#parts.wakeUps };
    await withDeadline(bounded, async () => {
      while (this.#attempts.size > 0 && this.#parts.wakeUps.now() < until) await Promise.race(this.#attempts);
    });
  }

  /** Ends attempts in flight; what they were about stays in the log and is tried again after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the daemon stops'));
    for (const line of this.#lines.values()) this.#parts.wakeUps.cancel(line.wakeUp);
    for (const parcel of this.#parcels.values()) this.#parts.wakeUps.cancel(parcel.timer);
    await Promise.all([...this.#attempts, this.#upkeep.over()]);
  }

  #enqueue(parcel: Parcel, channel: ChannelId): void {
    const job = newJob(parcel.item, channel);
    parcel.open.add(job);
    this.#parcelOf.set(job, parcel);
    const line = this.#lineOf(channel);
    for (const older of line.queue.put(job)) this.#end(older, 'superseded', 'a newer message says it all');
    this.#pump(channel, line);
  }

  #lineOf(channel: ChannelId): Line {
    let line = this.#lines.get(channel);
    if (line === undefined) {
      const queue = new ChannelQueue(this.#limits, this.#channelOf(channel)?.kind.pace);
      this.#lines.set(channel, (line = { queue, wakeUp: undefined }));
    }
    return line;
  }

  /** Starts every delivery of a channel that may start now, and wakes up for the next. */
  #pump(channel: ChannelId, line: Line): void {
    if (this.#stop.signal.aborted) return;
    const { wakeUps } = this.#parts;
    for (let job = line.queue.take(wakeUps.now()); job !== undefined; job = line.queue.take(wakeUps.now())) {
      const attempt = this.#attempt(job, line);
      this.#attempts.add(attempt);
      void attempt.finally(() => this.#attempts.delete(attempt));
    }
    wakeUps.cancel(line.wakeUp);
    const at = line.queue.wakeAt();
    line.wakeUp = at === Infinity ? undefined : wakeUps.at(at, () => this.#pump(channel, line));
  }

  async #attempt(job: Job, line: Line): Promise<void> {
    const { effect } = job.item;
    const begun = this.#parts.wakeUps.now();
    job.attempts++;
    job.firstAttemptAt ??= begun;
    this.#watchFallback(job);
    const delivery = await this.#deliver(job);
    // Whatever came back, at the end of the daemon nothing is decided any more: the row stays.
    if (this.#stop.signal.aborted && delivery.kind !== 'delivered') return;
    const ms = Math.round(this.#parts.wakeUps.now() - begun);
    const said = saidOf(delivery);
    const event = { channel: job.channel, event: effect.notification.event, incident: effect.incident, ms };
    this.#parts.emit({
      kind: 'delivery',
      ...event,
      result: delivery.kind,
      ...(said === undefined ? {} : { detail: said }),
    });
    switch (delivery.kind) {
      case 'delivered':
        line.queue.done(job);
        this.#parts.health.took(job.channel);
        this.#end(job, 'delivered', delivery.detail, delivery.thread);
        break;
      case 'failed':
        line.queue.done(job);
        this.#parts.health.lost(job.channel, `${messageOf(job)} was refused for good: ${delivery.error}`);
        this.#startFallback(job);
        this.#end(job, 'failed', delivery.error);
        break;
      case 'retry':
        this.#parts.health.refused(job.channel, delivery.error);
        this.#retry(job, line, delivery);
        break;
    }
    this.#pump(job.channel, line);
  }

  /** One attempt; whatever goes wrong on the way is a reason to try again. */
  async #deliver(job: Job): Promise<Delivery> {
    const { effect } = job.item;
    const channel = this.#channelOf(job.channel);
    if (channel === undefined) return { kind: 'failed', error: this.#whyGone(job.channel) };
    const { attemptMs } = this.#limits;
    const { wakeUps } = this.#parts;
    await this.#upkeep.settled(job.channel, effect.incident);
    const now = this.#parts.wall();
    const notification = { ...effect.notification, sentAt: new Date(now).toISOString() };
    const thread = this.#threads.of(job);
    const ended = await withDeadline(
      { dueMs: wakeUps.now() + attemptMs, graceMs: 250, wakeUps, signal: this.#stop.signal },
      (signal) =>
        channel.kind.deliver(channel.options, notification, { signal, now, idempotencyKey: effect.id, thread }),
    );
    return this.#deliveryOf(ended, job.channel, channel);
  }

  #deliveryOf(ended: Ended<Delivery>, id: ChannelId, { kind }: ArmedChannel): Delivery {
    switch (ended.kind) {
      case 'done':
        return ended.result;
      case 'threw':
        return { kind: 'retry', error: `delivering by ${kind.name} threw: ${reasonOf(ended.thrown)}` };
      case 'abandoned':
        return { kind: 'retry', error: `no answer from ${id} within ${this.#limits.attemptMs} ms` };
    }
  }

  #note(channel: ChannelId, event: NotificationEvent, result: SentFact['result'], detail?: string): void {
    this.#last.set(channel, { at: this.#parts.wall(), event, result, ...(detail === undefined ? {} : { detail }) });
  }

  #channelOf(id: ChannelId): ArmedChannel | undefined {
    const retired = this.#retired.get(id);
    if (retired === undefined) return this.#channels.get(id);
    if (retired.until <= this.#parts.wakeUps.now()) this.#retired.delete(id);
    else if (retired.kind === 'armed') return retired.channel;
    return undefined;
  }

  #whyGone(id: ChannelId): string {
    const retired = this.#retired.get(id);
    const gone = `there is no channel ${id} any more`;
    return retired?.kind === 'lost' ? `${gone}, and what it was cannot be had again: ${retired.message}` : gone;
  }

  #retry(job: Job, line: Line, delivery: Extract<Delivery, { kind: 'retry' }>): void {
    if (this.#parts.wall() - job.item.at >= this.#limits.giveUpAfterMs) {
      line.queue.done(job);
      this.#startFallback(job);
      this.#end(job, 'failed', `given up after ${job.attempts} attempts; the last said: ${delivery.error}`);
      return;
    }
    const { retryMs, longestRetryMs } = this.#limits;
    const step = retryMs[Math.min(job.attempts, retryMs.length) - 1] ?? 0;
    const waitMs = Math.max(step, Math.min(delivery.afterMs ?? 0, longestRetryMs));
    if (!line.queue.retry(job, this.#parts.wakeUps.now() + waitMs))
      this.#end(job, 'superseded', `a newer message says it all; the last attempt said: ${delivery.error}`);
  }

  /** At the first attempt of a message that has somewhere else to go: that is where it goes if this takes too long. */
  #watchFallback(job: Job): void {
    const parcel = this.#parcelOf.get(job);
    const { fallback, channel } = job.item.effect;
    if (parcel === undefined || fallback === undefined || job.channel !== channel || parcel.fallback !== 'none') return;
    parcel.fallback = 'waiting';
    const { wakeUps } = this.#parts;
    const dueMs = wakeUps.now() + (this.#parts.needsDown(channel) ? 0 : fallback.afterMs);
    parcel.timer = wakeUps.at(dueMs, () => this.#startFallback(job));
  }

  #startFallback(job: Job): void {
    const parcel = this.#parcelOf.get(job);
    if (parcel === undefined || job.channel !== job.item.effect.channel || parcel.fallback !== 'waiting') return;
    this.#parts.wakeUps.cancel(parcel.timer);
    parcel.fallback = 'started';
    for (const channel of job.item.effect.fallback?.to ?? [])
      if (channel !== job.channel) this.#enqueue(parcel, channel);
  }

  /** Writes down what became of a delivery; with the last one of a parcel, its row goes. */
  #end(job: Job, result: SentFact['result'], detail?: string, thread?: unknown): void {
    const parcel = this.#parcelOf.get(job);
    if (parcel === undefined) return;
    const { effect } = job.item;
    this.#parcelOf.delete(job);
    if (job.channel === effect.channel && result !== 'failed') this.#callOffFallback(parcel);
    parcel.open.delete(job);
    const finished = parcel.open.size === 0;
    if (finished) this.#parcels.delete(effect.id);
    if (result === 'superseded') this.#emitSuperseded(job, detail);
    else this.#note(job.channel, effect.notification.event, result, detail);
    this.#parts.record(
      {
        kind: 'sent',
        notification: effect.id,
        incident: effect.incident,
        channel: job.channel,
        event: effect.notification.event,
        sequence: effect.sequence,
        result,
        attempts: job.attempts,
        ...(detail === undefined ? {} : { detail }),
      },
      {
        ...(finished ? { outboxDone: [effect.id] } : {}),
        threads: result === 'delivered' ? this.#threads.keep(job, thread, this.#isRepeated(job.channel)) : [],
      },
    );
  }

  /** Whether what a resolve leaves is still of use. */
  #isRepeated(channel: ChannelId): boolean {
    return this.#channelOf(channel)?.kind.upkeep !== undefined;
  }

  /** The channel took it after all: what stands in for it and was not tried yet is not needed. */
  #callOffFallback(parcel: Parcel): void {
    this.#parts.wakeUps.cancel(parcel.timer);
    parcel.fallback = 'started';
    for (const job of parcel.open) {
      if (job.state !== 'queued' || job.attempts > 0) continue;
      this.#lines.get(job.channel)?.queue.done(job);
      this.#end(job, 'superseded', `${parcel.item.effect.channel} took it`);
    }
  }

  #emitSuperseded(job: Job, detail: string | undefined): void {
    const { effect } = job.item;
    this.#parts.emit({
      kind: 'delivery',
      channel: job.channel,
      event: effect.notification.event,
      result: 'superseded',
      incident: effect.incident,
      ms: 0,
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

function saidOf(delivery: Delivery): string | undefined {
  return delivery.kind === 'delivered' ? delivery.detail : delivery.error;
}

/** `the resolve about rekor-1`. */
function messageOf({ item: { effect } }: Job): string {
  return `the ${effect.notification.event} about ${effect.incident}`;
}
