import { z } from 'zod';
import type { Notification, NotificationEvent } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secret } from '../ports/fields.ts';
import { httpUrl } from './attempt/http-url.ts';
import { post } from './attempt/post.ts';
import { tlsField } from './attempt/tls-field.ts';
import { verdict } from './attempt/verdict.ts';
import { fittedPage } from './page/fitted.ts';
import type { PageContent } from './page/page-content.ts';
import { plainText } from './page/page-lines.ts';
import { templateField } from './page/template.ts';
import { webLink } from './page/web-link.ts';

const schema = z.strictObject({
  url: httpUrl().default('https://ntfy.sh'),
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'not a topic: letters, digits, - and _, at most 64'),
  token: secret().optional(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** A message of more than 4,096 bytes becomes a file; push services take 4 KB with the title and all. */
const MAX_BYTES = 3500;

/** 5 rings through "do not disturb" where the telephone allows it; 3 is as any other message. */
const PRIORITIES: Readonly<Record<NotificationEvent, number>> = {
  page: 5,
  ticket: 4,
  notice: 3,
  resolve: 3,
  update: 2,
  test: 3,
};

const TAGS: Readonly<Record<NotificationEvent, string>> = {
  page: 'rotating_light',
  ticket: 'warning',
  notice: 'information_source',
  update: 'memo',
  resolve: 'white_check_mark',
  test: 'bell',
};

/** Publishes to a topic of ntfy, where telephones listen. */
export const ntfy: ChannelKind<Options> = {
  name: 'ntfy',
  description: 'Publishes to a topic of ntfy.sh or of an ntfy server of your own; pages ring as urgent.',
  example: `kind: ntfy
url: https://ntfy.example
topic: tocsin-oncall
token: '\${env:NTFY_TOKEN}'
`,
  schema,
  deliver,
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => Buffer.byteLength(plainText(each)) <= MAX_BYTES);
  const { token } = options;
  const answer = await post({
    url: options.url,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'tocsin',
      ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
    },
    body: JSON.stringify(message(options.topic, notification, content)),
    ca: options.tls?.ca,
    signal: context.signal,
  });
  const secrets = token === undefined ? [] : [token];
  return verdict(answer, { tried: `publish to ${new URL(options.url).origin}`, now: context.now, secrets });
}

/** https://docs.ntfy.sh/publish/#publish-as-json. Without `markdown` everything in it is text. */
function message(topic: string, { event, incident }: Notification, content: PageContent) {
  const [title = '', ...lines] = plainText(content).split('\n');
  const click = webLink(incident?.links['incident'] ?? null);
  return {
    topic,
    title,
    message: lines.join('\n').trim() || content.context || title,
    priority: PRIORITIES[event],
    tags: [TAGS[event]],
    ...(click === undefined ? {} : { click }),
  };
}
