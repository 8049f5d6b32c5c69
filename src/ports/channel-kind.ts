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

/** A kind of channel. `deliver` makes one attempt and never changes state; retries and order are the outbox's. */
export interface ChannelKind<Options = unknown> {
  readonly name: string;
  readonly description: string;
  /** A complete, tested example in YAML. */
  readonly example: string;
  /** The kind's own fields, beyond `kind` and `needs`; strict. Secret fields give `Secret` values. */
  readonly schema: ZodType<Options>;
  readonly deliver: (options: Options, notification: Notification, context: DeliverContext) => Promise<Delivery>;
}
