import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LogError } from '../../src/ports/log.ts';
import type { CapabilityId, ProbeId } from '../../src/model/ids.ts';
import { ask, pluck, which } from './support/ask.ts';
import type { Answered, Ask } from './support/ask.ts';
import { incident, NOW, stored } from './support/fake-daemon.ts';
import { serve, WRITE_TOKEN } from './support/with-api.ts';
import type { Served } from './support/with-api.ts';

const PLACE = { file: 'kv.yaml', line: 12, column: 5, endLine: 12, endColumn: 14 };

describe('the routes', () => {
  let served: Served;
  const broke: string[] = [];
  const get = (path: string): Promise<Answered> => ask(`${served.url}${path}`);
  const post = (path: string, body?: unknown, over: Ask = {}): Promise<Answered> =>
    ask(`${served.url}${path}`, { method: 'POST', token: WRITE_TOKEN, body, ...over });

  beforeAll(async () => {
    served = await serve({
      listener: (event) => {
        if (event.kind === 'problem') broke.push(`${event.where}: ${event.message}`);
      },
      findings: () => ({
        findings: [
          { code: 'recovery/none', severity: 'error', subject: 'store.read', message: 'no way out', place: PLACE },
          {
            code: 'vantage/none',
            severity: 'warning',
            subject: '',
            message: 'no anchors',
            help: 'add one',
            path: ['a.up'],
            proofs: [
              { title: 'why', edges: [{ from: 'a.up', to: 'b.up' as CapabilityId, kind: 'hard', place: PLACE }] },
            ],
          },
        ],
        accepted: [
          {
            finding: { code: 'runbook/missing', severity: 'warning', subject: 'store', message: 'no runbook' },
            acceptance: { code: 'runbook/missing', because: 'we are new here', until: '2027-01-01', place: PLACE },
          },
        ],
      }),
    });
  });
  beforeEach(() => {
    served.daemon.incidents.length = 0;
    served.daemon.observations.length = 0;
    served.daemon.heartbeats.length = 0;
    served.daemon.health = { live: true, ready: true, reasons: [] };
    served.daemon.failWith = undefined;
    broke.length = 0;
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test('the status tells the instance, how fresh it is, and what is wrong, with times in ISO 8601 to the millisecond', async () => {
    served.daemon.incidents.push(incident('rekor-1'), incident('old-1', { state: 'resolved' }));
    const { status, json } = await get('/api/v1/status');
    expect(status).toBe(200);
    expect(json).toMatchObject({ instance: 'test', version: '1.2.3', ready: true, summary: { up: 6, down: 0 } });
    expect([json.now, json.at]).toEqual(['2026-05-04T10:00:00.000Z', '2026-05-04T09:59:58.500Z']);
    expect(pluck(json.incidents, 'id')).toEqual(['rekor-1']);
  });

  test('services are listed with the state of each capability and the last words of each probe', async () => {
    served.daemon.states.set('dis.sign' as CapabilityId, 'down');
    const { json } = await get('/api/v1/services');
    const dis = which(json.items, 'service', 'dis');
    expect(json.next).toBeNull();
    expect(dis).toMatchObject({ state: 'down', owner: 'supply-chain', capabilities: [{ state: 'down' }, {}] });
    expect(dis.probes[0]).toMatchObject({ status: 'passing', since: '2026-05-04T09:59:00.000Z' });
    served.daemon.states.set('dis.sign' as CapabilityId, 'up');
  });

  test('one service also tells what was declared about it', async () => {
    const { json } = await get('/api/v1/services/rekor');
    expect(json).toMatchObject({ service: 'rekor', external: false, recovery: [{ name: 'redeploy' }] });
  });

  test('a service, an incident and a probe that do not exist are problems of status 404', async () => {
    for (const path of ['/services/nope', '/incidents/nope-1', '/observations?probe=a/b', '/nothing']) {
      const { status, json, headers } = await get(`/api/v1${path}`);
      expect([path, status, json.status, json.type]).toEqual([path, 404, 404, 'urn:problem:tocsin:not-found']);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    }
  });

  test('the graph joins capabilities by their needs, each kind with what belongs to it', async () => {
    const { json } = await get('/api/v1/graph');
    const sign = which(json.capabilities, 'id', 'dis.sign');
    expect(sign).toMatchObject({ service: 'dis', state: 'up', down: 'no image can be signed', probes: ['dis/http'] });
    expect(sign.needs).toEqual([
      { kind: 'hard', of: ['rekor.append'] },
      { kind: 'cached', of: ['store.read'], ttlMs: 60_000, covers: ['unreachable'], cold: 'down' },
    ]);
  });

  test('incidents are listed page by page, and by state', async () => {
    const ids = ['a-1', 'b-1', 'c-1', 'd-1', 'e-1'];
    served.daemon.incidents.push(...ids.map((id) => incident(id)), incident('z-1', { state: 'resolved' }));
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json }: Answered = await get(
        `/api/v1/incidents?state=open&limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      seen.push(...pluck(json.items, 'id'));
      cursor = json.next as string | null;
    }
    expect(seen).toEqual(ids);
  });

  test('a cursor whose incident is gone is refused, not answered with a wrong page', async () => {
    expect((await get('/api/v1/incidents?cursor=gone-1')).json).toMatchObject({ status: 400 });
  });

  test('an incident is found by an id with a slash in it', async () => {
    served.daemon.incidents.push(incident('rekor/log:tls.expiring'));
    const { json } = await get(`/api/v1/incidents/${encodeURIComponent('rekor/log:tls.expiring')}`);
    expect(json.id).toBe('rekor/log:tls.expiring');
    expect(json.timeline).toEqual([
      { at: '2026-05-04T09:59:00.000Z', what: 'opened', text: 'rekor/http failed twice' },
    ]);
  });

  test('findings carry their code and place', async () => {
    const { json } = await get('/api/v1/findings');
    expect(json.items).toEqual([
      { code: 'recovery/none', severity: 'error', subject: 'store.read', message: 'no way out', ...PLACE },
      {
        code: 'vantage/none',
        severity: 'warning',
        subject: '',
        message: 'no anchors',
        help: 'add one',
        path: ['a.up'],
        proofs: [{ title: 'why', edges: [{ from: 'a.up', to: 'b.up', kind: 'hard', ...PLACE }] }],
      },
    ]);
    expect(json['accepted']).toEqual([
      {
        code: 'runbook/missing',
        severity: 'warning',
        subject: 'store',
        message: 'no runbook',
        because: 'we are new here',
        until: '2027-01-01',
      },
    ]);
  });

  describe('observations', () => {
    test('come newest first, page by page, none twice and none left out', async () => {
      for (let n = 1; n <= 7; n++) served.daemon.observations.push(stored(n));
      const pages: unknown[][] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { json }: Answered = await get(
          `/api/v1/observations?probe=rekor/http&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        pages.push(pluck(json.items, 'n'));
        cursor = json.next as string | null;
      }
      expect(pages).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
    });

    test('have no next page where the last page is exactly full', async () => {
      for (let n = 1; n <= 3; n++) served.daemon.observations.push(stored(n));
      expect((await get('/api/v1/observations?limit=3')).json.next).toBeNull();
    });

    test('are cut to a span of time and to a probe', async () => {
      for (let n = 1; n <= 5; n++) served.daemon.observations.push(stored(n));
      served.daemon.observations.push(stored(6, { probe: 'dis/http' as ProbeId }));
      const at = (n: number): string => new Date(stored(n).at).toISOString();
      const { json } = await get(`/api/v1/observations?probe=rekor/http&from=${at(2)}&to=${at(4)}`);
      expect(pluck(json.items, 'n')).toEqual([3, 2]);
    });

    test('have exactly the documented fields; those that hold nothing are left out', async () => {
      served.daemon.observations.push(
        stored(1),
        stored(2, {
          outcome: 'fail',
          class: 'http.5xx',
          message: 'expected 2xx, got 503',
          phases: { dns: 0.4 },
          measured: { facts: {}, status: 503 },
          evidence: { body: '<script>' },
          warnings: [{ class: 'tls.expiring', message: '9 days' }],
          steps: [],
        }),
      );
      const { json } = await get('/api/v1/observations');
      expect(json.items).toEqual([
        {
          n: 2,
          at: '2026-05-04T09:50:02.000Z',
          probe: 'rekor/http',
          location: 'local',
          cause: 'schedule',
          outcome: 'fail',
          class: 'http.5xx',
          message: 'expected 2xx, got 503',
          startedAt: '2026-05-04T09:50:01.958Z',
          durationMs: 42,
          phases: { dns: 0.4 },
          measured: { facts: {}, status: 503 },
          evidence: { body: '<script>' },
          warnings: [{ class: 'tls.expiring', message: '9 days' }],
          facts: { addresses: ['10.2.3.4'] },
        },
        {
          n: 1,
          at: '2026-05-04T09:50:01.000Z',
          probe: 'rekor/http',
          location: 'local',
          cause: 'schedule',
          outcome: 'pass',
          startedAt: '2026-05-04T09:50:00.958Z',
          durationMs: 42,
          facts: { addresses: ['10.2.3.4'] },
        },
      ]);
    });

    test('are summed up per step of time', async () => {
      served.daemon.observations.push(stored(1), stored(2, { outcome: 'fail' }), stored(70));
      const from = new Date(stored(0).at).toISOString();
      const to = new Date(stored(120).at).toISOString();
      const { json } = await get(`/api/v1/observations/summary?probe=rekor/http&from=${from}&to=${to}&step=1m`);
      expect(json.items).toMatchObject([
        { from, runs: 2, failures: 1, p50Ms: 42 },
        { to, runs: 1, failures: 0 },
      ]);
    });

    test.each([
      ['a limit that is no number', 'limit=many'],
      ['a limit beyond what is given', 'limit=10001'],
      ['a time that is none', 'from=yesterday'],
      ['a cursor that is not ours', 'cursor=-1'],
      ['a question that does not exist', 'prob=rekor/http'],
      ['the same question twice', 'probe=rekor/http&probe=dis/http'],
    ])('are refused for %s', async (_, query) => {
      expect((await get(`/api/v1/observations?${query}`)).json).toMatchObject({ status: 400 });
    });

    test.each([
      ['without a probe', ''],
      ['in steps of no length', 'probe=rekor/http&step=0s'],
      ['in steps that are no duration', 'probe=rekor/http&step=often'],
      ['in more steps than anybody reads', 'probe=rekor/http&step=1s'],
      ['backwards', `probe=rekor/http&from=2026-05-04T10:00:00Z&to=2026-05-04T09:00:00Z`],
    ])('are not summed up %s', async (_, query) => {
      expect((await get(`/api/v1/observations/summary?${query}`)).json).toMatchObject({ status: 400 });
    });

    test('are unavailable, not broken, while the log cannot be read', async () => {
      served.daemon.failWith = new LogError('busy', 'read /var/lib/secret/log: busy');
      const { status, text } = await get('/api/v1/observations');
      expect(status).toBe(503);
      expect(text).not.toContain('/var/lib');
    });
  });

  test('the predicted impact of a failure names who is down, who is not, and which way out is left', async () => {
    const { status, json } = await post('/api/v1/impact', { capabilities: ['store.read'], after: '10m' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ down: [{ capability: 'dis.sign' }], atRisk: [] });
    expect(json.unaffected).toContain('dis.verify');
  });

  test('a question about a capability that does not exist is refused by name', async () => {
    expect((await post('/api/v1/impact', { capabilities: ['no.such'] })).json).toMatchObject({
      status: 404,
      detail: expect.stringContaining('no.such') as string,
    });
    expect((await post('/api/v1/impact', { capabilities: [] })).status).toBe(400);
    expect((await post('/api/v1/impact', { capabilities: ['store.read'], after: 'soon' })).status).toBe(400);
  });

  test('a change is verified by an operator, and what failed is told with its run', async () => {
    const verify = (body: unknown, over?: Ask): Promise<Answered> => post('/api/v1/verify', body, over);
    served.daemon.observations.push(
      stored(1, { probe: 'dis/http' as ProbeId, outcome: 'fail', class: 'http.5xx', message: 'GET /: 503' }),
    );
    expect((await verify({ services: ['rekor'] })).json).toMatchObject({
      verdict: 'failed',
      probes: [{ failure: null }],
    });
    const { json } = await verify({ services: ['rekor'], dependents: true, for: '30s' });
    const failure = { class: 'http.5xx', message: 'GET /: 503', steps: [] };
    expect(json).toMatchObject({
      probes: [{ probe: 'dis/http', verdict: 'failed', failure }, { probe: 'rekor/http' }],
    });
    expect((await verify({ services: ['recor'] })).status).toBe(404);
    expect((await verify({ services: ['rekor'], for: '11m' })).status).toBe(400);
    expect((await verify({ services: ['rekor'] }, { token: 'no-such-token' })).status).toBe(401);
  });

  test('a heartbeat arrives with its JSON, or with nothing', async () => {
    expect((await post('/api/v1/heartbeats/backup/nightly', { bytes: 12 })).status).toBe(204);
    expect((await post('/api/v1/heartbeats/backup/nightly')).status).toBe(204);
    const empty = { headers: { 'content-type': 'application/json' } };
    expect((await post('/api/v1/heartbeats/backup/nightly', undefined, empty)).status).toBe(204);
    expect(served.daemon.heartbeats.map(({ body }) => body)).toEqual([{ bytes: 12 }, null, null]);
    expect((await post('/api/v1/heartbeats/rekor/http', {})).json).toMatchObject({ status: 404 });
  });

  test('an announced change is listed, newest first, with the name of the token where nobody else is named', async () => {
    const first = await post('/api/v1/changes', {
      service: 'rekor',
      summary: 'first',
      at: '2026-05-04T11:00:00+02:00',
    });
    const second = await post('/api/v1/changes', {
      service: 'rekor',
      summary: 'second',
      by: 'ci',
      url: 'https://ci.example/7',
    });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((await get('/api/v1/changes')).json.items).toEqual([
      { at: new Date(NOW).toISOString(), service: 'rekor', summary: 'second', by: 'ci', url: 'https://ci.example/7' },
      { at: '2026-05-04T09:00:00.000Z', service: 'rekor', summary: 'first', by: 'data folder', url: null },
    ]);
  });

  test.each([
    ['of an unknown service', { service: 'nope', summary: 'x' }, 404],
    ['without a summary', { service: 'rekor' }, 400],
    ['with an empty summary', { service: 'rekor', summary: '' }, 400],
    ['with a number for a summary', { service: 'rekor', summary: 5 }, 400],
    ['in the future', { service: 'rekor', summary: 'x', at: '2027-01-01T00:00:00Z' }, 400],
    ['with a link that is no web link', { service: 'rekor', summary: 'x', url: 'javascript:alert(1)' }, 400],
    ['with a field that does not exist', { service: 'rekor', summary: 'x', sumary: 'y' }, 400],
  ])('a change %s is refused', async (_, body, status) => {
    const before = (await get('/api/v1/changes')).json.items.length;
    expect((await post('/api/v1/changes', body)).json).toMatchObject({ status });
    expect((await get('/api/v1/changes')).json.items.length).toBe(before);
  });

  test('an acknowledgement and a note come back in the incident, under the name of the token', async () => {
    served.daemon.incidents.push(incident('rekor-1'));
    expect((await post('/api/v1/incidents/rekor-1/ack', {})).json).toMatchObject({ acknowledgedBy: 'data folder' });
    const noted = await post('/api/v1/incidents/rekor-1/notes', { text: 'looking at the load balancer' });
    expect(pluck(noted.json.timeline, 'text')).toContain('data folder: looking at the load balancer');
    expect((await post('/api/v1/incidents/nope-1/ack', {})).status).toBe(404);
    expect((await post('/api/v1/incidents/rekor-1/notes', { text: '' })).status).toBe(400);
  });

  test('the past is told as it was known, and a moment before the log begins is refused', async () => {
    served.daemon.incidents.push(incident('rekor-1'));
    const { status, json } = await get(`/api/v1/state?at=${new Date(NOW).toISOString()}`);
    expect([status, json.at]).toEqual([200, new Date(NOW).toISOString()]);
    expect(pluck(json.incidents, 'id')).toEqual(['rekor-1']);
    expect(pluck(json.services, 'service')).toContain('rekor');
    expect((await get('/api/v1/state?at=2020-01-01T00:00:00Z')).status).toBe(404);
    expect((await get('/api/v1/state?at=yesterday')).status).toBe(400);
    expect((await get('/api/v1/state')).status).toBe(400);
  });

  test('liveness and readiness answer 200 or 503, and say why', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).json).toEqual({ ready: true, reasons: [] });
    served.daemon.health = { live: true, ready: false, reasons: ['not every probe has had its first run'] };
    expect((await get('/healthz')).status).toBe(200);
    const readiness = await get('/readyz');
    expect(readiness.status).toBe(503);
    expect(readiness.json).toEqual({ ready: false, reasons: ['not every probe has had its first run'] });
    served.daemon.health = { live: false, ready: false, reasons: ['the daemon is stopping'] };
    expect((await get('/healthz')).status).toBe(503);
  });

  test('metrics are passed on as they are', async () => {
    const { status, headers, text } = await get('/metrics');
    expect([status, headers['content-type'], text]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'tocsin_up 1\n',
    ]);
  });

  test('what breaks in here is told to the listener, and to the caller only that it broke', async () => {
    served.daemon.failWith = new Error('at /home/me/secret.ts:12');
    const { status, json, text } = await get('/api/v1/status');
    expect([status, json.type]).toEqual([500, 'urn:problem:tocsin:internal']);
    expect(text).not.toContain('secret.ts');
    expect(broke).toEqual(['api GET /api/v1/status: at /home/me/secret.ts:12']);
  });
});
