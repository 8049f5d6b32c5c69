import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Notification } from '../../model/notification.ts';

/** What a mail leaves for the next one about the same incident: the first one's Message-ID and the last one's. */
export const mailThread = z.object({ first: z.string().max(400), last: z.string().max(400) });

/** What a mail leaves for the next one about the same incident. */
export type MailThread = z.output<typeof mailThread>;

/** The identification fields of a mail (RFC 5322, section 3.6.4), angle brackets included. */
export interface Identification {
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly thread: MailThread;
}

/**
 * The first mail about an incident has a Message-ID made of the incident alone, a later one of the incident and
 * the message's sequence, answering to the first. So an attempt that is made again, because nobody knows
 * whether the last one arrived, has the same Message-ID, and mail programs show it once.
 */
export function identification(
  notification: Notification,
  domain: string,
  thread: unknown,
  key: string,
): Identification {
  const { incident, instance, sequence } = notification;
  const parsed = mailThread.safeParse(thread);
  const subject = incident === null ? `test:${key}` : `${incident.id}:${incident.generation}`;
  const stem = `tocsin.${token(instance, notification.drill ? `drill:${subject}` : subject)}`;
  if (!parsed.success || incident === null) {
    const messageId = `<${stem}@${domain}>`;
    return { messageId, thread: { first: messageId, last: messageId } };
  }
  const { first, last } = parsed.data;
  const messageId = `<${stem}.${sequence}@${domain}>`;
  return {
    messageId,
    inReplyTo: first,
    references: first === last ? [first] : [first, last],
    thread: { first, last: messageId },
  };
}

/** A readable and unique dot-atom: ids hold characters (`:`, `/`) that a Message-ID may not. */
function token(instance: string, subject: string): string {
  const readable = `${instance}.${subject}`.replace(/[^A-Za-z0-9-]+/g, '.').replace(/^\.|\.$/g, '');
  const hash = createHash('sha256')
    .update(JSON.stringify([instance, subject]))
    .digest('hex')
    .slice(0, 12);
  return `${readable.slice(0, 80).replace(/\.$/, '')}.${hash}`;
}
