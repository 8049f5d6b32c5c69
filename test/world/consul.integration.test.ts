import { describe, expect, it } from 'vitest';
import { startConsul } from '../../src/world/consul.ts';
import type { Consul, ConsulFault } from '../../src/world/consul.ts';

const token = 'a-token';
const start = (): Promise<Consul> => startConsul({ token, values: { 'a/b': 'value' } });

async function call(
  consul: Consul,
  method: string,
  path: string,
  body?: unknown,
  as = token,
): Promise<[number, unknown]> {
  const response = await fetch(consul.url + path, {
    method,
    headers: { 'x-consul-token': as, connection: 'close' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return [response.status, isJson ? (JSON.parse(text) as unknown) : text];
}

async function session(consul: Consul, behavior = 'delete', ttl = '10s'): Promise<string> {
  const [, made] = await call(consul, 'PUT', '/v1/session/create', { TTL: ttl, Behavior: behavior });
  return (made as { ID: string }).ID;
}

describe('the Consul stub', () => {
  it('has a leader, and keeps values in base64 until they are deleted', async () => {
    await using consul = await start();
    expect(await call(consul, 'GET', '/v1/status/leader')).toEqual([200, '127.0.0.1:8300']);
    expect(await call(consul, 'PUT', '/v1/kv/c', 'text')).toEqual([200, true]);
    expect(await call(consul, 'GET', '/v1/kv/c?consistent')).toMatchObject([200, [{ Key: 'c', Value: btoa('text') }]]);
    expect(await call(consul, 'DELETE', '/v1/kv/c')).toEqual([200, true]);
    expect(await call(consul, 'GET', '/v1/kv/c')).toEqual([404, '']);
  });

  it('gives a lock to one session at a time, and says false to the next', async () => {
    await using consul = await start();
    const [one, two] = [await session(consul), await session(consul)];
    expect(await call(consul, 'PUT', `/v1/kv/lock?acquire=${one}`, '1')).toEqual([200, true]);
    expect(await call(consul, 'PUT', `/v1/kv/lock?acquire=${two}`, '2')).toEqual([200, false]);
    expect(await call(consul, 'GET', '/v1/kv/lock')).toMatchObject([200, [{ Session: one, LockIndex: 1 }]]);
    expect(await call(consul, 'PUT', `/v1/session/destroy/${one}`)).toEqual([200, true]);
    expect(await call(consul, 'PUT', `/v1/kv/lock?acquire=${two}`, '2')).toEqual([200, true]);
    expect((await call(consul, 'PUT', '/v1/kv/lock?acquire=none', '3'))[0]).toBe(500);
  });

  it('ends a session by its time, with what it locked or letting it go', async () => {
    let now = 0;
    await using consul = await startConsul({ now: () => now });
    for (const behavior of ['delete', 'release'])
      await call(consul, 'PUT', `/v1/kv/${behavior}?acquire=${await session(consul, behavior)}`, 'x');
    now = 10_000;
    expect(await call(consul, 'GET', '/v1/kv/delete')).toEqual([404, '']);
    const [, [released]] = (await call(consul, 'GET', '/v1/kv/release')) as [number, [Record<string, unknown>]];
    expect(released).not.toHaveProperty('Session');
    expect(consul.sessions).toBe(0);
    expect((await call(consul, 'PUT', '/v1/session/create', { TTL: '5s' }))[0]).toBe(400);
  });

  it('knows no one without its token', async () => {
    await using consul = await start();
    expect((await call(consul, 'GET', '/v1/kv/a/b', undefined, 'another'))[0]).toBe(403);
  });

  it.each<[ConsulFault, number, unknown, number, unknown]>([
    ['no-leader', 200, '', 500, 'No cluster leader'],
    ['forbidden', 200, '127.0.0.1:8300', 403, 'Permission denied: token lacks permission'],
    ['wrong-environment', 200, '127.0.0.1:8300', 404, ''],
    ['maintenance', 200, '<h1>Back soon</h1>', 200, '<h1>Back soon</h1>'],
    ['5xx', 503, 'service unavailable', 503, 'service unavailable'],
  ])('%s: the leader is %i %s, a value %i %s', async (fault, leaderStatus, leader, valueStatus, value) => {
    await using consul = await start();
    consul.fault = fault;
    expect(await call(consul, 'GET', '/v1/status/leader')).toEqual([leaderStatus, leader]);
    expect(await call(consul, 'GET', '/v1/kv/a/b')).toEqual([valueStatus, value]);
  });

  it('lock-refused: false with 200; write-lost: true, and nothing is there', async () => {
    await using consul = await start();
    consul.fault = 'lock-refused';
    expect(await call(consul, 'PUT', `/v1/kv/l?acquire=${await session(consul)}`, 'x')).toEqual([200, false]);
    consul.fault = 'write-lost';
    expect(await call(consul, 'PUT', `/v1/kv/l?acquire=${await session(consul)}`, 'x')).toEqual([200, true]);
    expect(consul.keys).toEqual(['a/b']);
  });

  it('hang: a connection is taken and nothing ever comes back', async () => {
    await using consul = await start();
    consul.fault = 'hang';
    const signal = AbortSignal.timeout(150);
    await expect(fetch(consul.url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
