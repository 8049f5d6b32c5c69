import { describe, expect, it } from 'vitest';
import { IDENTITY_KEY, startStore } from '../../src/world/key-value-store.ts';
import type { KeyValueStore } from '../../src/world/key-value-store.ts';

const token = 'a-token';
const start = (): Promise<KeyValueStore> => startStore({ token, values: { 'policy/signing': '{}' } });

function call(store: KeyValueStore, method: string, path: string, body?: string, bearer = token): Promise<Response> {
  const headers = { authorization: `Bearer ${bearer}` };
  const init: RequestInit = body === undefined ? { method, headers } : { method, headers, body };
  return fetch(store.url + path, { ...init, signal: AbortSignal.timeout(5_000) });
}
const get = (store: KeyValueStore, key: string): Promise<Response> => call(store, 'GET', store.valuePath(key));

describe('the key-value store', () => {
  it('gives back what was put, until it is deleted', async () => {
    await using store = await start();
    expect((await call(store, 'PUT', store.valuePath('a/b'), 'value')).status).toBe(200);
    expect(await (await get(store, 'a/b')).text()).toBe('value');
    expect((await call(store, 'DELETE', store.valuePath('a/b'))).status).toBe(200);
    const gone = await get(store, 'a/b');
    expect([gone.status, await gone.json()]).toMatchObject([404, { success: false, errors: [{ code: 10_009 }] }]);
  });

  it('says which environment it is, by title and by the value that its operator wrote', async () => {
    await using store = await start();
    expect(await (await get(store, IDENTITY_KEY)).text()).toBe('production');
    const namespace = await call(store, 'GET', '/client/v4/accounts/world/storage/kv/namespaces/policies');
    expect(await namespace.json()).toMatchObject({ success: true, result: { title: 'production' } });
    const keys = await call(store, 'GET', '/client/v4/accounts/world/storage/kv/namespaces/policies/keys');
    expect(await keys.json()).toMatchObject({ result: [{ name: 'policy/signing' }, { name: IDENTITY_KEY }] });
  });

  it('knows no one without its token, and no other namespace', async () => {
    await using store = await start();
    expect((await call(store, 'GET', store.valuePath('policy/signing'), undefined, 'another')).status).toBe(401);
    const other = '/client/v4/accounts/world/storage/kv/namespaces/other/values/x';
    expect((await call(store, 'GET', other)).status).toBe(404);
  });

  it('unauthorized: a well-formed 401 to everything, the right token included', async () => {
    await using store = await start();
    store.fault = 'unauthorized';
    const paths = [store.valuePath('policy/signing'), '/client/v4/user/tokens/verify', '/anything'];
    for (const path of paths) {
      const response = await call(store, 'GET', path);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        success: false,
        errors: [{ code: 10_000, message: 'Authentication error' }],
        messages: [],
        result: null,
      });
    }
    expect((await call(store, 'PUT', store.valuePath('x'), 'y')).status).toBe(401);
  });

  it('wrong-environment: it answers, as staging', async () => {
    await using store = await start();
    store.fault = 'wrong-environment';
    expect(await (await get(store, IDENTITY_KEY)).text()).toBe('staging');
    expect((await get(store, 'policy/signing')).status).toBe(404);
    store.fault = null;
    expect(await (await get(store, IDENTITY_KEY)).text()).toBe('production');
  });

  it('empty: 200 with nothing in it', async () => {
    await using store = await start();
    store.fault = 'empty';
    const response = await get(store, 'policy/signing');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('rate-limited: 429, and when to come back', async () => {
    await using store = await start();
    store.fault = 'rate-limited';
    const response = await get(store, 'policy/signing');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30']);
  });

  it('5xx: 503', async () => {
    await using store = await start();
    store.fault = '5xx';
    expect((await get(store, 'policy/signing')).status).toBe(503);
  });

  it('hang: a connection is taken and nothing ever comes back', async () => {
    await using store = await start();
    store.fault = 'hang';
    const signal = AbortSignal.timeout(150);
    await expect(fetch(store.url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('forbidden: 403 to everything; no-values: to values alone', async () => {
    await using store = await start();
    store.fault = 'forbidden';
    expect((await call(store, 'GET', '/client/v4/user/tokens/verify')).status).toBe(403);
    store.fault = 'no-values';
    expect((await call(store, 'GET', '/client/v4/user/tokens/verify')).status).toBe(200);
    expect((await get(store, IDENTITY_KEY)).status).toBe(403);
  });

  it('write-lost: says that it was written, and it was not', async () => {
    await using store = await start();
    store.fault = 'write-lost';
    expect((await call(store, 'PUT', store.valuePath('x'), 'y')).status).toBe(200);
    expect((await get(store, 'x')).status).toBe(404);
  });

  it('wrong-value: every value is another', async () => {
    await using store = await start();
    store.fault = 'wrong-value';
    expect(await (await get(store, IDENTITY_KEY)).text()).not.toBe('production');
    expect((await get(store, 'absent')).status).toBe(404);
  });

  it('maintenance: a page with 200', async () => {
    await using store = await start();
    store.fault = 'maintenance';
    const response = await get(store, IDENTITY_KEY);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('ends a value when its time is up, and takes no time under a minute', async () => {
    let now = 0;
    await using store = await startStore({ token, now: () => now });
    expect((await call(store, 'PUT', `${store.valuePath('x')}?expiration_ttl=59`, 'y')).status).toBe(400);
    expect((await call(store, 'PUT', `${store.valuePath('x')}?expiration_ttl=60`, 'y')).status).toBe(200);
    now = 59_999;
    expect((await get(store, 'x')).status).toBe(200);
    now = 60_000;
    expect((await get(store, 'x')).status).toBe(404);
  });

  it('takes one write a second to one key, and any number to others', async () => {
    let now = 0;
    await using store = await startStore({ token, now: () => now });
    const put = async (key: string) => (await call(store, 'PUT', store.valuePath(key), 'y')).status;
    expect([await put('x'), await put('x'), await put('z')]).toEqual([200, 429, 200]);
    now = 1000;
    expect(await put('x')).toBe(200);
  });
});
