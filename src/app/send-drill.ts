import type { DrillMessage } from '../core/drill/drill.ts';
import type { ChannelId, IncidentId } from '../model/ids.ts';
import type { Notification } from '../model/notification.ts';
import type { Delivery } from '../ports/channel-kind.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';
import { systemClock } from './system-clock.ts';

/** What became of one message of a drill. */
export interface DrillDelivery {
  readonly channel: ChannelId;
  readonly event: Notification['event'];
  readonly result: Delivery['kind'];
  /** What the channel said. */
  readonly detail: string;
}

const ATTEMPT_MS = 15_000;

/**
 * Sends the messages of a drill by the real channels, once each and in order, marked as a drill. Their incidents get
 * ids of their own, so that no real one is opened or resolved by them. Never rejects: what failed is in the result.
 */
export async function sendDrill(
  { channels }: LoadedConfiguration,
  messages: readonly DrillMessage[],
): Promise<readonly DrillDelivery[]> {
  const kinds = allKinds(NO_SCREEN).channels;
  const started = systemClock.wall();
  const threads = new Map<ChannelId, unknown>();
  const deliveries: DrillDelivery[] = [];
  for (const [nth, { channel, notification }] of messages.entries()) {
    const target = channels.get(channel);
    const kind = target === undefined ? undefined : kinds.get(target.kind);
    if (target === undefined || kind === undefined) continue;
    const now = systemClock.wall();
    const context = {
      signal: AbortSignal.timeout(ATTEMPT_MS),
      now,
      idempotencyKey: `drill-${String(started)}-${String(nth)}`,
      thread: threads.get(channel) ?? null,
    };
    const delivery = await kind
      .deliver(target.options, renamed(notification, started, now), context)
      .catch((cause: unknown): Delivery => ({
        kind: 'retry',
        error: cause instanceof Error ? cause.message : String(cause),
      }));
    if (delivery.kind === 'delivered' && delivery.thread !== undefined) threads.set(channel, delivery.thread);
    deliveries.push({
      channel,
      event: notification.event,
      result: delivery.kind,
      detail: delivery.kind === 'delivered' ? (delivery.detail ?? '') : delivery.error,
    });
  }
  return deliveries;
}

function renamed(notification: Notification, started: number, now: number): Notification {
  const { incident } = notification;
  const id = `drill-${String(started)}-${incident?.id ?? ''}` as IncidentId;
  return {
    ...notification,
    sentAt: new Date(now).toISOString(),
    incident: incident === null ? null : { ...incident, id },
  };
}
