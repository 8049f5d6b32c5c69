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
import { plainText } from './page/page-lines.ts';
import { templateField } from './page/template.ts';

const schema = z.strictObject({
  url: secretHttpUrl(),
  secret: secretField().optional(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** A robot takes 20,000 bytes a request; nobody reads more than this on a telephone. */
const MAX_BYTES = 5000;

/** 130101 and 410100: sent too often (nothing is taken for ten minutes then). -1: the service is busy. */
const ROBOT: RobotWords = {
  code: 'errcode',
  words: 'errmsg',
  limited: new Set([130101, 410100, 90018]),
  passing: new Set([-1, -2]),
};

/** Posts to a DingTalk group by a custom robot. */
export const dingtalk: ChannelKind<Options> = {
  name: 'dingtalk',
  description: 'Posts plain text to a DingTalk group by a custom robot, signed; one message each.',
  example: `kind: dingtalk
url: '\${env:DINGTALK_ROBOT_URL}'
secret: '\${env:DINGTALK_ROBOT_SECRET}'
`,
  schema,
  deliver,
  pace: { attempts: 18, perMs: 60_000 },
};

/** As text: DingTalk documents no way to escape its Markdown, and text is shown as it is. */
async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => Buffer.byteLength(plainText(each)) <= MAX_BYTES);
  const { url, secret, tls } = options;
  return await tellRobot(ROBOT, {
    url,
    signedUrl: signed(url, secret, context.now),
    body: { msgtype: 'text', text: { content: plainText(content) }, at: { isAtAll: false } },
    ca: tls?.ca,
    context,
    secrets: secret === undefined ? [] : [secret],
  });
}

/** The signature, over the timestamp in milliseconds, a line break and the secret, stands in the address. */
function signed(url: Secret, key: Secret | undefined, now: number): string {
  if (key === undefined) return url.reveal();
  const signature = createHmac('sha256', key.reveal()).update(`${now}\n${key.reveal()}`).digest('base64');
  const address = new URL(url.reveal());
  address.searchParams.set('timestamp', String(now));
  address.searchParams.set('sign', signature);
  return address.href;
}
