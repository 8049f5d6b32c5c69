import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { ask } from './support/ask.ts';
import type { Answered } from './support/ask.ts';
import { NOW } from './support/fake-daemon.ts';
import { serve, tokens } from './support/with-api.ts';
import type { Served } from './support/with-api.ts';

const CLOUD_EVENT = 'application/cloudevents+json';
const AT = '2026-05-04T09:58:00.000Z';

let served: Served;
beforeAll(async () => {
  served = await serve({ auth: tokens(), heartbeatToken: () => new Secret('for-this-probe') });
});
beforeEach(() => {
  served.daemon.results.length = 0;
});
afterAll(() => served[Symbol.asyncDispose]());

function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  token = 'reporter-token',
): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(`${served.url}/api/v1${path}`, {
    method: 'POST',
    token,
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

const structured = (event: object): Promise<Answered> =>
  post(
    '/changes',
    { specversion: '1.0', id: '1', source: '/ci/deploy', time: AT, ...event },
    { 'content-type': CLOUD_EVENT },
  );

describe('a change as a CloudEvent', () => {
  test('is announced from a structured event whose data is the plain body', async () => {
    const data = { service: 'rekor', summary: 'new load balancer', url: 'https://ci.example/7' };
    const { status, json } = await structured({ type: 'com.example.deploy', data });
    expect(status).toBe(201);
    expect(json).toEqual({
      at: AT,
      service: 'rekor',
      summary: 'new load balancer',
      by: '/ci/deploy',
      url: 'https://ci.example/7',
    });
  });

  test('is announced from an event that says everything by its attributes', async () => {
    const { json } = await structured({ type: 'com.example.dns.changed', subject: '/services/rekor' });
    expect(json).toMatchObject({ service: 'rekor', summary: 'com.example.dns.changed', at: AT, url: null });
  });

  test('is announced from a binary event, whose attributes are headers', async () => {
    const { status, json } = await post(
      '/changes',
      { summary: 'key rotated' },
      {
        'ce-specversion': '1.0',
        'ce-id': '2',
        'ce-type': 'com.example.key',
        'ce-source': '/kms/%C3%BC',
        'ce-subject': 'rekor',
        'ce-time': AT,
      },
    );
    expect(status).toBe(201);
    expect(json).toMatchObject({ service: 'rekor', summary: 'key rotated', by: '/kms/ü', at: AT });
  });

  test('that is sent again is announced once', async () => {
    const event = { type: 'com.example.deploy', data: { service: 'rekor', summary: 'sent twice' } };
    expect([(await structured(event)).status, (await structured(event)).status]).toEqual([201, 201]);
    const { json } = await ask(`${served.url}/api/v1/changes`, { token: 'viewer-token' });
    const changes = json.items as readonly { summary: string }[];
    expect(changes.filter(({ summary }) => summary === 'sent twice')).toHaveLength(1);
  });

  test.each([
    ['of another version', { specversion: '0.3', type: 't', data: { service: 'rekor' } }, 'version 0.3'],
    ['without a type', { data: { service: 'rekor', summary: 'x' } }, 'id, source and type'],
    ['that names no service', { type: 't', data: { summary: 'x' } }, 'names no service'],
    ['with a time that is none', { type: 't', subject: 'rekor', time: 'yesterday' }, 'body/at'],
  ])('%s is refused, and why is said', async (_what, event, why) => {
    const { status, json, headers } = await structured(event);
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(json.detail).toContain(why);
  });

  test('in a batch is refused', async () => {
    const { status } = await post('/changes', [], { 'content-type': 'application/cloudevents-batch+json' });
    expect(status).toBe(415);
  });

  test('needs the role of a reporter', async () => {
    const body = { specversion: '1.0', id: '1', source: 's', type: 't', subject: 'rekor' };
    const as = (token: string) => post('/changes', body, { 'content-type': CLOUD_EVENT }, token);
    expect([(await as('viewer-token')).status, (await as('nobody')).status]).toEqual([403, 401]);
  });
});

describe('a change as a CDEvent', () => {
  const cdEvent = (type: string, data: object): Promise<Answered> => structured({ type: `dev.cdevents.${type}`, data });

  test('about a service names it by its subject, and says what was done where', async () => {
    const { json } = await cdEvent('service.deployed.0.2.0', {
      context: {
        version: '0.4.1',
        id: '7',
        source: '/ci/argo',
        type: 'dev.cdevents.service.deployed.0.2.0',
        timestamp: AT,
      },
      subject: {
        id: '/apps/rekor',
        type: 'service',
        content: { environment: { id: 'production' }, artifactId: 'pkg:oci/rekor@sha256:0b31' },
      },
    });
    expect(json).toEqual({
      at: AT,
      service: 'rekor',
      summary: 'service deployed: pkg:oci/rekor@sha256:0b31 in production',
      by: '/ci/argo',
      url: null,
    });
  });

  test('about something else names its service in its custom data', async () => {
    const subject = { id: 'production', type: 'environment', content: {} };
    const customData = { service: 'rekor', url: 'https://ci.example/8' };
    expect((await cdEvent('environment.modified.0.2.0', { subject, customData })).json).toMatchObject({
      service: 'rekor',
      summary: 'environment modified',
      url: 'https://ci.example/8',
    });
    const { status, json } = await cdEvent('environment.modified.0.2.0', { subject });
    expect(status).toBe(400);
    expect(json.detail).toContain('customData.service');
  });
});

describe('a result from elsewhere', () => {
  test('arrives with where and when it was found', async () => {
    const body = { outcome: 'fail', class: 'freshness.stalled', message: 'old', location: 'eu', measured: { ageS: 9 } };
    const times = { startedAt: new Date(NOW - 5000).toISOString(), endedAt: new Date(NOW - 2000).toISOString() };
    expect((await post('/observations/backup/nightly', { ...body, ...times })).status).toBe(204);
    const { location, ...result } = body;
    expect(served.daemon.results).toEqual([
      { probe: 'backup/nightly', body: result, location, startedAgoMs: 5000, endedAgoMs: 2000 },
    ]);
  });

  test.each([
    ['without an outcome', {}, 400],
    ['with a class that does not exist', { outcome: 'fail', class: 'broken' }, 400],
    ['from the future', { outcome: 'pass', endedAt: new Date(NOW + 120_000).toISOString() }, 400],
    ['of last week', { outcome: 'pass', startedAt: new Date(NOW - 8 * 86_400_000).toISOString() }, 400],
    ['that ended before it began', { outcome: 'pass', startedAt: AT, endedAt: '2026-05-04T09:57:00Z' }, 400],
    ['with a field that does not exist', { outcome: 'pass', note: 'x' }, 400],
  ])('%s is refused', async (_what, body, status) => {
    expect((await post('/observations/backup/nightly', body)).json).toMatchObject({ status });
    expect(served.daemon.results).toEqual([]);
  });

  test('takes the token of its probe, and no viewer', async () => {
    const as = (token: string) => post('/observations/backup/nightly', { outcome: 'pass' }, {}, token);
    expect([(await as('for-this-probe')).status, (await as('viewer-token')).status]).toEqual([204, 403]);
  });

  test('for a probe that takes none is refused', async () => {
    expect((await post('/observations/rekor/http', { outcome: 'pass' })).status).toBe(404);
  });

  test('as a CloudEvent is not taken', async () => {
    expect((await post('/heartbeats/backup/nightly', {}, { 'content-type': CLOUD_EVENT })).status).toBe(415);
  });
});

describe("Alertmanager's webhook", () => {
  const alert = (status: string, labels: object, summary: string) => ({ status, labels, annotations: { summary } });
  const webhook = (...alerts: object[]) => ({
    version: '4',
    groupKey: '{}:{}',
    status: alerts.length > 0 ? 'firing' : 'resolved',
    receiver: 'tocsin',
    alerts,
  });

  test('with a firing alert is a failure in its words, of the class that its label says', async () => {
    const { status } = await post(
      '/observations/backup/nightly',
      webhook(
        alert(
          'firing',
          { alertname: 'QueueStuck', tocsin_class: 'freshness.stalled' },
          'nothing left the queue for 3 h',
        ),
        alert('resolved', { alertname: 'DiskFull' }, 'over'),
      ),
    );
    expect(status).toBe(204);
    expect(served.daemon.results[0]?.body).toEqual({
      outcome: 'fail',
      class: 'freshness.stalled',
      message: 'QueueStuck: nothing left the queue for 3 h',
      measured: { alerts: 2, firing: 1 },
    });
  });

  test('whose alerts are all resolved is a pass', async () => {
    await post('/observations/backup/nightly', webhook(alert('resolved', { alertname: 'QueueStuck' }, 'over')));
    expect(served.daemon.results[0]?.body).toMatchObject({ outcome: 'pass' });
  });

  test('with hundreds of alerts, or ones that say nothing, stays one short message', async () => {
    const many = Array.from({ length: 300 }, () => ({ status: 'firing' }));
    expect((await post('/observations/backup/nightly', webhook(...many))).status).toBe(204);
    const { message = '' } = (served.daemon.results[0]?.body ?? {}) as { message?: string };
    expect(message).toContain('an alert without a name');
    expect(message).toContain('and 295 more');
    expect(message.length).toBeLessThanOrEqual(1000);
  });
});
