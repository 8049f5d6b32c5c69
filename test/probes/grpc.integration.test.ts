import { createServer as createHttp2Server, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Metadata, Server, ServerCredentials, status, type ServiceError } from '@grpc/grpc-js';
import { HealthImplementation, service as healthService, type ServingStatus } from 'grpc-health-check';
import { describe, expect, test } from 'vitest';
import { grpc } from '../../src/probes/grpc.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { certificateFor } from '../servers/certificates.ts';
import { httpTarget } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

const ORDERS = 'shop.v1.Orders';

interface GrpcServer extends AsyncDisposable {
  readonly port: number;
  readonly target: string;
}

/** A real gRPC server on a free port of 127.0.0.1. */
async function serving(prepare: (server: Server) => void, credentials = ServerCredentials.createInsecure()) {
  const server = new Server();
  prepare(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  const started: GrpcServer = {
    port,
    target: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
  return started;
}

function healthy(statuses: Record<string, ServingStatus>, credentials?: ServerCredentials) {
  return serving((server) => new HealthImplementation(statuses).addToServer(server), credentials);
}

/** A server whose health check ends with a code of its own. */
function refusing(code: status) {
  return serving((server) => {
    const answer = (_call: unknown, callback: (error: Partial<ServiceError>) => void) =>
      callback({ code, details: 'as the test wants it', metadata: new Metadata() });
    server.addService(healthService, { check: answer, watch: answer });
  });
}

/** Whether a check that only connects is content. */
async function shallowly(port: number): Promise<string> {
  const { judgement } = await probe(tcp, { host: '127.0.0.1', port });
  return judgement.outcome;
}

describe('a real health service', () => {
  test('that says SERVING passes', async () => {
    await using server = await healthy({ '': 'SERVING', [ORDERS]: 'SERVING' });
    const whole = await probe(grpc, { target: server.target });
    const one = await probe(grpc, { target: server.target, service: ORDERS });
    expect([whole.judgement.message, one.judgement.message]).toEqual([undefined, undefined]);
    expect(one.judgement.steps.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['reach', 'pass'],
      ['check', 'pass'],
    ]);
    expect(one.measured).toMatchObject({ address: '127.0.0.1', phases: { connect: expect.any(Number) } });
  });

  test.each<[string, string, string]>([
    ['of this service that it is not', 'shop.v1.Down', 'semantic.not_ready'],
    ['of this service that it does not know', 'shop.v1.Unsure', 'semantic.not_ready'],
    ['of no such service', 'shop.v1.Nowhere', 'semantic.missing'],
  ])('that says %s fails, though the port is open', async (_what, service, expected) => {
    await using server = await healthy({ 'shop.v1.Down': 'NOT_SERVING', 'shop.v1.Unsure': 'UNKNOWN' });
    const { judgement } = await probe(grpc, { target: server.target, service });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.message).toContain(service);
    expect(await shallowly(server.port)).toBe('pass');
  });

  test('that changes its mind is believed', async () => {
    const health = new HealthImplementation({ [ORDERS]: 'SERVING' });
    await using server = await serving((one) => health.addToServer(one));
    const ask = async () => (await probe(grpc, { target: server.target, service: ORDERS })).judgement.outcome;
    const outcomes = [await ask()];
    health.setStatus(ORDERS, 'NOT_SERVING');
    outcomes.push(await ask());
    health.setStatus(ORDERS, 'SERVING');
    expect([...outcomes, await ask()]).toEqual(['pass', 'fail', 'pass']);
  });

  test('that is missing is unsupported', async () => {
    await using server = await serving(() => undefined);
    const { judgement } = await probe(grpc, { target: server.target });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.unsupported' });
    expect(judgement.message).toContain('UNIMPLEMENTED');
    expect(await shallowly(server.port)).toBe('pass');
  });

  test.each<[keyof typeof status, string]>([
    ['UNAUTHENTICATED', 'auth.unauthorized'],
    ['PERMISSION_DENIED', 'auth.forbidden'],
    ['RESOURCE_EXHAUSTED', 'quota.rate_limited'],
    ['DEADLINE_EXCEEDED', 'latency.timeout'],
    ['UNAVAILABLE', 'http.5xx'],
    ['INTERNAL', 'http.5xx'],
    ['INVALID_ARGUMENT', 'http.4xx'],
  ])('that answers %s is %s, though the port is open', async (code, expected) => {
    await using server = await refusing(status[code]);
    const { judgement } = await probe(grpc, { target: server.target });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.message).toContain(`${code} (as the test wants it)`);
    expect(await shallowly(server.port)).toBe('pass');
  });

  test('is asked at each address', async () => {
    await using server = await healthy({ '': 'SERVING' });
    const names = { 'orders.test': ['127.0.0.1', '127.0.0.2'] };
    const { judgement } = await probe(grpc, { target: `orders.test:${server.port}` }, { names });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.partial' });
  });
});

