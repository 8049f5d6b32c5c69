import { expect, test } from 'vitest';
import { ntfy } from '../../src/channels/ntfy.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import { NTFY_TOKEN, startNtfyServer } from '../servers/ntfy-server.ts';
import type { NtfyServer } from '../servers/ntfy-server.ts';
import { incident, page, pageWith, resolve, test as testMessage } from './samples/notifications.ts';

function deliver({ url }: NtfyServer, message: Notification, token = NTFY_TOKEN): Promise<Delivery> {
  const signal = AbortSignal.timeout(10_000);
  const options = ntfy.schema.parse({ url, topic: 'tocsin', token });
  return ntfy.deliver(options, message, { signal, now: 0, idempotencyKey: 'k', thread: null });
}

test('a page rings as urgent, its title is what broke for whom, and a tap opens the incident', async () => {
  await using server = await startNtfyServer();
  expect(await deliver(server, page)).toMatchObject({ kind: 'delivered' });
  expect(server.messages[0]).toMatchObject({
    topic: 'tocsin',
    title: '■ no image can be signed: rekor answers with the wrong key',
    priority: 5,
    click: 'https://tocsin.example/incidents/rekor-3',
  });
});

test.each([
  ['ticket', 4],
  ['update', 2],
  ['resolve', 3],
] as const)('a %s rings at priority %i', async (event, priority) => {
  await using server = await startNtfyServer();
  await deliver(server, event === 'resolve' ? resolve : { ...page, event });
  expect(server.messages[0]?.priority).toBe(priority);
});

test('a test has something below its title', async () => {
  await using server = await startNtfyServer();
  expect(await deliver(server, { ...testMessage, reason: '' })).toMatchObject({ kind: 'delivered' });
});

test('a huge incident stays a message, and keeps its first line', async () => {
  await using server = await startNtfyServer();
  const impact = Array.from({ length: 2000 }, () => ({ ...incident.impact[0]!, effect: 'é'.repeat(5000) }));
  expect(await deliver(server, pageWith({ impact }))).toMatchObject({ kind: 'delivered' });
  expect(server.messages[0]?.title).toBe('■ no image can be signed: rekor answers with the wrong key');
});

test('a token that is not known is final', async () => {
  await using server = await startNtfyServer();
  expect(await deliver(server, page, 'tk_another')).toMatchObject({ kind: 'failed' });
});
