import { describe, expect, test } from 'vitest';
import type { ProbeId } from '../../src/model/ids.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Auth } from '../../src/ports/loaded.ts';
import { ask } from './support/ask.ts';
import { incident } from './support/fake-daemon.ts';
import { serve, tokens, WRITE_TOKEN } from './support/with-api.ts';

const READ = { method: 'GET', path: '/api/v1/status' };
const REPORT = { method: 'POST', path: '/api/v1/changes', body: { service: 'rekor', summary: 'x' } };
const BEAT = { method: 'POST', path: '/api/v1/heartbeats/backup/nightly' };
const OPERATE = { method: 'POST', path: '/api/v1/incidents/rekor-1/ack', body: {} };
const OPEN: Auth = { kind: 'none' };
const DEFAULT: Auth = { kind: 'default' };

describe('who may do what', () => {
  test.each([
    // Without auth: reading is open on loopback, writing needs the token of the data folder.
    ['reading without a token', DEFAULT, undefined, READ, 200],
    ['reading with a token that is not ours', DEFAULT, 'guessed', READ, 401],
    ['reporting without a token', DEFAULT, undefined, REPORT, 401],
    ['a heartbeat without a token', DEFAULT, undefined, BEAT, 401],
    ['reporting with the token of the data folder', DEFAULT, WRITE_TOKEN, REPORT, 201],
    ['operating with the token of the data folder', DEFAULT, WRITE_TOKEN, OPERATE, 200],
    // auth: none opens reading only.
    ['reading without a token', OPEN, undefined, READ, 200],
    ['reporting without a token', OPEN, undefined, REPORT, 401],
    ['operating with the token of the data folder', OPEN, WRITE_TOKEN, OPERATE, 200],
    // Tokens: each role includes the ones before it, and the data folder's token is good for nothing.
    ['reading without a token', tokens(), undefined, READ, 401],
    ['reading without a token where it is public', tokens({ isPublic: true }), undefined, READ, 200],
    ['reporting without a token where reading is public', tokens({ isPublic: true }), undefined, REPORT, 401],
    ['reading with the token of the data folder', tokens(), WRITE_TOKEN, READ, 401],
    ['reading as viewer', tokens(), 'viewer-token', READ, 200],
    ['reporting as viewer', tokens(), 'viewer-token', REPORT, 403],
    ['a heartbeat as viewer', tokens(), 'viewer-token', BEAT, 403],
    ['operating as viewer', tokens(), 'viewer-token', OPERATE, 403],
    ['reading as reporter', tokens(), 'reporter-token', READ, 200],
    ['reporting as reporter', tokens(), 'reporter-token', REPORT, 201],
    ['a heartbeat as reporter', tokens(), 'reporter-token', BEAT, 204],
    ['operating as reporter', tokens(), 'reporter-token', OPERATE, 403],
    ['reading as operator', tokens(), 'operator-token', READ, 200],
    ['reporting as operator', tokens(), 'operator-token', REPORT, 201],
    ['operating as operator', tokens(), 'operator-token', OPERATE, 200],
  ])('%s (auth %o)', async (_, auth, token, { path, ...request }, status) => {
    await using served = await serve({ auth });
    served.daemon.incidents.push(incident('rekor-1'));
    const answer = await ask(`${served.url}${path}`, { ...request, ...(token === undefined ? {} : { token }) });
    expect(answer.status).toBe(status);
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer realm="tocsin"' : undefined);
  });

  test('every route of the document but the open ones refuses whoever shows no token', async () => {
    await using served = await serve({ auth: tokens() });
    const { json } = await ask(`${served.url}/api/v1/openapi.json`, { token: 'viewer-token' });
    const answers: [string, number][] = [];
    for (const [path, methods] of Object.entries(json.paths as Record<string, object>))
      for (const method of Object.keys(methods)) {
        const { status } = await ask(`${served.url}${path.replace(/\{\w+\}/g, 'x')}`, { method: method.toUpperCase() });
        answers.push([`${method} ${path}`, status]);
      }
    const open = answers.filter(([, status]) => status !== 401).map(([route]) => route);
    // Signing in is where a token is shown; the session's routes tell nothing to whoever shows none.
    const session = ['get /api/v1/session', 'post /api/v1/session', 'delete /api/v1/session'];
    expect(open.sort()).toEqual([...session, 'get /healthz', 'get /readyz', 'get /metrics'].sort());
  });

  test('an Authorization header of another kind is a missing token', async () => {
    await using served = await serve({ auth: tokens() });
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer two words', 'operator-token'])
      expect((await ask(`${served.url}/api/v1/status`, { headers: { authorization } })).status).toBe(401);
  });

  test('no answer repeats the token that was shown', async () => {
    await using served = await serve({ auth: tokens() });
    expect((await ask(`${served.url}/api/v1/status`, { token: 'guessed' })).text).not.toContain('guessed');
  });

  test('a request that a proxy passed on is not from this machine', async () => {
    await using served = await serve();
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    expect((await ask(`${served.url}/api/v1/status`, { headers })).status).toBe(401);
    expect((await ask(`${served.url}/api/v1/status`, { headers, token: WRITE_TOKEN })).status).toBe(200);
  });

  test('a heartbeat takes its own token, which is good for nothing else', async () => {
    await using served = await serve({
      auth: tokens(),
      heartbeatToken: (probe) => (probe === ('backup/nightly' as ProbeId) ? new Secret('for-backups') : undefined),
    });
    const post = async (path: string, body: unknown = {}): Promise<number> =>
      (await ask(`${served.url}/api/v1${path}`, { method: 'POST', token: 'for-backups', body })).status;
    expect(await post('/heartbeats/backup/nightly')).toBe(204);
    expect(await post('/heartbeats/rekor/http')).toBe(401);
    expect(await post('/changes', REPORT.body)).toBe(401);
    const { status } = await ask(`${served.url}/api/v1/status`, { token: 'for-backups' });
    expect(status).toBe(401);
  });

  test('a reload changes who may ask from the next request on', async () => {
    await using served = await serve({ auth: tokens() });
    const status = async (token: string): Promise<number> =>
      (await ask(`${served.url}/api/v1/status`, { token })).status;
    expect(await status('viewer-token')).toBe(200);
    served.api.setAuth({
      kind: 'tokens',
      public: false,
      tokens: [{ name: 'new', role: 'viewer', token: new Secret('rotated') }],
    });
    expect([await status('viewer-token'), await status('rotated')]).toEqual([401, 200]);
  });
});

