import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/api/api-error.ts';
import { ask } from './support/ask.ts';
import { serve, WRITE_TOKEN } from './support/with-api.ts';

const BEAT = '/api/v1/heartbeats/backup/nightly';
const INVALID = 'urn:problem:tocsin:invalid';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('what is sent to us', () => {
  test('a body of 256 KiB is taken, and one byte more is refused', async () => {
    await using served = await serve();
    const post = async (bytes: number): Promise<number> =>
      (
        await ask(`${served.url}${BEAT}`, {
          method: 'POST',
          token: WRITE_TOKEN,
          headers: JSON_TYPE,
          body: `"${'x'.repeat(bytes - 2)}"`,
        })
      ).status;
    expect([await post(256 * 1024), await post(256 * 1024 + 1)]).toEqual([204, 413]);
  });

  test('a body that does not say how long it is ends at the same limit', async () => {
    await using served = await serve();
    const chunk = `${(64 * 1024).toString(16)}\r\n${'x'.repeat(64 * 1024)}\r\n`;
    const answer = await raw(
      served.api.port,
      `POST ${BEAT} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${WRITE_TOKEN}\r\n` +
        `content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test.each([
    ['that is not JSON', '{', 400, INVALID],
    ['with a key that reaches for a prototype', '{"__proto__": {"admin": true}}', 400, INVALID],
    ['with a key that reaches for a constructor', '{"constructor": {"prototype": {}}}', 400, INVALID],
    ['nested deeper than anybody writes', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, INVALID],
    ['nested as deep as one may', `${'['.repeat(64)}${']'.repeat(64)}`, 204, undefined],
  ])('a body %s is answered with %i', async (_, body, status, type) => {
    await using served = await serve();
    const answer = await ask(`${served.url}${BEAT}`, { method: 'POST', token: WRITE_TOKEN, headers: JSON_TYPE, body });
    expect([answer.status, answer.json?.type]).toEqual([status, type]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a body of type %s, which a form on a foreign page could send, is refused',
    async (type) => {
      await using served = await serve();
      for (const path of [BEAT, '/api/v1/changes']) {
        const answer = await ask(`${served.url}${path}`, {
          method: 'POST',
          token: WRITE_TOKEN,
          headers: { 'content-type': type },
          body: '{"service":"rekor","summary":"x"}',
        });
        expect([path, answer.status]).toEqual([path, 415]);
      }
    },
  );

  test('a write without any body and type is refused, where it is not a heartbeat', async () => {
    await using served = await serve();
    const answer = await ask(`${served.url}/api/v1/changes`, { method: 'POST', token: WRITE_TOKEN });
    expect(answer.json).toMatchObject({ status: 415, type: 'urn:problem:tocsin:not-json' });
  });

  test('mistakes in a body are named by place', async () => {
    await using served = await serve();
    const answer = await ask(`${served.url}/api/v1/changes`, {
      method: 'POST',
      token: WRITE_TOKEN,
      body: { service: 'rekor', summary: 'x', sumary: 'y' },
    });
    expect(answer.json.detail).toBe('body must NOT have additional properties: sumary');
  });

  test.each([
    ['headers beyond 16 KiB', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    [
      'a path that does not decode',
      'GET /api/v1/services/%zz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
      400,
    ],
    ['a request without a Host', 'GET / HTTP/1.0\r\n\r\n', 421],
  ])('%s is answered with a problem', async (_, text, status) => {
    await using served = await serve();
    const answer = await raw(served.api.port, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
  });

  test('an address that asks without end is told to wait, and health is answered still', async () => {
    await using served = await serve({ requestsPerMinute: 5 });
    const statuses: number[] = [];
    for (const token of ['guess-1', 'guess-2', 'guess-3', 'guess-4', 'guess-5', 'guess-6'])
      statuses.push((await ask(`${served.url}/api/v1/status`, { token })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const limited = await ask(`${served.url}/nothing`);
    expect(limited.json).toMatchObject({ status: 429, type: 'urn:problem:tocsin:too-many' });
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(`${served.url}/healthz`)).status).toBe(200);
    expect((await ask(`${served.url}/readyz`)).status).toBe(200);
  });
});

describe('what we send', () => {
  test('every answer carries the headers that keep a browser from doing harm with it', async () => {
    await using served = await serve();
    for (const path of ['/', '/api/v1/status', '/api/v1/nothing', '/graph']) {
      const { headers } = await ask(`${served.url}${path}`);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      const policy = headers['content-security-policy'] as string;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe-|https?:|\*/);
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  test('answers of the API are stored by nobody', async () => {
    await using served = await serve();
    expect((await ask(`${served.url}/api/v1/status`)).headers['cache-control']).toBe('no-store');
  });
});

describe('opening and closing', () => {
  test('an address in use is told by its code', async () => {
    await using served = await serve();
    const second = serve({ listen: { host: '127.0.0.1', port: served.api.port } });
    await expect(second).rejects.toBeInstanceOf(ApiError);
    await expect(second).rejects.toMatchObject({ code: 'in-use' });
  });

  test('an address that is not ours is told by its code', async () => {
    await expect(serve({ listen: { host: '192.0.2.1', port: 0 } })).rejects.toMatchObject({ code: 'listen' });
  });

  test('closing does not wait for a connection that says nothing', async () => {
    const served = await serve();
    const socket = connect(served.api.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /api/v1/status HTTP/1.1\r\nhost: loc');
    const closed = once(socket, 'close');
    await served[Symbol.asyncDispose]();
    await closed;
    await expect(fetch(`${served.url}/healthz`)).rejects.toThrow('fetch failed');
  });
});

/** Sends bytes as they are and gives what came back until the connection ended. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // We may be hung up on while we are still sending; what was answered before that counts.
  socket.on('error', () => undefined);
  socket.write(text);
  const answered = once(socket, 'data');
  await Promise.race([answered, once(socket, 'close')]);
  socket.end();
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}
