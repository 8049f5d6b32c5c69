import { expect, test } from 'vitest';
import { teams } from '../../src/channels/teams.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import { startTeamsServer } from '../servers/teams-server.ts';
import { incident, page, pageWith } from './samples/notifications.ts';

function deliver(url: string, message: Notification): Promise<Delivery> {
  const signal = AbortSignal.timeout(10_000);
  return teams.deliver(teams.schema.parse({ url }), message, { signal, now: 0, idempotencyKey: 'k', thread: null });
}

test('a page is a card that begins with what broke for whom', async () => {
  await using server = await startTeamsServer();
  expect(await deliver(server.url, page)).toMatchObject({ kind: 'delivered' });
  expect(server.cards[0]).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
  expect(server.cards[0]).toContain('ways out:\n✓ dis: apply the last signed image by hand: works');
});

test('what a target wrote is text in the card', async () => {
  await using server = await startTeamsServer();
  const hostile = '<at>everyone</at> **b** [x](https://evil.example) \u202e';
  await deliver(server.url, pageWith({ title: hostile }));
  expect(server.cards[0]).toContain('<at>everyone</at> **b** [x](https://evil.example) \\u{202e}');
  expect(server.receiver.requests[0]?.body).not.toContain('entities');
});

test('a huge incident stays below what Teams takes, and keeps its first line', async () => {
  await using server = await startTeamsServer();
  const impact = Array.from({ length: 2000 }, () => ({ ...incident.impact[0]!, effect: 'é'.repeat(5000) }));
  const drift = Array.from({ length: 50 }, () => ({ ...incident.drift[0]!, after: ['z'.repeat(100_000)] }));
  expect(await deliver(server.url, pageWith({ impact, drift }))).toMatchObject({ kind: 'delivered' });
  expect(server.cards[0]).toMatch(/^■ no image can be signed: rekor answers with the wrong key\n/);
});

test('a signature that is not known is final, and is not shown', async () => {
  await using server = await startTeamsServer();
  const outcome = await deliver(server.url.replace(/sig=.*/, 'sig=another-signature'), page);
  expect(outcome).toMatchObject({ kind: 'failed' });
  expect(JSON.stringify(outcome)).not.toContain('another-signature');
});
