import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { WorldError } from './world-error.ts';

/** A request, read whole. */
export interface Request {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Fires when the client has gone. */
  readonly signal: AbortSignal;
}

/** What to do with a request: answer it, or let the client wait until it gives up. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer;
    }
  | { readonly kind: 'silence' };

/** Decides what becomes of a request. A rejection is answered with 500. */
export type Handler = (request: Request) => Reply | Promise<Reply>;

/** A certificate chain with its key, both PEM. */
export interface ServedCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface LoopbackOptions {
  /** What this server is, for messages. */
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly handler: Handler;
  /** Makes it an HTTPS server. Asked anew at each connection, so that the certificate may change. */
  readonly certificate?: () => ServedCertificate;
}

/** An HTTP or HTTPS server on loopback that can also vanish for a while, and come back on the same port. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly listening: boolean;
  /** Stops listening and cuts every connection: from now on, connections are refused. */
  vanish(): Promise<void>;
  /** Listens again on the same port. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 1 << 20;
const MAX_CONNECTIONS = 512;
const REQUEST_TIMEOUT_MS = 30_000;

/** Starts a server. Rejects with a `WorldError` that names the server when its address cannot be had. */
export async function startLoopbackServer(options: LoopbackOptions): Promise<LoopbackServer> {
  const { name, host, certificate } = options;
  const server =
    certificate === undefined
      ? createServer()
      : createTlsServer({ ...certificate(), requestTimeout: REQUEST_TIMEOUT_MS });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  if (certificate !== undefined && 'setSecureContext' in server)
    server.prependListener('connection', () => server.setSecureContext(certificate()));
  server.on('request', (incoming, response) => void serve(options.handler, incoming, response));
  // A client that breaks off, or does not like our certificate, is its own business.
  server.on('tlsClientError', () => undefined);

  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });

  const listen = async (port: number): Promise<void> => {
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (cause) {
      throw listenError(name, host, port, cause);
    }
  };
  const vanish = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await listen(options.port);
  const { port } = server.address() as AddressInfo;
  const scheme = certificate === undefined ? 'http' : 'https';
  return {
    url: `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    host,
    port,
    get listening() {
      return server.listening;
    },
    vanish,
    comeBack: async () => {
      if (!server.listening) await listen(port);
    },
    close: vanish,
    [Symbol.asyncDispose]: vanish,
  };
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer in HTML, as a host gives that has never heard of the service asked for. */
export function html(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { kind: 'answer', status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

/** No answer at all, while the connection stays open. */
export const SILENCE: Reply = { kind: 'silence' };

/** What the operating system said about an address, as an error that says what to do. */
export function listenError(name: string, host: string, port: number, cause: unknown): WorldError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE')
    return new WorldError(
      'address-in-use',
      `${name} cannot listen on ${host}:${port}: another program has that port; end it first`,
      { cause },
    );
  return new WorldError('address-unavailable', `${name} cannot listen on ${host}:${port}: ${String(code ?? cause)}`, {
    cause,
  });
}

async function serve(handler: Handler, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => undefined);
  const body = await readBody(incoming);
  if (body === 'gone') return;
  if (body === 'too-large') return send(response, json(413, { error: `a body of more than ${MAX_BODY_BYTES} bytes` }));
  const url = URL.parse(incoming.url ?? '/', 'http://loopback');
  if (url === null) return send(response, json(400, { error: 'not a path' }));
  const { method = 'GET', headers } = incoming;
  const request: Request = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    signal: gone.signal,
  };
  let reply: Reply;
  try {
    reply = await handler(request);
  } catch (error) {
    reply = json(500, { error: String(error) });
  }
  send(response, reply);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-large' | 'gone'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    return 'gone';
  }
  return bytes > MAX_BODY_BYTES ? 'too-large' : Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.kind === 'silence' || response.destroyed) return;
  const body = Buffer.from(reply.body ?? '');
  const length = body.length > 0 || reply.headers?.['content-length'] === undefined;
  response.writeHead(reply.status, { ...reply.headers, ...(length ? { 'content-length': String(body.length) } : {}) });
  response.end(body);
}
