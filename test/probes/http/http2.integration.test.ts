import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { http } from '../../../src/probes/http.ts';
import { certificateFor } from '../../servers/certificates.ts';
import { httpTarget, tlsTarget } from '../../servers/target-server.ts';
import { probe } from '../run-context.ts';

const certificate = certificateFor();
const pair = { cert: certificate.chain, key: certificate.key };
const tls = { ca: certificate.ca };

/** A server that speaks nothing but HTTP/2 and does with each stream what it is told to. */
async function http2Target(talk: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void) {
  const server: Http2SecureServer = createSecureServer({ ...pair, maxSendHeaderBlockLength: 1_000_000 });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers: Record<string, unknown>) => {
    stream.on('error', () => undefined);
    talk(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/health?deep=1`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function probing(
  talk: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
  fields: object = {},
  timeoutMs = 2_000,
) {
  await using server = await http2Target(talk);
  return await probe(http, { url: server.url, tls, ...fields }, { timeoutMs });
}

describe('a server that wants HTTP/2', () => {
  test('is asked by it', async () => {
    const seen: Record<string, unknown>[] = [];
    const { judgement, measured } = await probing(
      (stream, headers) => {
        seen.push(headers);
        stream.respond({ ':status': 200, 'content-type': 'application/json', server: 'h2' });
        stream.end('{"status":"ok"}');
      },
      { expect: { json: { '$.status': 'ok' }, headers: { 'content-type': 'application/json' } } },
    );
    expect(judgement.message).toBeUndefined();
    expect(measured.facts).toMatchObject({ httpVersion: '2', server: 'h2', issuer: 'CN=Test CA' });
    expect(measured.phases).toMatchObject({ firstByte: expect.any(Number), transfer: expect.any(Number) });
    expect(seen[0]).toMatchObject({ ':method': 'GET', ':path': '/health?deep=1', 'user-agent': 'tocsin' });
  });

  test('gets method, body, headers and another authority', async () => {
    const seen: { headers?: Record<string, unknown>; body: string } = { body: '' };
    const { judgement } = await probing(
      (stream, headers) => {
        seen.headers = headers;
        stream.on('data', (chunk: Buffer) => (seen.body += chunk.toString()));
        stream.on('end', () => stream.respond({ ':status': 201 }, { endStream: true }));
      },
      { method: 'POST', json: { a: 1 }, headers: { Host: 'other.example', 'X-Team': 'a' }, expect: { status: 201 } },
    );
    expect(judgement.message).toBeUndefined();
    expect(seen).toMatchObject({
      body: '{"a":1}',
      headers: { ':method': 'POST', ':authority': 'other.example', 'x-team': 'a', 'content-length': '7' },
    });
  });

  test('is believed when it answers before it has taken everything', async () => {
    const { judgement } = await probing((stream) => stream.respond({ ':status': 401 }, { endStream: true }), {
      method: 'POST',
      body: 'x'.repeat(1_000_000),
    });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
  });

  test('may redirect within itself', async () => {
    const { judgement } = await probing(
      (stream, headers) => {
        if (headers[':path'] === '/there') {
          stream.respond({ ':status': 200 });
          stream.end('arrived');
        } else stream.respond({ ':status': 302, location: '/there' }, { endStream: true });
      },
      { expect: { contains: 'arrived' } },
    );
    expect(judgement.message).toBeUndefined();
  });

  test.each<[string, (stream: ServerHttp2Stream) => void, string]>([
    ['that is silent', () => undefined, 'latency.timeout'],
    [
      'that hangs after headers',
      (stream) => {
        stream.respond({ ':status': 200, 'content-length': '100000' });
        stream.write('x'.repeat(1000));
      },
      'latency.timeout',
    ],
    [
      'whose body does not end',
      (stream) => {
        stream.respond({ ':status': 200 });
        const pour = () => {
          while (!stream.destroyed && stream.write(Buffer.alloc(16_384, '.')));
        };
        stream.on('drain', pour);
        pour();
      },
      'protocol.too_large',
    ],
    [
      'whose headers are too large',
      (stream) => {
        const many = Array.from({ length: 60 }, (_, i) => [`x-${i}`, 'a'.repeat(1000)] as const);
        stream.respond({ ':status': 200, ...Object.fromEntries(many) }, { endStream: true });
      },
      'protocol.too_large',
    ],
    ['that resets the stream', (stream) => stream.close(2), 'connect.reset'],
    ['that drops the connection', (stream) => stream.session?.socket.destroy(), 'connect.reset'],
    [
      'that drops the connection within the body',
      (stream) => {
        stream.respond({ ':status': 200 });
        stream.write('half', () => stream.session?.destroy());
      },
      'connect.reset',
    ],
    ['that goes away', (stream) => stream.session?.goaway(2), 'connect.reset'],
    [
      'whose body is shorter than it says',
      (stream) => {
        stream.respond({ ':status': 200, 'content-length': '10' });
        stream.end('hi');
      },
      'protocol.malformed',
    ],
  ])('%s is measured as such', async (_what, talk, expected) => {
    const { judgement } = await probing(talk, { maxBytes: '64KiB' }, 500);
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
  });

  test('that hangs in the body says how much had come', async () => {
    const { judgement } = await probing(
      (stream) => {
        stream.respond({ ':status': 200, 'content-length': '100000' });
        stream.write('x'.repeat(1000));
      },
      {},
      400,
    );
    expect(judgement.message).toContain('1000 of 100000 bytes had come');
  });

  test('and then speaks something else is malformed, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 10, maxLength: 200 }), async (bytes) => {
        await using server = await tlsTarget({ ...pair, ALPNProtocols: ['h2'] }, (socket) => {
          socket.on('error', () => undefined);
          socket.end(Buffer.from(bytes));
        });
        const { judgement, measured } = await probe(http, { url: `https://${server.at}/`, tls }, { timeoutMs: 2_000 });
        expect(judgement.outcome).toBe('fail');
        expect(measured.ownFault).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });
});

test('a server that only speaks HTTP/1.1 is asked by that', async () => {
  await using server = await httpTarget((_request, response) => void response.end('ok'), pair);
  const { judgement, measured } = await probe(http, { url: `https://${server.at}/`, tls });
  expect(judgement.message).toBeUndefined();
  expect(measured.facts).toMatchObject({ httpVersion: '1.1' });
});
