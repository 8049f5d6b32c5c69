import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery, Receipt } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { httpUrl } from './attempt/http-url.ts';
import { tlsField } from './attempt/tls-field.ts';
import { fittedPage } from './page/fitted.ts';
import type { PageContent } from './page/page-content.ts';
import { plainText } from './page/page-lines.ts';
import { templateField } from './page/template.ts';
import { blocks, fallbackText } from './slack/blocks.ts';
import { callSlack } from './slack/call-slack.ts';
import type { SlackAccess, SlackAnswer } from './slack/call-slack.ts';

const schema = z.strictObject({
  token: secret(),
  channel: z.string().min(1).max(80),
  mention: z
    .array(z.string().regex(/^(here|channel|[UWS][A-Z0-9]{2,20})$/, "not here, channel, or a user's or group's id"))
    .max(10)
    .default([]),
  template: templateField().optional(),
  url: httpUrl().default('https://slack.com/api'),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** What a delivery leaves for the next one about the same incident: where its message stands. */
const threadSchema = z.object({ channel: z.string().min(1).max(80), ts: z.string().min(1).max(80) });

type Thread = z.output<typeof threadSchema>;

/** Of the 4,000 characters that Slack asks for, with room for its own counting. */
const MAX_CHARACTERS = 3500;
/** The message cannot be edited any more: it was deleted, or is too old. A new one takes its place. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'channel_not_found']);

/** Posts one message an incident and keeps it true, with what happened since in its thread. */
export const slack: ChannelKind<Options> = {
  name: 'slack',
  description: 'Posts one Slack message an incident, edits it, and tells what happened since in its thread.',
  example: `kind: slack
token: '\${env:SLACK_BOT_TOKEN}'
channel: C0123456789
mention: [here] # at pages only
`,
  schema,
  deliver,
  receipt,
  pace: { attempts: 30, perMs: 60_000 },
};

/**
 * The first message of an incident is posted; a later one edits it and then answers in its thread. A page about
 * something that was told more quietly before is shown in the channel as well, since edits ring nobody. When
 * the second call fails both are made again: editing twice is harmless.
 */
async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => plainText(each).length <= MAX_CHARACTERS);
  const mentions = notification.event === 'page' ? options.mention : [];
  const said = { text: fallbackText(content), blocks: blocks(content, mentions), ...QUIET };
  const thread = threadSchema.safeParse(context.thread);
  if (!thread.success || notification.event === 'test') return await posted(options, said, context);
  const { channel, ts } = thread.data;
  const edited = await callSlack(access(options), 'chat.update', { body: { channel, ts, ...said } }, context);
  if (edited.kind === 'refused' && GONE.has(edited.code)) return await posted(options, said, context);
  if (edited.kind !== 'ok') return edited.delivery;
  const reply = { ...said, blocks: blocks(news(notification, content), mentions), channel, thread_ts: ts };
  const broadcast = notification.event === 'page' ? { reply_broadcast: true } : {};
  const answered = await callSlack(access(options), 'chat.postMessage', { body: { ...reply, ...broadcast } }, context);
  if (answered.kind !== 'ok') return answered.delivery;
  return { kind: 'delivered', detail: `edited ${ts}, answered in its thread`, thread: thread.data };
}

/** Nothing unfolds, and no name in a text becomes a mention. */
const QUIET = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const;

async function posted(options: Options, said: object, context: DeliverContext): Promise<Delivery> {
  const body = { channel: options.channel, ...said };
  const answer = await callSlack(access(options), 'chat.postMessage', { body }, context);
  if (answer.kind !== 'ok') return answer.delivery;
  const thread = threadSchema.safeParse(answer.body);
  // Taken, but nobody knows where it stands: a later message is then posted anew.
  if (!thread.success) return { kind: 'delivered', detail: 'posted' };
  return { kind: 'delivered', detail: `posted ${thread.data.ts}`, thread: thread.data };
}

/** What is new since the last message: the whole stands in the message above. */
function news({ event, reason }: Notification, content: PageContent): PageContent {
  if (event === 'page') return content;
  const sections = content.sections.filter(({ about }) => about === 'times' || about === 'own-words');
  const why: PageContent['sections'] =
    reason === '' ? [] : content.sections.filter(({ about }) => about === 'belief').map(lastItem);
  return { ...content, context: '', sections: event === 'resolve' ? sections : why };
}

/** The reason for this very message is said last. */
function lastItem(section: PageContent['sections'][number]): PageContent['sections'][number] {
  return { ...section, items: section.items.slice(-1) };
}

/** Asks for the message's link, which needs no scope beyond that of posting. */
async function receipt(options: Options, _notification: Notification, context: DeliverContext): Promise<Receipt> {
  const thread = threadSchema.safeParse(context.thread);
  if (!thread.success) return { kind: 'missing', error: 'chat.postMessage did not say where the message stands' };
  const query = queryOf(thread.data);
  return received(await callSlack(access(options), 'chat.getPermalink', { query }, context));
}

function received(answer: SlackAnswer): Receipt {
  if (answer.kind === 'ok') return { kind: 'seen' };
  const error = answer.delivery.kind === 'delivered' ? '' : answer.delivery.error;
  return { kind: answer.kind === 'refused' && answer.delivery.kind === 'failed' ? 'missing' : 'unanswered', error };
}

function queryOf({ channel, ts }: Thread): Readonly<Record<string, string>> {
  return { channel, message_ts: ts };
}

function access({ url, token, tls }: Options): SlackAccess {
  return { url, token, ca: tls?.ca };
}
