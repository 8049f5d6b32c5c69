import type { ZodType } from 'zod';
import type { Notification } from '../model/notification.ts';

/** What became of one attempt. Only `retry` may be tried again. */
export type Delivery =
  | { readonly kind: 'delivered'; readonly detail?: string; readonly thread?: unknown }
  | { readonly kind: 'retry'; readonly error: string; readonly afterMs?: number }
  | { readonly kind: 'failed'; readonly error: string };

/** What a delivery is given. It must end by `signal`. */
export interface DeliverContext {
  readonly signal: AbortSignal;
  /** Wall time of this attempt. */
  readonly now: number;
  /** The same for every attempt at the same message; differs between messages. */
  readonly idempotencyKey: string;
  /** What this channel's last delivery about the same incident left (a message id to answer to); null at first. */
  readonly thread: unknown;
}

/** What a service says when it is asked about a message that it took. */
export type Receipt =
  /** It has the message. */
  | { readonly kind: 'seen'; readonly detail?: string }
  /** It answered, and does not have it: the message is lost. */
  | { readonly kind: 'missing'; readonly error: string }
  /** It did not answer; ask again. */
  | { readonly kind: 'unanswered'; readonly error: string }
  /** With these options it cannot be asked (no credential that may read). */
  | { readonly kind: 'unsupported' };

/** How many attempts a service takes before it refuses all of them. */
export interface Pace {
  readonly attempts: number;
  readonly perMs: number;
}

/** For services that forget what is not repeated. */
export interface Upkeep<Options = unknown> {
  readonly everyMs: number;
  /**
   * Says again what stands. Called every `everyMs` for each incident that left a thread, also after its resolve
   * and after a restart, until it leaves `thread: null`; without `thread` the one there was is kept. Ends by
   * `signal`, like a delivery.
   */
  readonly repeat: (
    options: Options,
    thread: unknown,
    context: Pick<DeliverContext, 'signal' | 'now'>,
  ) => Promise<Delivery>;
}

/** A kind of channel. `deliver` makes one attempt and never changes state; retries and order are the outbox's. */
export interface ChannelKind<Options = unknown> {
  readonly name: string;
  readonly description: string;
  /** A complete, tested example in YAML. */
  readonly example: string;
  /** The kind's own fields, beyond `kind` and `needs`; strict. Secret fields give `Secret` values. */
  readonly schema: ZodType<Options>;
  readonly deliver: (options: Options, notification: Notification, context: DeliverContext) => Promise<Delivery>;
  /**
   * Reads a delivered message back. `context` is that of the delivery, with what it left as `thread` and with
   * time and signal of its own.
   */
  readonly receipt?: (options: Options, notification: Notification, context: DeliverContext) => Promise<Receipt>;
  /** The outbox keeps below it, and keeps a quarter of it free for pages and resolves. */
  readonly pace?: Pace;
  readonly upkeep?: Upkeep<Options>;
}
