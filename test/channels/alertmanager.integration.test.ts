import { describe, expect, test } from 'vitest';
import { alertmanager } from '../../src/channels/alertmanager.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { DeliverContext, Delivery } from '../../src/ports/channel-kind.ts';
import { startAlertmanager } from '../servers/alertmanager.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import { missing } from '../servers/programs.ts';
import { incident, page, pageWith, resolve, test as testMessage } from './samples/notifications.ts';

const MINUTE_MS = 60_000;

function context(thread: unknown = null, now = Date.now()): DeliverContext {
  return { signal: AbortSignal.timeout(10_000), now, idempotencyKey: 'rekor-3:1:am', thread };
}

function deliver(urls: readonly string[], message: Notification, given = context()): Promise<Delivery> {
  return alertmanager.deliver(alertmanager.schema.parse({ urls, labels: { team: 'sre' } }), message, given);
}

function repeat(urls: readonly string[], thread: unknown, now = Date.now()): Promise<Delivery | undefined> {
  return alertmanager.upkeep?.repeat(
    alertmanager.schema.parse({ urls }),
    thread,
    context(null, now),
  ) as Promise<Delivery>;
}

function threadOf(delivery: Delivery | undefined): unknown {
  return delivery?.kind === 'delivered' ? delivery.thread : undefined;
}

const ticket: Notification = pageWith({ severity: 'warning' }, { event: 'ticket' });

describe.skipIf(missing('prometheus-alertmanager').length > 0)('a real Alertmanager', () => {
  test('shows one alert an incident, which says what broke for whom, and holds it for 15 minutes', async () => {
    await using server = await startAlertmanager();
    const now = Date.now();
    expect(await deliver([server.url], page, context(null, now))).toMatchObject({
      kind: 'delivered',
      detail: 'told 1 of 1',
    });
    const [alert, ...others] = await server.alerts();
    expect(others).toEqual([]);
    expect(alert?.labels).toEqual({
      alertname: 'TocsinIncident',
      class: 'identity.key_mismatch',
      event: 'page',
      incident: 'rekor-3',
      kind: 'service',
      owner: 'platform-security',
      service: 'rekor',
      severity: 'critical',
      team: 'sre',
      tier: '0',
      tocsin: 'prod-eu',
    });
    expect(alert?.annotations['summary']).toBe('no image can be signed: rekor answers with the wrong key');
    expect(alert?.annotations['description']).toContain('not affected: dis.verify, harbor.pull');
    expect(alert?.annotations['runbook_url']).toBe('https://wiki.example/rekor');
    expect(alert?.generatorURL).toBe('https://tocsin.example/incidents/rekor-3');
    expect(Date.parse(alert?.endsAt ?? '')).toBe(now + 15 * MINUTE_MS);
  });

  test('keeps the alert under its first labels, with what there is to say now', async () => {
    await using server = await startAlertmanager();
    const thread = threadOf(await deliver([server.url], page));
    const changed = pageWith(
      { root: { ...incident.root, class: 'connect.refused' }, title: 'rekor is refusing connections', owner: 'others' },
      { event: 'update' },
    );
    await deliver([server.url], changed, context(thread));
    const [alert, ...others] = await server.alerts();
    expect(others).toEqual([]);
    expect(alert?.labels).toMatchObject({ class: 'identity.key_mismatch', owner: 'platform-security' });
    expect(alert?.annotations['summary']).toBe('rekor is refusing connections');
  });

  test('wakes anew where a ticket rises to a page, and ends the alert before', async () => {
    await using server = await startAlertmanager();
    const thread = threadOf(await deliver([server.url], ticket));
    await deliver([server.url], page, context(thread));
    expect((await server.alerts()).map(({ labels }) => labels['event'])).toEqual(['page']);
  });

  test('holds the alert up by repetitions, after a restart too, and ends it with the resolve', async () => {
    await using server = await startAlertmanager();
    const thread = threadOf(await deliver([server.url], page));
    const kept: unknown = JSON.parse(JSON.stringify(thread));
    const later = Date.now() + MINUTE_MS;
    expect(await repeat([server.url], kept, later)).toMatchObject({ kind: 'delivered' });
    expect(Date.parse((await server.alerts())[0]?.endsAt ?? '')).toBe(later + 15 * MINUTE_MS);
    await deliver([server.url], resolve, context(kept));
    expect(await server.alerts()).toEqual([]);
  });

  test('shows a self-test that can be read back', async () => {
    await using server = await startAlertmanager();
    const options = alertmanager.schema.parse({ urls: [server.url] });
    expect(await alertmanager.receipt?.(options, testMessage, context())).toMatchObject({ kind: 'missing' });
    expect(await deliver([server.url], testMessage)).toMatchObject({ kind: 'delivered' });
    expect(await alertmanager.receipt?.(options, testMessage, context())).toMatchObject({ kind: 'seen' });
  });

  test('takes what a target wrote as text, and a huge incident', async () => {
    await using server = await startAlertmanager();
    const root = { ...incident.root, message: '{{ template "x" }}\u202e"\n\u0000'.repeat(10_000) };
    expect(await deliver([server.url], pageWith({ root, owner: 'a "b"\n' }))).toMatchObject({ kind: 'delivered' });
    const [alert] = await server.alerts();
    expect(alert?.labels['owner']).toBe('a "b"\\n');
    expect(alert?.annotations['description']?.length).toBeLessThan(6000);
  });
});

describe('several replicas', () => {
  test('are all told; one that takes it is enough, and who did not is named', async () => {
    await using taking = await startHttpReceiver({ kind: 'answer', status: 200 });
    await using away = await startHttpReceiver({ kind: 'answer', status: 503 });
    const delivery = await deliver([away.url, taking.url], page);
    expect(delivery).toMatchObject({ kind: 'delivered' });
    expect(delivery).toHaveProperty('detail', `told 1 of 2; alert to ${away.url}: answered 503`);
    expect(away.requests).toHaveLength(1);
    expect(away.requests[0]?.body).toBe(taking.requests[0]?.body);
  });

  test('that are all away are tried again, as soon as the first of them allows', async () => {
    await using one = await startHttpReceiver({ kind: 'answer', status: 429, headers: { 'retry-after': '9' } });
    await using other = await startHttpReceiver({ kind: 'answer', status: 429, headers: { 'retry-after': '4' } });
    expect(await deliver([one.url, other.url], page)).toMatchObject({ kind: 'retry', afterMs: 4000 });
  });

  test('that all refuse it for good are given up', async () => {
    await using one = await startHttpReceiver({ kind: 'answer', status: 400 });
    await using other = await startHttpReceiver({ kind: 'answer', status: 404 });
    expect(await deliver([one.url, other.url], page)).toMatchObject({ kind: 'failed' });
  });

  test('that were away hear the end by its repetitions, for five minutes', async () => {
    await using server = await startHttpReceiver({ kind: 'answer', status: 200 });
    const thread = threadOf(await deliver([server.url], page));
    const over = Date.now();
    const resolved = threadOf(await deliver([server.url], resolve, context(thread, over)));
    const again = await repeat([server.url], resolved, over + 4 * MINUTE_MS);
    expect(again).toMatchObject({ kind: 'delivered' });
    const [alert] = JSON.parse(server.requests.at(-1)?.body ?? '') as { endsAt: string }[];
    expect(Date.parse(alert?.endsAt ?? '')).toBe(over);
    expect(await repeat([server.url], resolved, over + 6 * MINUTE_MS)).toEqual({ kind: 'delivered', thread: null });
    expect(server.requests).toHaveLength(3);
  });
});
