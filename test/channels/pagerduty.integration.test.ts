import { describe, expect, test } from 'vitest';
import { pagerduty } from '../../src/channels/pagerduty.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { HttpReceiver } from '../servers/http-receiver.ts';
import { incident, page, pageWith, resolve, test as testMessage } from './samples/notifications.ts';

const TAKEN = { kind: 'answer', status: 202, body: '{"status":"success"}' } as const;
const OPEN = { alert: 'open' };

function deliver(receiver: HttpReceiver, message: Notification, thread: unknown = null): Promise<Delivery> {
  const options = pagerduty.schema.parse({ routingKey: 'key-0123', url: `${receiver.url}/v2/enqueue` });
  const signal = AbortSignal.timeout(10_000);
  return pagerduty.deliver(options, message, { signal, now: 0, idempotencyKey: 'rekor-3/1/oncall', thread });
}

/** What PagerDuty was told: action and key of each event, in order. */
function events(receiver: HttpReceiver): string[] {
  return receiver.requests.map(({ body }) => {
    const { event_action: action, dedup_key: key } = JSON.parse(body) as { event_action: string; dedup_key: string };
    return `${action} ${key}`;
  });
}

test('a page opens an alert whose key is the instance and the incident', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  const outcome = await deliver(receiver, page);
  expect(outcome).toMatchObject({ kind: 'delivered', thread: OPEN });
  expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
    routing_key: 'key-0123',
    event_action: 'trigger',
    dedup_key: 'prod-eu:rekor-3',
    client_url: 'https://tocsin.example/incidents/rekor-3',
    payload: {
      summary: expect.stringContaining('no image can be signed'),
      source: 'rekor',
      severity: 'critical',
      timestamp: '2026-11-21T03:12:04.000Z',
      component: 'rekor',
      group: 'platform-security',
      class: 'identity.key_mismatch',
      custom_details: { 'not affected': ['dis.verify, harbor.pull'] },
    },
    links: expect.arrayContaining([{ href: 'https://wiki.example/rekor', text: 'runbook' }]),
  });
});

test.each([
  ['page', 'critical', 'critical'],
  ['page', 'warning', 'error'],
  ['ticket', 'warning', 'warning'],
  ['notice', 'critical', 'info'],
] as const)('a %s of severity %s rings as %s', async (event, severity, expected) => {
  await using receiver = await startHttpReceiver(TAKEN);
  await deliver(receiver, pageWith({ severity }, { event }));
  expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({ payload: { severity: expected } });
});

test('an update joins the alert that is open, which does not ring again', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  expect(await deliver(receiver, { ...page, event: 'update' }, OPEN)).toMatchObject({
    kind: 'delivered',
    thread: OPEN,
  });
  expect(events(receiver)).toEqual(['trigger prod-eu:rekor-3']);
});

test.each([[null], [{ alert: 'closed' }], ['of another version']])(
  'an update opens no alert where none of ours is open (%j)',
  async (thread) => {
    await using receiver = await startHttpReceiver(TAKEN);
    expect(await deliver(receiver, { ...page, event: 'update' }, thread)).toMatchObject({ kind: 'delivered' });
    expect(events(receiver)).toEqual([]);
  },
);

test('a page rings although an alert stands open: a ticket that rose, another owner', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  await deliver(receiver, page, OPEN);
  expect(events(receiver)).toEqual(['resolve prod-eu:rekor-3', 'trigger prod-eu:rekor-3']);
});

test('a resolve ends the alert, and those of incidents that were merged into it', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  const related = [
    { id: 'dis-7' as never, relation: 'merged' },
    { id: 'kv-2' as never, relation: 'shares a symptom' },
  ];
  const message = { ...resolve, incident: { ...incident, related } };
  expect(await deliver(receiver, message, OPEN)).toMatchObject({ kind: 'delivered', thread: { alert: 'closed' } });
  expect(events(receiver)).toEqual(['resolve prod-eu:rekor-3', 'resolve prod-eu:dis-7']);
});

test('a test opens an alert and ends it at once', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  await deliver(receiver, testMessage);
  const key = 'prod-eu:test:rekor-3/1/oncall';
  expect(events(receiver)).toEqual([`trigger ${key}`, `resolve ${key}`]);
});

test('a drill has an alert of its own', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  await deliver(receiver, { ...page, drill: true });
  expect(events(receiver)).toEqual(['trigger prod-eu:drill:rekor-3']);
  expect(receiver.requests[0]?.body).toContain('drill, page: ');
});

test('where an event is not taken, those after it are not sent and the whole is tried again', async () => {
  await using receiver = await startHttpReceiver({ kind: 'answer', status: 503 });
  expect(await deliver(receiver, page, OPEN)).toMatchObject({ kind: 'retry' });
  expect(events(receiver)).toEqual(['resolve prod-eu:rekor-3']);
});

test('an event of a huge incident stays below the 512 KB that PagerDuty takes', async () => {
  await using receiver = await startHttpReceiver(TAKEN);
  const impact = Array.from({ length: 5000 }, (_, n) => ({
    ...incident.impact[0]!,
    effect: `effect ${n} `.repeat(100),
  }));
  const suppressed = Array.from({ length: 5000 }, () => incident.suppressed[0]!);
  await deliver(receiver, pageWith({ impact, suppressed, title: 'x'.repeat(10_000) }));
  const body = receiver.requests[0]?.body ?? '';
  expect(body.length).toBeLessThan(512 * 1024);
  expect((JSON.parse(body) as { payload: { summary: string } }).payload.summary.length).toBeLessThanOrEqual(1024);
});

describe('a receipt', () => {
  const asked = (receiver: HttpReceiver, api?: object) => {
    const options = pagerduty.schema.parse({
      routingKey: 'key-0123',
      ...(api === undefined ? {} : { api: { url: receiver.url, ...api } }),
    });
    const context = { signal: AbortSignal.timeout(10_000), now: 0, idempotencyKey: 'self-test:1', thread: null };
    return pagerduty.receipt?.(options, testMessage, context);
  };
  const answer = (status: number, body: object) => ({ kind: 'answer', status, body: JSON.stringify(body) }) as const;

  test('is the incident that the alert made, asked for by its key', async () => {
    await using receiver = await startHttpReceiver(answer(200, { incidents: [{ id: 'PT4KHLK' }] }));
    expect(await asked(receiver, { token: 'api-token' })).toEqual({ kind: 'seen' });
    expect(receiver.requests[0]).toMatchObject({ method: 'GET', headers: { authorization: 'Token token=api-token' } });
    expect(decodeURIComponent(receiver.requests[0]?.path ?? '')).toContain('incident_key=prod-eu:test:self-test:1');
  });

  test.each([
    ['missing where there is none', 'missing', answer(200, { incidents: [] })],
    ['unanswered where the token may not read', 'unanswered', answer(403, {})],
    ['unanswered where nobody answers', 'unanswered', { kind: 'drop' }],
    ['unanswered where something else answers', 'unanswered', answer(200, {})],
  ] as const)('is %s', async (_what, kind, react) => {
    await using receiver = await startHttpReceiver(react);
    const receipt = await asked(receiver, { token: 'api-token' });
    expect(receipt).toMatchObject({ kind });
    expect(JSON.stringify(receipt)).not.toContain('api-token');
  });

  test('is not to be had without an API token', async () => {
    await using receiver = await startHttpReceiver(TAKEN);
    expect(await asked(receiver)).toEqual({ kind: 'unsupported' });
  });
});
