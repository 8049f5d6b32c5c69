import { describe, expect, test } from 'vitest';
import { dingtalk } from '../../src/channels/dingtalk.ts';
import { feishu } from '../../src/channels/feishu.ts';
import { wecom } from '../../src/channels/wecom.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import { ROBOT, startDingTalkRobot, startFeishuRobot, startWeComRobot } from '../servers/robot-server.ts';
import type { RobotServer } from '../servers/robot-server.ts';
import { incident, page, pageWith } from './samples/notifications.ts';

interface Robot {
  readonly name: string;
  readonly start: () => Promise<RobotServer>;
  readonly deliver: (server: RobotServer, message: Notification, secret?: string) => Promise<Delivery>;
  /** What in a text would call somebody. */
  readonly calls: RegExp;
  /** What it takes in a minute. */
  readonly limit: number;
}

const context = () => ({
  signal: AbortSignal.timeout(10_000),
  now: 1_763_694_754_000,
  idempotencyKey: 'k',
  thread: null,
});

const ROBOTS: readonly Robot[] = [
  {
    name: 'feishu',
    start: startFeishuRobot,
    deliver: ({ url }, message, secret = ROBOT.secret) =>
      feishu.deliver(feishu.schema.parse({ url, secret }), message, context()),
    calls: /<at|<@/,
    limit: 100,
  },
  {
    name: 'dingtalk',
    start: startDingTalkRobot,
    deliver: ({ url }, message, secret = ROBOT.secret) =>
      dingtalk.deliver(dingtalk.schema.parse({ url, secret }), message, context()),
    // DingTalk calls whom a message lists beside its text.
    calls: /^$/,
    limit: 20,
  },
  {
    name: 'wecom',
    start: startWeComRobot,
    deliver: ({ url }, message) => wecom.deliver(wecom.schema.parse({ url }), message, context()),
    calls: /<@/,
    limit: 20,
  },
];

describe.each(ROBOTS.map((robot) => [robot.name, robot] as const))('%s', (_name, robot) => {
  test('takes a page, which begins with what broke for whom', async () => {
    await using server = await robot.start();
    expect(await robot.deliver(server, page)).toMatchObject({ kind: 'delivered' });
    expect(server.messages[0]).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
    expect(server.messages[0]).toContain('not affected: dis.verify, harbor.pull');
  });

  test('that was sent too much is left alone for a minute', async () => {
    await using server = await robot.start();
    for (let sent = 0; sent < robot.limit; sent++) await robot.deliver(server, page);
    expect(await robot.deliver(server, page)).toMatchObject({ kind: 'retry', afterMs: 60_000 });
  });

  test('that is not known is final, and its key is not shown', async () => {
    await using server = await robot.start();
    const stranger = { ...server, url: server.url.replace(ROBOT.key, 'another-key-000000') };
    const outcome = await robot.deliver(stranger, page);
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(JSON.stringify(outcome)).not.toContain('another-key-000000');
  });

  test('shows what a target wrote as text, and calls nobody', async () => {
    await using server = await robot.start();
    const hostile = '<at user_id="all">all</at> <@all> @all **b** [x](https://evil.example)\u202e';
    await robot.deliver(server, pageWith({ title: hostile, root: { ...incident.root, message: hostile } }));
    expect(server.messages[0]).toContain('**b** [x](https://evil.example)\\u{202e}');
    expect(server.messages[0]).not.toMatch(robot.calls);
  });

  test('gets a huge incident cut to what it takes, with the first line whole and the incident’s link', async () => {
    await using server = await robot.start();
    const impact = Array.from({ length: 500 }, () => ({ ...incident.impact[0]!, effect: '无法签名'.repeat(500) }));
    const root = { ...incident.root, message: 'x'.repeat(100_000) };
    expect(await robot.deliver(server, pageWith({ impact, root }))).toMatchObject({ kind: 'delivered' });
    expect(server.messages[0]).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
    expect(server.messages[0]).toContain('https://tocsin.example/incidents/rekor-3');
  });
});

test.each(ROBOTS.filter(({ name }) => name !== 'wecom').map((robot) => [robot.name, robot] as const))(
  'a wrong secret of %s is final: it will not be right the next time',
  async (_name, robot) => {
    await using server = await robot.start();
    const outcome = await robot.deliver(server, page, 'SEC-wrong-secret');
    expect(outcome).toMatchObject({ kind: 'failed', error: expect.stringContaining('sign') });
  },
);
