import { z } from 'zod';
import type { Notification } from '../model/notification.ts';
import type { ChannelKind, DeliverContext, Delivery } from '../ports/channel-kind.ts';
import { secretHttpUrl } from './attempt/http-url.ts';
import { tellRobot } from './attempt/tell-robot.ts';
import type { RobotWords } from './attempt/tell-robot.ts';
import { tlsField } from './attempt/tls-field.ts';
import { fittedPage } from './page/fitted.ts';
import type { PageContent } from './page/page-content.ts';
import { plainText } from './page/page-lines.ts';
import { templateField } from './page/template.ts';
import { withoutMentions } from './page/without-mentions.ts';

const schema = z.strictObject({
  url: secretHttpUrl(),
  template: templateField().optional(),
  tls: tlsField(),
});

type Options = z.output<typeof schema>;

/** A text message may have so many bytes of UTF-8. */
const MAX_BYTES = 2048;

/** 45009 and 45033: called too often, too many at once. -1: the service is busy. 93000: there is no such robot. */
const ROBOT: RobotWords = {
  code: 'errcode',
  words: 'errmsg',
  limited: new Set([45009, 45033]),
  passing: new Set([-1]),
};

/** Posts to a WeCom group by a group robot. Its address holds its key; there is nothing else to sign with. */
export const wecom: ChannelKind<Options> = {
  name: 'wecom',
  description: 'Posts plain text to a WeCom (WeChat Work) group by a group robot; one message each.',
  example: `kind: wecom
url: '\${env:WECOM_ROBOT_URL}'
`,
  schema,
  deliver,
  pace: { attempts: 18, perMs: 60_000 },
};

/** As text: WeCom documents no way to escape its Markdown. */
async function deliver(options: Options, notification: Notification, context: DeliverContext): Promise<Delivery> {
  const content = fittedPage(notification, options.template, (each) => Buffer.byteLength(textOf(each)) <= MAX_BYTES);
  const { url, tls } = options;
  return await tellRobot(ROBOT, {
    url,
    body: { msgtype: 'text', text: { content: textOf(content) } },
    ca: tls?.ca,
    context,
    secrets: [],
  });
}

function textOf(content: PageContent): string {
  return withoutMentions(plainText(content));
}