describe('under which names we answer', () => {
  const publicUrl = 'https://tocsin.example';

  test.each([
    ['127.0.0.1', 200],
    ['127.0.0.1:9700', 200],
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['[::1]:9700', 200],
    ['tocsin.example', 200],
    ['tocsin.example:443', 200],
    ['Tocsin.Example.', 200],
    ['evil.example', 421],
    ['tocsin.example.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['evil.example#127.0.0.1', 421],
    ['user@127.0.0.1', 421],
    ['10.0.0.1', 421],
  ])('Host: %s is answered with %i', async (host, status) => {
    await using served = await serve({ publicUrl, auth: OPEN });
    for (const path of ['/api/v1/status', '/', '/graph', '/metrics'])
      expect([path, (await ask(`${served.url}${path}`, { headers: { host } })).status]).toEqual([path, status]);
  });

  test('beyond loopback, scrapers and orchestrators may use whatever name they know us by', async () => {
    await using served = await serve({ auth: tokens(), listen: { host: '0.0.0.0', port: 0 } });
    const status = async (path: string): Promise<number> =>
      (await ask(`${served.url}${path}`, { headers: { host: 'tocsin.monitoring.svc' }, token: 'viewer-token' })).status;
    expect([await status('/healthz'), await status('/readyz'), await status('/metrics')]).toEqual([200, 200, 200]);
    expect(await status('/api/v1/status')).toBe(421);
  });

  test('through the public name, reading needs a token where nothing was said about auth', async () => {
    await using served = await serve({ publicUrl });
    const headers = { host: 'tocsin.example' };
    expect((await ask(`${served.url}/api/v1/status`, { headers })).status).toBe(401);
    expect((await ask(`${served.url}/api/v1/status`, { headers, token: WRITE_TOKEN })).status).toBe(200);
  });
});