describe('over TLS', () => {
  const credentials = (wishes: Parameters<typeof certificateFor>[0] = {}) => {
    const { chain, key } = certificateFor(wishes);
    const pair = { cert_chain: Buffer.from(chain), private_key: Buffer.from(key) };
    return ServerCredentials.createSsl(null, [pair]);
  };
  const { ca } = certificateFor();

  test('the certificate is verified for the name, and its facts are kept', async () => {
    await using server = await healthy({ '': 'SERVING' }, credentials());
    const { judgement, measured } = await probe(grpc, { target: server.target, tls: { ca } });
    expect(judgement.message).toBeUndefined();
    expect(measured.facts).toMatchObject({ issuer: 'CN=Test CA', spki: expect.stringMatching(/^sha256\//) });
  });

  test('another name can be asked for', async () => {
    await using server = await healthy({ '': 'SERVING' }, credentials({ names: ['orders.test'] }));
    const wrong = await probe(grpc, { target: server.target, tls: { ca } });
    expect(wrong.judgement).toMatchObject({ class: 'tls.name_mismatch' });
    const right = await probe(grpc, { target: server.target, tls: { ca, servername: 'orders.test' } });
    expect(right.judgement.message).toBeUndefined();
  });

  test('a stranger’s certificate is refused before anything is asked', async () => {
    await using server = await healthy({ '': 'SERVING' }, credentials({ authority: 'Another CA' }));
    const { judgement } = await probe(grpc, { target: server.target, tls: { ca } });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'tls.untrusted' });
    expect(judgement.steps[0]).toMatchObject({ name: 'reach', outcome: 'fail' });
  });

  test('a server that only speaks HTTP/1.1 there is no gRPC server', async () => {
    const { chain, key } = certificateFor();
    await using server = await httpTarget((_request, response) => void response.end(), { cert: chain, key });
    const { judgement } = await probe(grpc, { target: server.at, tls: { ca } });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'tls.handshake' });
  });

  test('a server without TLS fails the handshake', async () => {
    await using server = await healthy({ '': 'SERVING' });
    const { judgement } = await probe(grpc, { target: server.target, tls: { ca } });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'tls.handshake' });
  });
});

describe('what is no gRPC', () => {
  /** Does with each stream what it is told to. */
  async function answering(talk: (stream: ServerHttp2Stream) => void, secure = false) {
    const { chain, key } = certificateFor();
    const server = secure ? createSecureServer({ cert: chain, key }) : createHttp2Server();
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => undefined);
      talk(stream);
    });
    const sessions = new Set<{ destroy(): void }>();
    server.on('session', (session) => sessions.add(session));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        for (const session of sessions) session.destroy();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      },
    };
  }

  const withTrailers = (stream: ServerHttp2Stream, body: Buffer, code: string) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code }));
    stream.end(body);
  };

  test.each<[string, (stream: ServerHttp2Stream) => void, string]>([
    [
      'a web page of a load balancer',
      (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'text/html' });
        stream.end('<html>');
      },
      'protocol.malformed',
    ],
    ['a gateway’s 503', (stream) => stream.respond({ ':status': 503 }, { endStream: true }), 'http.5xx'],
    ['a gateway’s 401', (stream) => stream.respond({ ':status': 401 }, { endStream: true }), 'auth.unauthorized'],
    ['an answer without a message', (stream) => withTrailers(stream, Buffer.alloc(0), '0'), 'protocol.malformed'],
    [
      'an answer that is no message',
      (stream) => withTrailers(stream, Buffer.from('garbage'), '0'),
      'protocol.malformed',
    ],
    ['a code that is none', (stream) => withTrailers(stream, Buffer.alloc(0), 'fine'), 'protocol.malformed'],
    [
      'an answer that ends without a code',
      (stream) => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.end(Buffer.of(0, 0, 0, 0, 2, 8, 1));
      },
      'protocol.malformed',
    ],
    ['a stream that is reset', (stream) => stream.close(2), 'connect.reset'],
    ['silence', () => undefined, 'latency.timeout'],
  ])('%s', async (_what, talk, expected) => {
    await using server = await answering(talk);
    const { judgement } = await probe(grpc, { target: server.target }, { timeoutMs: 500 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
  });

  test('a server of HTTP/1.1', async () => {
    await using server = await httpTarget((_request, response) => void response.end('ok'));
    const { judgement } = await probe(grpc, { target: server.at }, { timeoutMs: 500 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
  });
});

test.each([
  ['grpc://orders.example:50051', { target: 'orders.example:50051' }],
  ['grpc://orders.example:50051/shop.v1.Orders', { target: 'orders.example:50051', service: ORDERS }],
  ['grpcs://[::1]:443/', { target: '[::1]:443', tls: {} }],
])('%s is short for a probe', (url, options) => {
  expect(grpc.shorthand?.options(url)).toEqual(options);
  expect(grpc.schema.safeParse(options).success).toBe(true);
});

test('a short form without a port is refused', () => {
  expect(grpc.schema.safeParse(grpc.shorthand?.options('grpc://orders.example')).success).toBe(false);
});
