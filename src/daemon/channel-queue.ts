import type { ChannelId, IncidentId } from '../model/ids.ts';
import type { NotificationEvent } from '../model/notification.ts';
import type { Pace } from '../ports/channel-kind.ts';
import type { OutboxItem } from '../ports/log.ts';

/** One message on its way to one channel. */
export interface Job {
  readonly item: OutboxItem;
  /** Where it goes: the effect's channel, or one that stands in for it. */
  readonly channel: ChannelId;
  attempts: number;
  firstAttemptAt: number | undefined;
  /** Not to be tried before; the clock of whoever asks. */
  notBefore: number;
  state: 'queued' | 'in-flight' | 'over';
}

/** A message for a channel, not tried yet. */
export function newJob(item: OutboxItem, channel: ChannelId): Job {
  return { item, channel, attempts: 0, firstAttemptAt: undefined, notBefore: 0, state: 'queued' };
}

export interface QueueLimits {
  /** Deliveries under way at a time. */
  readonly concurrency: number;
  /** At most one update in so long. */
  readonly updateEveryMs: number;
}

/** What goes first when several incidents have something to say. */
const RANK: Readonly<Record<NotificationEvent, number>> = {
  page: 0,
  resolve: 1,
  ticket: 2,
  notice: 3,
  update: 4,
  test: 5,
};

/**
 * What one channel has yet to deliver. Per incident strictly in order, one at a time; between incidents the
 * most urgent first. What a newer message makes pointless is superseded instead of sent: an update by
 * anything newer of its incident; everything by a resolve, which then says it all in one late message. What
 * is being delivered at that moment is left to end. Pure: it knows no timers and sends nothing.
 */
export class ChannelQueue {
  readonly #limits: QueueLimits;
  readonly #lines = new Map<IncidentId, Job[]>();
  readonly #begun: number[] = [];
  #inFlight = 0;
  #nextUpdateAt = -Infinity;
  /** What the service takes in a while; may change with the configuration. */
  pace: Pace | undefined;

  constructor(limits: QueueLimits, pace?: Pace) {
    this.#limits = limits;
    this.pace = pace;
  }

  /** Nothing queued and nothing in flight. */
  get empty(): boolean {
    return this.#lines.size === 0;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether anything about the incident is queued or in flight. */
  isBusy(incident: IncidentId): boolean {
    return this.#lines.has(incident);
  }

  /** Adds a message; gives those that it supersedes, which are then out of the queue. */
  put(job: Job): readonly Job[] {
    const line = this.#lines.get(job.item.effect.incident) ?? [];
    const superseded = line.filter((older) => older.state === 'queued' && supersedes(job, older));
    for (const older of superseded) older.state = 'over';
    this.#lines.set(job.item.effect.incident, [...line.filter((older) => older.state !== 'over'), job]);
    return superseded;
  }

  /** Takes the next message to be delivered now, and counts it as in flight until `done` or `retry`. */
  take(now: number): Job | undefined {
    if (this.#inFlight >= this.#limits.concurrency) return undefined;
    let best: Job | undefined;
    for (const [head] of this.#lines.values())
      if (head?.state === 'queued' && this.#readyAt(head) <= now && (best === undefined || isBefore(head, best)))
        best = head;
    if (best === undefined) return undefined;
    this.#countAttempt(now);
    if (eventOf(best) === 'update') this.#nextUpdateAt = now + this.#limits.updateEveryMs;
    best.state = 'in-flight';
    this.#inFlight++;
    return best;
  }

  /** When `take` may next give something; Infinity while only the end of a delivery can change that. */
  wakeAt(): number {
    if (this.#inFlight >= this.#limits.concurrency) return Infinity;
    let earliest = Infinity;
    for (const [head] of this.#lines.values())
      if (head?.state === 'queued') earliest = Math.min(earliest, this.#readyAt(head));
    return earliest;
  }

  /** A message's delivery ended, or it is not wanted any more. */
  done(job: Job): void {
    if (job.state === 'over') return;
    if (job.state === 'in-flight') this.#inFlight--;
    job.state = 'over';
    this.#remove(job);
  }

  /** Puts a message in flight back, for later; false when something newer has superseded it meanwhile. */
  retry(job: Job, notBefore: number): boolean {
    this.#inFlight--;
    const line = this.#lines.get(job.item.effect.incident) ?? [];
    if (line.some((newer) => newer !== job && supersedes(newer, job))) {
      job.state = 'over';
      this.#remove(job);
      return false;
    }
    job.state = 'queued';
    job.notBefore = notBefore;
    return true;
  }

  /** Nothing waits for its next attempt any more: whatever was refused before may be tried at once. */
  hurry(): void {
    for (const line of this.#lines.values()) for (const job of line) if (job.attempts > 0) job.notBefore = 0;
  }

  /** All that is queued or in flight. */
  *jobs(): Iterable<Job> {
    for (const line of this.#lines.values()) yield* line;
  }

  #readyAt(job: Job): number {
    const inPace = Math.max(job.notBefore, this.#pacedAt(eventOf(job)));
    return eventOf(job) === 'update' ? Math.max(inPace, this.#nextUpdateAt) : inPace;
  }

  /** From when on the pace allows a message; the last quarter of it only to what people are woken or released by. */
  #pacedAt(event: NotificationEvent): number {
    if (this.pace === undefined) return -Infinity;
    const { attempts, perMs } = this.pace;
    const allowed = event === 'page' || event === 'resolve' ? attempts : Math.max(1, Math.floor(attempts * 0.75));
    const before = this.#begun[this.#begun.length - allowed];
    return before === undefined ? -Infinity : before + perMs;
  }

  #countAttempt(now: number): void {
    if (this.pace === undefined) return;
    this.#begun.push(now);
    if (this.#begun.length > this.pace.attempts) this.#begun.splice(0, this.#begun.length - this.pace.attempts);
  }

  #remove(job: Job): void {
    const { incident } = job.item.effect;
    const left = (this.#lines.get(incident) ?? []).filter((other) => other !== job);
    if (left.length === 0) this.#lines.delete(incident);
    else this.#lines.set(incident, left);
  }
}

function eventOf(job: Job): NotificationEvent {
  return job.item.effect.notification.event;
}

function supersedes(newer: Job, older: Job): boolean {
  if (eventOf(older) === 'resolve' || eventOf(older) === 'test' || eventOf(newer) === 'test') return false;
  return eventOf(newer) === 'resolve' || eventOf(older) === 'update';
}

function isBefore(a: Job, b: Job): boolean {
  return RANK[eventOf(a)] - RANK[eventOf(b)] < 0 || (RANK[eventOf(a)] === RANK[eventOf(b)] && a.item.n < b.item.n);
}
