import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { callJson } from './attempt/call-json.ts';
import type { JsonAnswer } from './attempt/call-json.ts';
import { httpUrl } from './attempt/http-url.ts';
import { tlsField } from './attempt/tls-field.ts';
import { fittedPage } from './page/fitted.ts';
import { templateField } from './page/template.ts';
import { telegramHtml } from './telegram/html.ts';

const schema = z.strictObject({
  token: secret().refine((token) => /^\d+:[\w-]{20,}$/.test(token.reveal()), "not a bot's token: 123456:ABC…"),
  chat: z.union([z.int(), z.string().regex(/^(-?\d+|@\w+)$/, 'not a chat: its number, or @name of a public one')]),
  topic: z.int().min(1).optional(),
  template: templateField().optional(),
  url: httpUrl().default('https://api.telegram.org'),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** What a delivery leaves for the next one about the same incident: the message that later ones answer to. */
const threadSchema = z.object({ message: z.int() });

const answerSchema = z.looseObject({
  ok: z.boolean(),
  description: z.string().optional(),
  parameters: z.looseObject({ retry_after: z.number().optional() }).optional(),
  result: z.looseObject({ message_id: z.int() }).optional(),
});

/** A message has at most 4,096 characters after its markup is taken out; counting it is on the safe side. */
const MAX_CHARACTERS = 4096;
const MAX_RETRY_AFTER_S = 3600;

/** Sends to a Telegram chat by a bot; what happens later answers to the first message, and rings only if it must. */
export const telegram: ChannelKind<Options> = {
  name: 'telegram',
  description: 'Sends to a Telegram chat by a bot; later messages answer to the first, updates without a sound.',
  example: `kind: telegram
token: '\${env:TELEGRAM_BOT_TOKEN}'
chat: -1001234567890
`,
  schema,
  deliver,
  pace: { attempts: 18, perMs: 60_000 },
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => telegramHtml(each).length <= MAX_CHARACTERS);
  const first = threadSchema.safeParse(context.thread);
  const tried = `sendMessage to ${new URL(options.url).origin}`;
  const answer = await callJson({
    url: `${options.url.replace(/\/$/, '')}/bot${options.token.reveal()}/sendMessage`,
    body: {
      chat_id: options.chat,
      ...(options.topic === undefined ? {} : { message_thread_id: options.topic }),
      text: telegramHtml(content),
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      disable_notification: notification.event === 'update',
      ...(first.success
        ? { reply_parameters: { message_id: first.data.message, allow_sending_without_reply: true } }
        : {}),
    },
    ca: options.tls?.ca,
    context,
    tried,
    secrets: [options.token],
  });
  return told(answer, first.success ? first.data : undefined, tried);
}

/** Telegram says in the body for how long it wants to hear nothing (429), and gives the message a number. */
function told(
  { body, delivery }: JsonAnswer,
  first: z.output<typeof threadSchema> | undefined,
  tried: string,
): Delivery {
  const said = answerSchema.safeParse(body);
  const retryAfterS = said.data?.parameters?.retry_after;
  if (delivery.kind === 'retry' && retryAfterS !== undefined && retryAfterS > 0)
    return { ...delivery, afterMs: Math.min(retryAfterS, MAX_RETRY_AFTER_S) * 1000 };
  if (delivery.kind !== 'delivered') return delivery;
  if (said.data?.ok !== true) return { kind: 'retry', error: `${tried}: answered something that is not Telegram's` };
  const message = said.data.result?.message_id;
  if (message === undefined) return { kind: 'delivered', detail: 'sent' };
  return { kind: 'delivered', detail: `sent ${message}`, thread: first ?? { message } };
}
