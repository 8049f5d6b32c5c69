import { expect, test } from 'vitest';
import { telegram } from '../../src/channels/telegram.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import { startTelegramServer, TELEGRAM } from '../servers/telegram-server.ts';
import type { TelegramServer } from '../servers/telegram-server.ts';
import { incident, page, pageWith, resolve } from './samples/notifications.ts';

function deliver(server: TelegramServer, message: Notification, thread: unknown = null, more = {}): Promise<Delivery> {
  const options = telegram.schema.parse({ ...TELEGRAM, url: server.url, ...more });
  const signal = AbortSignal.timeout(10_000);
  return telegram.deliver(options, message, { signal, now: 0, idempotencyKey: 'rekor-3:1:bot', thread });
}

test('a page begins with what broke for whom; what comes later answers to it', async () => {
  await using server = await startTelegramServer();
  const first = await deliver(server, page);
  expect(first).toMatchObject({ kind: 'delivered', thread: { message: 1 } });
  const thread = first.kind === 'delivered' ? first.thread : undefined;
  await deliver(server, { ...page, event: 'update' }, thread);
  await deliver(server, resolve, thread);
  expect(server.messages.map(({ answersTo, silent }) => [answersTo, silent])).toEqual([
    [undefined, false],
    [1, true],
    [1, false],
  ]);
  expect(server.messages[0]?.shown).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
});

test('a first message that is gone is no reason not to tell the rest', async () => {
  await using server = await startTelegramServer();
  expect(await deliver(server, resolve, { message: 4711 })).toMatchObject({ kind: 'delivered' });
});

test('what a target wrote is text, and calls nobody', async () => {
  await using server = await startTelegramServer();
  const hostile = '</b><a href="tg://user?id=1">x</a> &lt; @everyone_here <script> \u202e';
  expect(
    await deliver(server, pageWith({ title: hostile, root: { ...incident.root, message: hostile } })),
  ).toMatchObject({
    kind: 'delivered',
  });
  expect(server.messages[0]?.shown).toContain(
    '</b><a href="tg://user?id=1">x</a> &lt; @everyone_here <script> \\u{202e}',
  );
  expect(server.messages[0]?.mentions).toEqual([]);
});

test('a huge incident is cut to 4,096 characters and keeps its first line and its link', async () => {
  await using server = await startTelegramServer();
  const impact = Array.from({ length: 500 }, () => ({ ...incident.impact[0]!, effect: '<&>'.repeat(500) }));
  expect(await deliver(server, pageWith({ impact }))).toMatchObject({ kind: 'delivered' });
  expect(server.messages[0]?.shown).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
  expect(server.messages[0]?.shown).toContain('https://tocsin.example/incidents/rekor-3');
});

test('waits for as long as the body asks', async () => {
  await using server = await startTelegramServer();
  const body = JSON.stringify({ ok: false, error_code: 429, parameters: { retry_after: 31 } });
  server.receiver.react = { kind: 'answer', status: 429, body };
  expect(await deliver(server, page)).toMatchObject({ kind: 'retry', afterMs: 31_000 });
});

test.each([
  ['a token that is not known', { token: '654321:AAAA-bbbb-CCCC-dddd-eeee' }],
  ['a chat that is not known', { chat: -5 }],
])('%s is final', async (_why, more) => {
  await using server = await startTelegramServer();
  expect(await deliver(server, page, null, more)).toMatchObject({ kind: 'failed' });
});
