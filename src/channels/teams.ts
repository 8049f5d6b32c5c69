import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { originOf, secretHttpUrl, secretsOf } from './attempt/http-url.ts';
import { post } from './attempt/post.ts';
import { tlsField } from './attempt/tls-field.ts';
import { verdict } from './attempt/verdict.ts';
import { fittedPage } from './page/fitted.ts';
import type { PageContent } from './page/page-content.ts';
import { templateField } from './page/template.ts';
import { adaptiveCard } from './teams/adaptive-card.ts';

const schema = z.strictObject({
  url: secretHttpUrl(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** Teams takes 28 KB a message, with what Workflows puts around ours. */
const MAX_BYTES = 24 * 1024;

/** Posts a card to a Teams channel or chat, by a workflow that was made there. */
export const teams: ChannelKind<Options> = {
  name: 'teams',
  description: 'Posts an Adaptive Card to Microsoft Teams by a Workflows webhook; one card a message.',
  example: `kind: teams
url: '\${env:TEAMS_WORKFLOW_URL}'
`,
  schema,
  deliver,
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => Buffer.byteLength(body(each)) <= MAX_BYTES);
  const answer = await post({
    url: options.url.reveal(),
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'tocsin' },
    body: body(content),
    ca: options.tls?.ca,
    signal: context.signal,
  });
  const tried = `POST to ${originOf(options.url)}`;
  return verdict(answer, { tried, now: context.now, secrets: secretsOf(options.url) });
}

/** What a workflow that begins with "when a Teams webhook request is received" takes. */
function body(content: PageContent): string {
  const attachment = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content: adaptiveCard(content),
  };
  return JSON.stringify({ type: 'message', summary: content.subject, attachments: [attachment] });
}
