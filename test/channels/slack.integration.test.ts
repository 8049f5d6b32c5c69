import { expect, test } from 'vitest';
import { slack } from '../../src/channels/slack.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { DeliverContext, Delivery } from '../../src/ports/channel-kind.ts';
import { SLACK, startSlackServer } from '../servers/slack-server.ts';
import type { SlackServer } from '../servers/slack-server.ts';
import { incident, page, pageWith, resolve, test as testMessage } from './samples/notifications.ts';

function context(thread: unknown = null): DeliverContext {
  return { signal: AbortSignal.timeout(10_000), now: 0, idempotencyKey: 'rekor-3:1:chat', thread };
}

function deliver(server: SlackServer, message: Notification, thread: unknown = null, more = {}): Promise<Delivery> {
  return slack.deliver(slack.schema.parse({ ...SLACK, url: server.url, ...more }), message, context(thread));
}

function threadOf(delivery: Delivery): unknown {
  return delivery.kind === 'delivered' ? delivery.thread : undefined;
}

const update: Notification = { ...page, event: 'update', sequence: 2, reason: 'cd.deploy is down as well' };

test('a page is one message that begins with what broke for whom', async () => {
  await using server = await startSlackServer();
  expect(await deliver(server, page)).toMatchObject({
    kind: 'delivered',
    thread: { channel: SLACK.channel, ts: server.messages[0]?.ts },
  });
  expect(server.messages).toHaveLength(1);
  expect(server.messages[0]?.shown.split('\n')[0]).toBe('■ no image can be signed: rekor answers with the wrong key');
  expect(server.messages[0]?.text).toMatch(/^page: no image can be signed/);
});

test('an update edits the message and says in its thread what is new', async () => {
  await using server = await startSlackServer();
  const thread = threadOf(await deliver(server, page));
  await deliver(server, update, thread);
  const [first, second] = server.messages;
  expect(first).toMatchObject({ edits: 1 });
  expect(first?.shown).toContain('cd.deploy is down as well');
  expect(second).toMatchObject({ threadTs: first?.ts, broadcast: false });
  expect(second?.shown).toContain('cd.deploy is down as well');
  expect(second?.shown).not.toContain('not affected');
});

test('a resolve leaves one message that says it is over, and says so in its thread', async () => {
  await using server = await startSlackServer();
  const thread = threadOf(await deliver(server, page));
  await deliver(server, resolve, thread);
  expect(server.messages.map(({ shown }) => shown.split('\n')[0])).toEqual([
    '● ended after 20 min 10 s: no image can be signed: rekor answers with the wrong key',
    '● ended after 20 min 10 s: no image can be signed: rekor answers with the wrong key',
  ]);
});

test('a ticket that rises to a page is shown in the channel, since edits ring nobody', async () => {
  await using server = await startSlackServer();
  const thread = threadOf(await deliver(server, { ...page, event: 'ticket' }, null, { mention: ['here'] }));
  expect(server.messages[0]?.mentions).toEqual([]);
  await deliver(server, { ...page, sequence: 2 }, thread, { mention: ['here', 'S0123'] });
  expect(server.messages[1]).toMatchObject({ broadcast: true, mentions: ['here', 'S0123'] });
});

test('a message that somebody deleted is posted anew', async () => {
  await using server = await startSlackServer();
  const thread = threadOf(await deliver(server, page));
  server.remove(server.messages[0]?.ts ?? '');
  expect(await deliver(server, update, thread)).toMatchObject({
    kind: 'delivered',
    thread: { ts: expect.any(String) },
  });
  expect(server.messages).toHaveLength(1);
});

test('an edit whose answer was lost is made again, and the thread hears it once', async () => {
  await using server = await startSlackServer();
  const thread = threadOf(await deliver(server, page));
  server.serve({ loseAnswer: true });
  expect(await deliver(server, update, thread)).toMatchObject({ kind: 'retry' });
  server.serve();
  expect(await deliver(server, update, thread)).toMatchObject({ kind: 'delivered' });
  expect(server.messages.map(({ threadTs }) => threadTs)).toEqual([undefined, server.messages[0]?.ts]);
});

test.each([
  ['invalid_auth', { token: 'xoxb-other' }, 'failed'],
  ['channel_not_found', { channel: 'C999' }, 'failed'],
] as const)('%s is final', async (code, more, kind) => {
  await using server = await startSlackServer();
  expect(await deliver(server, page, null, more)).toEqual({
    kind,
    error: `chat.postMessage to ${new URL(server.url).origin}: ${code}`,
  });
});

test.each(['internal_error', 'ratelimited', 'service_unavailable'])('%s may be tried again', async (code) => {
  await using server = await startSlackServer();
  server.receiver.react = { kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error: code }) };
  expect(await deliver(server, page)).toMatchObject({ kind: 'retry' });
});

test('what a target wrote calls nobody and formats nothing', async () => {
  await using server = await startSlackServer();
  const hostile = '<!everyone> @here <@U123> *bold* <https://evil.example|click> \u202egnp.exe\u0007';
  await deliver(server, pageWith({ title: hostile, root: { ...incident.root, message: hostile } }));
  const [message] = server.messages;
  expect(message?.mentions).toEqual([]);
  expect(message?.shown).toContain(
    '<!everyone> @here <@U123> *bold* <https://evil.example|click> \\u{202e}gnp.exe\\u{7}',
  );
  expect(message?.text).toContain('&lt;!everyone&gt;');
});

test('a huge incident is cut to what Slack takes, and keeps its first line', async () => {
  await using server = await startSlackServer();
  const impact = Array.from({ length: 2000 }, () => ({ ...incident.impact[0]!, effect: 'e'.repeat(5000) }));
  const root = { ...incident.root, message: 'x'.repeat(100_000), got: 'y'.repeat(100_000) };
  expect(await deliver(server, pageWith({ impact, root }))).toMatchObject({ kind: 'delivered' });
  const shown = server.messages[0]?.shown ?? '';
  expect(shown).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
  expect(shown).toContain('shortened');
  expect(shown).toContain('https://tocsin.example/incidents/rekor-3');
});

test('a receipt is the message’s link; a message that is gone is missing', async () => {
  await using server = await startSlackServer();
  const thread = threadOf(await deliver(server, testMessage));
  const options = slack.schema.parse({ ...SLACK, url: server.url });
  expect(await slack.receipt?.(options, testMessage, context(thread))).toEqual({ kind: 'seen' });
  server.remove(server.messages[0]?.ts ?? '');
  expect(await slack.receipt?.(options, testMessage, context(thread))).toMatchObject({ kind: 'missing' });
  server.receiver.react = { kind: 'drop' };
  expect(await slack.receipt?.(options, testMessage, context(thread))).toMatchObject({ kind: 'unanswered' });
});
