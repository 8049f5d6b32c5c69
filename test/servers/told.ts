import type { Notification } from '../../src/model/notification.ts';
import type { HttpReceiver } from './http-receiver.ts';

/** A message as its webhook received it: when, and under which path. */
export type Told = Notification & { readonly receivedAt: number; readonly path: string };

/** What a webhook was told so far, and what it is told next. */
export interface ToldMessages {
  /** In order of arrival; a repeated delivery of the same message counts once. */
  readonly messages: readonly Told[];
  /** Resolves with the first message, of the past or to come, that satisfies. */
  readonly message: (wanted: (message: Told) => boolean) => Promise<Told>;
}

/** Reads what arrives at a receiver as messages. */
export function receiveMessages(receiver: HttpReceiver): ToldMessages {
  const messages: Told[] = [];
  const seen = new Set<string>();
  let waiting = new Set<() => void>();
  const pump = async (): Promise<void> => {
    for (let read = 0; ;) {
      await receiver.nextRequest();
      for (; read < receiver.requests.length; read++) {
        const request = receiver.requests[read];
        const path = request?.path ?? '';
        const body = JSON.parse(request?.body ?? 'null') as Notification;
        const key = `${path} ${body.incident?.id ?? ''} ${String(body.sequence)}`;
        if (!seen.has(key)) messages.push({ ...body, receivedAt: Date.now(), path });
        seen.add(key);
      }
      for (const wake of waiting) wake();
      waiting = new Set();
    }
  };
  void pump();
  return {
    messages,
    message: async (wanted) => {
      for (;;) {
        const found = messages.find(wanted);
        if (found !== undefined) return found;
        await new Promise<void>((wake) => waiting.add(wake));
      }
    },
  };
}
