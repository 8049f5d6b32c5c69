import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from './support/ask.ts';
import type { Answered } from './support/ask.ts';
import { serve, tokens } from './support/with-api.ts';
import type { Served } from './support/with-api.ts';

describe('signing in on the page', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve({ auth: tokens() });
  });
  afterEach(() => served[Symbol.asyncDispose]());

  const signIn = (token: string): Promise<Answered> =>
    ask(`${served.url}/api/v1/session`, { method: 'POST', body: { token } });
  const cookieOf = ({ headers }: Answered): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const change = { service: 'dis', summary: 'a deploy' };

  test('sets a cookie that scripts cannot read and that other sites do not send, and does not hold the token', async () => {
    const opened = await signIn('operator-token');
    expect(opened.status).toBe(200);
    expect(opened.json).toMatchObject({ name: 'the operator', role: 'operator', readsFreely: false });
    const [cookie = ''] = opened.headers['set-cookie'] ?? [];
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('operator-token');
  });

  test('is told to a browser over TLS alone where the public URL is one of TLS', async () => {
    await using secure = await serve({ auth: tokens(), publicUrl: 'https://tocsin.example' });
    const opened = await ask(`${secure.url}/api/v1/session`, { method: 'POST', body: { token: 'viewer-token' } });
    expect(opened.headers['set-cookie']?.[0]).toContain('; Secure');
  });

  test('opens reading; without it there is nothing to read', async () => {
    const cookie = cookieOf(await signIn('viewer-token'));
    expect((await ask(`${served.url}/api/v1/status`)).status).toBe(401);
    expect((await ask(`${served.url}/api/v1/status`, { headers: { cookie } })).status).toBe(200);
  });

  test('writing needs beside the cookie what only our own page knows', async () => {
    const opened = await signIn('reporter-token');
    const cookie = cookieOf(opened);
    const write = (headers: Record<string, string>): Promise<Answered> =>
      ask(`${served.url}/api/v1/changes`, { method: 'POST', body: change, headers });
    expect((await write({ cookie })).status).toBe(403);
    expect((await write({ cookie, 'tocsin-csrf': 'guessed' })).status).toBe(403);
    expect((await write({ cookie, 'tocsin-csrf': opened.json.csrf as string })).status).toBe(201);
  });

  test('gives no more than the token gives', async () => {
    const opened = await signIn('viewer-token');
    const answer = await ask(`${served.url}/api/v1/changes`, {
      method: 'POST',
      body: change,
      headers: { cookie: cookieOf(opened), 'tocsin-csrf': opened.json.csrf as string },
    });
    expect(answer.status).toBe(403);
    expect(answer.json.detail).toContain('needs the role reporter');
  });

  test('a wrong token opens nothing', async () => {
    const refused = await signIn('wrong');
    expect([refused.status, refused.headers['set-cookie']]).toEqual([401, undefined]);
  });

  test('ends when somebody signs out, and when a reload takes the token away', async () => {
    const first = cookieOf(await signIn('viewer-token'));
    const second = cookieOf(await signIn('viewer-token'));
    const reads = async (cookie: string): Promise<number> =>
      (await ask(`${served.url}/api/v1/status`, { headers: { cookie } })).status;
    await ask(`${served.url}/api/v1/session`, { method: 'DELETE', headers: { cookie: first } });
    expect([await reads(first), await reads(second)]).toEqual([401, 200]);
    served.api.setAuth({ kind: 'tokens', public: false, tokens: [] });
    expect(await reads(second)).toBe(401);
  });

  test('says who is signed in, and whether reading needs it', async () => {
    const cookie = cookieOf(await signIn('viewer-token'));
    const who = async (headers: Record<string, string>): Promise<unknown> =>
      (await ask(`${served.url}/api/v1/session`, { headers })).json;
    expect(await who({ cookie })).toMatchObject({ name: 'the viewer', role: 'viewer', readsFreely: false });
    expect(await who({})).toEqual({ name: null, role: null, csrf: null, readsFreely: false });
    expect(await who({ cookie: 'tocsin-session-0=made-up' })).toMatchObject({ name: null });
  });
});
