import { createHmac } from 'node:crypto';
import { startHttpReceiver } from './http-receiver.ts';
import type { HttpReceiver, ReceivedRequest, ServiceAnswer } from './http-receiver.ts';

/** A group robot's address; `receiver.react` is its fault switch. */
export interface RobotServer extends AsyncDisposable {
  /** With the robot's key in it. */
  readonly url: string;
  readonly receiver: HttpReceiver;
  /** What the group saw, as text. */
  readonly messages: readonly string[];
  readonly serve: (how?: { loseAnswer: boolean }) => void;
}

/** Secrets of the robots here. */
export const ROBOT = { key: 'robot-key-0123456789abcdef', secret: 'SEC-robot-secret-7a7a' } as const;

type Take = (request: ReceivedRequest, taken: readonly string[]) => { readonly body: object; readonly shown?: string };

/** Feishu's custom robot: signed in the body, 20 KB, 100 messages (in its minute, which never ends here). */
export function startFeishuRobot(): Promise<RobotServer> {
  return startRobot(`/open-apis/bot/v2/hook/${ROBOT.key}`, ({ path, body }, taken) => {
    if (path !== `/open-apis/bot/v2/hook/${ROBOT.key}`) return { body: { code: 19001, msg: 'param invalid' } };
    const said = JSON.parse(body) as {
      timestamp?: string;
      sign?: string;
      msg_type: string;
      content: { post: { en_us: { title: string; content: { tag: string; text: string; href?: string }[][] } } };
    };
    const sign = createHmac('sha256', `${said.timestamp ?? ''}\n${ROBOT.secret}`)
      .update('')
      .digest('base64');
    if (said.sign !== sign)
      return { body: { code: 19021, msg: 'sign match fail or timestamp is not within one hour' } };
    if (Buffer.byteLength(body) > 20 * 1024) return { body: { code: 9499, msg: 'Bad Request' } };
    if (taken.length >= 100) return { body: { code: 11232, msg: 'frequency limited' } };
    if (said.msg_type !== 'post') return { body: { code: 9499, msg: 'Bad Request' } };
    const { title, content } = said.content.post.en_us;
    const lines = content.map((line) =>
      line.map(({ tag, text, href }) => (tag === 'a' ? (href ?? '') : text)).join(''),
    );
    return { body: { code: 0, msg: 'success', data: {} }, shown: [title, ...lines].join('\n') };
  });
}

/** DingTalk's custom robot: signed in the address, 20 messages. */
export function startDingTalkRobot(): Promise<RobotServer> {
  return startRobot(`/robot/send?access_token=${ROBOT.key}`, ({ path, body }, taken) => {
    const { searchParams } = new URL(path, 'http://dingtalk');
    if (searchParams.get('access_token') !== ROBOT.key)
      return { body: { errcode: 300005, errmsg: 'token is not exist' } };
    const text = `${searchParams.get('timestamp') ?? ''}\n${ROBOT.secret}`;
    const sign = createHmac('sha256', ROBOT.secret).update(text).digest('base64');
    if (searchParams.get('sign') !== sign) return { body: { errcode: 310000, errmsg: 'sign not match' } };
    if (taken.length >= 20) return { body: { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' } };
    const said = JSON.parse(body) as { msgtype: string; text: { content: string }; at?: { isAtAll?: boolean } };
    if (said.msgtype !== 'text' || said.at?.isAtAll === true) return { body: { errcode: 400101, errmsg: 'not so' } };
    return { body: { errcode: 0, errmsg: 'ok' }, shown: said.text.content };
  });
}

/** WeCom's group robot: 2,048 bytes of text, 20 messages. */
export function startWeComRobot(): Promise<RobotServer> {
  return startRobot(`/cgi-bin/webhook/send?key=${ROBOT.key}`, ({ path, body }, taken) => {
    const { searchParams } = new URL(path, 'http://wecom');
    if (searchParams.get('key') !== ROBOT.key) return { body: { errcode: 93000, errmsg: 'invalid webhook url' } };
    if (taken.length >= 20) return { body: { errcode: 45009, errmsg: 'api freq out of limit' } };
    const said = JSON.parse(body) as { msgtype: string; text: { content: string } };
    if (said.msgtype !== 'text') return { body: { errcode: 40008, errmsg: 'invalid message type' } };
    if (Buffer.byteLength(said.text.content) > 2048) return { body: { errcode: 40058, errmsg: 'content too long' } };
    return { body: { errcode: 0, errmsg: 'ok' }, shown: said.text.content };
  });
}

async function startRobot(path: string, take: Take): Promise<RobotServer> {
  const messages: string[] = [];
  const serve = (request: ReceivedRequest): ServiceAnswer => {
    const { body, shown } = take(request, messages);
    if (shown !== undefined) messages.push(shown);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  };
  const receiver = await startHttpReceiver({ kind: 'serve', serve });
  return {
    url: `${receiver.url}${path}`,
    receiver,
    messages,
    serve: ({ loseAnswer } = { loseAnswer: false }) => {
      receiver.react = { kind: 'serve', serve, loseAnswer };
    },
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}
