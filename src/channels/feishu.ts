import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { Secret } from '../model/secret.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secret as secretField } from '../ports/fields.ts';
import { secretHttpUrl } from './attempt/http-url.ts';
import { tellRobot } from './attempt/tell-robot.ts';
import type { RobotWords } from './attempt/tell-robot.ts';
import { tlsField } from './attempt/tls-field.ts';
import { fittedPage } from './page/fitted.ts';
import type { PageContent } from './page/page-content.ts';
import { pageLines } from './page/page-lines.ts';
import type { Span } from './page/page-lines.ts';
import { templateField } from './page/template.ts';
import { withoutMentions } from './page/without-mentions.ts';

const schema = z.strictObject({
  url: secretHttpUrl(),
  secret: secretField().optional(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** A robot takes 20 KB a request. */
const MAX_BYTES = 18 * 1024;

/** 9499 is also said of requests that it cannot read, but ours are not. 19001 (no such robot), 19021 (signature), 19022 (address) and 19024 (keyword) stay. */
const ROBOT: RobotWords = {
  code: 'code',
  words: 'msg',
  limited: new Set([9499, 11232, 11233, 99991400]),
  passing: new Set([1500, 55001]),
};

/** Posts to a Feishu or Lark group by a custom robot. */
export const feishu: ChannelKind<Options> = {
  name: 'feishu',
  description: 'Posts to a Feishu (Lark) group by a custom robot, signed; one message each.',
  example: `kind: feishu
url: '\${env:FEISHU_ROBOT_URL}'
secret: '\${env:FEISHU_ROBOT_SECRET}'
`,
  schema,
  deliver,
  pace: { attempts: 90, perMs: 60_000 },
};

async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(
    notification,
    options.template,
    (each) => Buffer.byteLength(JSON.stringify(message(each))) <= MAX_BYTES,
  );
  const { url, secret, tls } = options;
  return await tellRobot(ROBOT, {
    url,
    body: { ...(secret === undefined ? {} : signature(secret, context.now)), ...message(content) },
    ca: tls?.ca,
    context,
    secrets: secret === undefined ? [] : [secret],
  });
}

/** The key is `timestamp`, a line break and the secret; what is signed is empty. The timestamp is in seconds. */
function signature(key: Secret, now: number): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(now / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${key.reveal()}`).update('').digest('base64') };
}

/** A "post": a title, and lines of texts and links. */
function message(content: PageContent) {
  const [first = [], ...lines] = pageLines(content);
  const title = withoutMentions(first.map((span) => (span.kind === 'text' ? span.text : span.url)).join(''));
  const paragraphs = lines.map((line) => (line.length === 0 ? [{ tag: 'text', text: '' }] : line.map(tag)));
  return { msg_type: 'post', content: { post: { en_us: { title, content: paragraphs } } } };
}

function tag(span: Span): { readonly tag: string; readonly text: string; readonly href?: string } {
  if (span.kind === 'link') return { tag: 'a', text: span.url, href: span.url };
  return { tag: 'text', text: withoutMentions(span.text) };
}
