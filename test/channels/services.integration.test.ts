import { describe, expect, test } from 'vitest';
import { NTFY_TOKEN, startNtfyServer } from '../servers/ntfy-server.ts';
import { ROBOT, startDingTalkRobot, startFeishuRobot, startWeComRobot } from '../servers/robot-server.ts';
import { SLACK, startSlackServer } from '../servers/slack-server.ts';
import { startTeamsServer } from '../servers/teams-server.ts';
import { startTelegramServer, TELEGRAM } from '../servers/telegram-server.ts';

/*
 * The services that channels are tested against refuse what the real ones refuse: a channel that sent it would
 * fail its tests, and not at night.
 */

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { connection: 'close', 'content-type': 'application/json', ...headers },
  });
  const text = await answer.text();
  return [answer.status, /^[{[]/.test(text) ? JSON.parse(text) : text];
}

const rich = (text: string) => [
  { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] },
];

describe('the Slack here', () => {
  test.each([
    ['an unknown token', 'chat.postMessage', { channel: SLACK.channel, blocks: rich('x') }, 'other', 'invalid_auth'],
    ['an unknown channel', 'chat.postMessage', { channel: 'C1', blocks: rich('x') }, SLACK.token, 'channel_not_found'],
    [
      'markup blocks',
      'chat.postMessage',
      { channel: SLACK.channel, blocks: [{ type: 'section' }] },
      SLACK.token,
      'invalid_blocks',
    ],
    ['an empty text', 'chat.postMessage', { channel: SLACK.channel, blocks: rich('') }, SLACK.token, 'invalid_blocks'],
    [
      'too long a text',
      'chat.postMessage',
      { channel: SLACK.channel, blocks: rich('x'.repeat(4001)) },
      SLACK.token,
      'msg_too_long',
    ],
    [
      'a message that is not there',
      'chat.update',
      { channel: SLACK.channel, ts: '1', blocks: rich('x') },
      SLACK.token,
      'message_not_found',
    ],
    [
      'a thread that is not there',
      'chat.postMessage',
      { channel: SLACK.channel, thread_ts: '1', blocks: rich('x') },
      SLACK.token,
      'thread_not_found',
    ],
  ])('refuses %s', async (_what, method, body, token, error) => {
    await using server = await startSlackServer();
    expect(await post(`${server.url}/${method}`, body, { authorization: `Bearer ${token}` })).toEqual([
      200,
      { ok: false, error },
    ]);
  });
});

describe('the Telegram here', () => {
  const said = (text: string) => ({ chat_id: TELEGRAM.chat, parse_mode: 'HTML', text });
  test.each([
    ['a bare <', 'a < b'],
    ['a bare &', 'a & b'],
    ['a tag that does not end', '<b>x'],
    ['tags that cross', '<b><i>x</b></i>'],
    ['a tag that it does not know', '<script>x</script>'],
    ['nothing', '<b></b>'],
    ['too long a text', 'x'.repeat(4097)],
  ])('refuses %s', async (_what, text) => {
    await using server = await startTelegramServer();
    const [status, body] = await post(`${server.url}/bot${TELEGRAM.token}/sendMessage`, said(text));
    expect([status, body]).toMatchObject([400, { ok: false }]);
  });

  test('calls whom a text names outside of code', async () => {
    await using server = await startTelegramServer();
    await post(`${server.url}/bot${TELEGRAM.token}/sendMessage`, said('@somebody <code>@nobody</code>'));
    expect(server.messages[0]?.mentions).toEqual(['somebody']);
  });
});

describe('the robots here', () => {
  test('refuse what is not signed', async () => {
    await using feishu = await startFeishuRobot();
    await using dingtalk = await startDingTalkRobot();
    expect(await post(feishu.url, { msg_type: 'post' })).toMatchObject([200, { code: 19021 }]);
    expect(await post(dingtalk.url, { msgtype: 'text' })).toMatchObject([200, { errcode: 310000 }]);
  });

  test('refuse a key that they do not know, and more bytes than they take', async () => {
    await using wecom = await startWeComRobot();
    const text = (content: string) => ({ msgtype: 'text', text: { content } });
    expect(await post(wecom.url.replace(ROBOT.key, 'x'), text('x'))).toMatchObject([200, { errcode: 93000 }]);
    expect(await post(wecom.url, text('签'.repeat(700)))).toMatchObject([200, { errcode: 40058 }]);
    expect(await post(wecom.url, text('签'.repeat(600)))).toMatchObject([200, { errcode: 0 }]);
  });
});

describe('the ntfy and the Teams here', () => {
  test('refuse strangers and what is too large', async () => {
    await using ntfy = await startNtfyServer();
    const message = { topic: 't', title: 'x', message: 'y'.repeat(5000), priority: 3 };
    expect((await post(ntfy.url, message))[0]).toBe(403);
    expect((await post(ntfy.url, message, { authorization: `Bearer ${NTFY_TOKEN}` }))[0]).toBe(413);
    await using teams = await startTeamsServer();
    expect((await post(`${teams.url}x`, {}))[0]).toBe(401);
    expect((await post(teams.url, { type: 'message', attachments: [], padding: 'x'.repeat(30_000) }))[0]).toBe(413);
    expect((await post(teams.url, { type: 'message', attachments: [] }))[0]).toBe(400);
  });
});
