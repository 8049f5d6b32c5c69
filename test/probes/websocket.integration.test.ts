import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { http } from '../../src/probes/http.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { websocket } from '../../src/probes/websocket.ts';
import { certificateFor } from '../servers/certificates.ts';
import { httpTarget, tcpTarget } from '../servers/target-server.ts';
import { probe, type ContextWishes } from './run-context.ts';

interface Wishes {
  /** Which of the subprotocols that a client offers is chosen; `false`: none. */
  readonly choose?: (offered: Set<string>) => string | false;
  readonly secure?: boolean;
}

/** A real WebSocket server on a free port of 127.0.0.1; answers plain requests with `ok`. */
async function feed(talk: (socket: WebSocket, request: IncomingMessage) => void, wishes: Wishes = {}) {
  const { chain, key } = certificateFor();
  const plain: RequestListener = (_request, response) => void response.end('ok');
  const server = wishes.secure === true ? createHttpsServer({ cert: chain, key }, plain) : createHttpServer(plain);
  const sockets = new WebSocketServer({ server, ...(wishes.choose && { handleProtocols: wishes.choose }) });
  const closes: number[] = [];
  const closed = new Promise<void>((resolve) => {
    sockets.on('connection', (socket, request) => {
      socket.on('error', () => undefined);
      socket.on('close', (code) => {
        closes.push(code);
        resolve();
      });
      talk(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${wishes.secure === true ? 'wss' : 'ws'}://127.0.0.1:${port}/feed`,
    closes,
    closed,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function probing(
  talk: (socket: WebSocket, request: IncomingMessage) => void,
  fields: object = {},
  wishes: ContextWishes = {},
) {
  await using server = await feed(talk);
  return await probe(websocket, { url: server.url, ...fields }, wishes);
}

const greets = (text: string) => (socket: WebSocket) => socket.send(text);

describe('an upgrade', () => {
  test('that is granted passes, and the connection is closed as agreed', async () => {
    await using server = await feed(() => undefined);
    const { judgement, measured } = await probe(websocket, { url: server.url });
    expect(judgement.message).toBeUndefined();
    expect(judgement.steps.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['reach', 'pass'],
      ['upgrade', 'pass'],
    ]);
    expect(measured).toMatchObject({ address: '127.0.0.1', facts: { addresses: ['127.0.0.1'] } });
    await server.closed;
    expect(server.closes).toEqual([1000]);
  });

  const refusing = (status: number, headers: Record<string, string> = {}) => {
    const answer: RequestListener = (_request, response) => void response.writeHead(status, headers).end('no');
    return httpTarget(answer);
  };

  test.each<[string, number, Record<string, string>, string, string]>([
    ['unauthorised', 401, { 'www-authenticate': 'Bearer realm="feed"' }, 'auth.unauthorized', 'asking for Bearer'],
    ['forbidden', 403, {}, 'auth.forbidden', 'status 403'],
    ['over the limit', 429, {}, 'quota.rate_limited', 'status 429'],
    [
      'redirected to a login',
      302,
      { location: 'https://sso.example/?s=1' },
      'protocol.unexpected_redirect',
      'sso.example/?…',
    ],
    ['not found', 404, {}, 'http.4xx', 'status 404'],
    ['broken', 503, {}, 'http.5xx', 'status 503'],
    ['a web page instead', 200, { 'content-type': 'text/html' }, 'protocol.malformed', 'status 200'],
  ])('that is refused names its class, though the port is open: %s', async (_how, status, headers, expected, words) => {
    await using server = await refusing(status, headers);
    const { judgement } = await probe(websocket, { url: `ws://${server.at}/feed` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.message).toContain(words);
    expect(judgement.steps.map(({ outcome }) => outcome)).toEqual(['pass', 'fail']);
    const shallow = await probe(tcp, { host: server.host, port: server.port });
    expect(shallow.judgement.outcome).toBe('pass');
  });

  test('with the subprotocol that was asked for passes', async () => {
    await using server = await feed(() => undefined, { choose: () => 'v2.feed' });
    const { judgement } = await probe(websocket, { url: server.url, subprotocols: ['v2.feed', 'v1.feed'] });
    expect(judgement.message).toBeUndefined();
  });

  test.each<[string, string | false]>([
    ['with another subprotocol', 'v9.feed'],
    ['without a subprotocol', false],
  ])('%s is malformed, though plain HTTP there is well', async (_how, chosen) => {
    await using server = await feed(() => undefined, { choose: () => chosen });
    const { judgement } = await probe(websocket, { url: server.url, subprotocols: ['v2.feed'] });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
    expect(judgement.message).toContain('asked for v2.feed');
    const shallow = await probe(http, { url: server.url.replace('ws', 'http') });
    expect(shallow.judgement.outcome).toBe('pass');
  });

  test('whose answer is to somebody else’s key is malformed', async () => {
    await using server = await tcpTarget((socket) => {
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
            'sec-websocket-accept: bm90IHRoZSBrZXkgb2Ygb3Vycw==\r\n\r\n',
        ),
      );
    });
    const { judgement } = await probe(websocket, { url: `ws://${server.at}/` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
    expect(judgement.message).toContain('not an answer to ours');
  });

  test('carries headers and credentials, and what comes back of them is masked', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const { judgement, measured } = await probing(
      (socket, { headers }) => {
        seen.push(headers);
        socket.send(`you are ${headers.authorization}`);
      },
      {
        headers: { origin: 'https://app.example' },
        auth: { bearer: 'bearer-token-1' },
        expect: { contains: 'you are' },
      },
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    );
    expect(judgement.message).toBeUndefined();
    expect(seen[0]).toMatchObject({ origin: 'https://app.example', traceparent: expect.any(String) });
    expect(JSON.stringify([measured, judgement])).not.toContain('bearer-token-1');
    expect(judgement.variables?.['body']).toBe('you are Bearer <secret>');
  });
});

describe('a message', () => {
  test('is the answer to what was sent', async () => {
    const { judgement } = await probing(
      (socket) => socket.on('message', (data) => socket.send(`{"echo":${(data as Buffer).toString()}}`)),
      { send: '{"n":1}', expect: { json: { '$.echo.n': 1 } } },
    );
    expect(judgement.message).toBeUndefined();
    expect(judgement.steps.at(-1)).toMatchObject({ name: 'answer', outcome: 'pass' });
    expect(judgement.variables?.['json']).toEqual({ echo: { n: 1 } });
  });

  test('that is expected may come after others', async () => {
    const { judgement, measured } = await probing(
      (socket) => ['welcome', 'tick', 'tock'].forEach((text) => socket.send(text)),
      { expect: { matches: '^to' } },
    );
    expect(judgement.message).toBeUndefined();
    expect(measured.attempts[0]).toMatchObject({ messages: 3 });
  });

  test.each<[string, (socket: WebSocket) => void, object, string]>([
    ['that never comes', () => undefined, { contains: 'x' }, 'latency.timeout'],
    ['that is another', greets('{"type":"error"}'), { json: { '$.type': 'tick' } }, 'semantic.wrong_value'],
    ['without what is expected', greets('{}'), { json: { '$.type': 'tick' } }, 'semantic.missing'],
    ['that is no JSON', greets('<html>'), { json: { '$.type': 'tick' } }, 'protocol.malformed'],
    ['that must not be', greets('maintenance'), { notMatches: 'maintenance' }, 'semantic.wrong_value'],
    ['that is too large', greets('x'.repeat(300_000)), { contains: 'y' }, 'protocol.too_large'],
    ['cut off by an end', (socket) => socket.terminate(), { contains: 'y' }, 'connect.reset'],
    ['withheld for now', (socket) => socket.close(1013, 'later'), { contains: 'y' }, 'semantic.not_ready'],
    ['withheld by a fault', (socket) => socket.close(1011), { contains: 'y' }, 'http.5xx'],
    ['withheld from us', (socket) => socket.close(3000), { contains: 'y' }, 'auth.unauthorized'],
    ['withheld without a reason', (socket) => socket.close(1000), { contains: 'y' }, 'semantic.missing'],
  ])('%s fails, though the upgrade was granted', async (_what, talk, expectation, expected) => {
    await using server = await feed(talk);
    const { judgement } = await probe(websocket, { url: server.url, expect: expectation }, { timeoutMs: 400 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.steps.map(({ outcome }) => outcome)).toEqual(['pass', 'pass', 'fail']);
    const shallow = await probe(websocket, { url: server.url });
    expect(shallow.judgement.outcome).toBe('pass');
  });

  test('of bytes that are no frame is malformed, whatever they are', async () => {
    // The handshake is granted properly by ws; then something else speaks.
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 2, maxLength: 40 }), async (bytes) => {
        const { judgement, measured } = await probing(
          (socket) => {
            const raw = (socket as unknown as { readonly _socket: Socket })._socket;
            raw.end(Buffer.from(bytes));
          },
          { expect: { contains: 'never said by chance' } },
          { timeoutMs: 2_000 },
        );
        expect(judgement.outcome).toBe('fail');
        expect(measured.ownFault).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });
});

test('over TLS the certificate is verified, and its facts are kept', async () => {
  await using server = await feed(greets('hello'), { secure: true });
  const fields = { url: server.url, expect: { contains: 'hello' } };
  const trusting = await probe(websocket, { ...fields, tls: { ca: certificateFor().ca } });
  expect(trusting.judgement.message).toBeUndefined();
  expect(trusting.measured.facts).toMatchObject({ issuer: 'CN=Test CA' });
  const doubting = await probe(websocket, { ...fields, tls: { ca: certificateFor({ authority: 'Another CA' }).ca } });
  expect(doubting.judgement).toMatchObject({ outcome: 'fail', class: 'tls.untrusted' });
});

test('an address that is denied is not connected to', async () => {
  await using server = await feed(() => undefined);
  const guard = () => ({ allowed: false, reason: 'denied range' }) as const;
  const { measured } = await probe(websocket, { url: server.url }, { guard });
  expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
});

describe('the configuration refuses', () => {
  test.each<[string, object, string]>([
    ['credentials in the URL', { url: 'ws://a:b@c.example/' }, 'url'],
    ['another scheme', { url: 'https://c.example/' }, 'url'],
    [
      'a header of the handshake',
      { url: 'ws://c.example/', headers: { 'Sec-WebSocket-Key': 'x' } },
      'headers.Sec-WebSocket-Key',
    ],
    ['a subprotocol twice', { url: 'ws://c.example/', subprotocols: ['a', 'a'] }, 'subprotocols'],
    ['an expectation of nothing', { url: 'ws://c.example/', expect: {} }, 'expect'],
  ])('%s', (_rule, fields, path) => {
    const issues = websocket.schema.safeParse(fields).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
