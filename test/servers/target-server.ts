import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A server to be probed, on a free port of one loopback address. */
export interface TargetServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly at: string;
  /** Connections that were ever accepted. */
  readonly accepted: () => number;
  /** Resolves when a connection has been accepted, at once if one was. */
  readonly connected: Promise<void>;
}

/** Answers HTTP; over TLS where certificates are given. */
export function httpTarget(
  answer: RequestListener,
  tls?: TlsOptions,
  host = '127.0.0.1',
  port = 0,
): Promise<TargetServer> {
  return started(tls === undefined ? createHttpServer(answer) : createHttpsServer(tls, answer), host, port);
}

/** Does with each connection what it is told to. */
export function tcpTarget(talk: (socket: Socket) => void, host = '127.0.0.1', port = 0): Promise<TargetServer> {
  return started(createTcpServer(talk), host, port);
}

/** Shakes hands, then does with each connection what it is told to. */
export function tlsTarget(tls: TlsOptions, talk: (socket: Socket) => void, host = '127.0.0.1'): Promise<TargetServer> {
  return started(createTlsServer(tls, talk), host, 0);
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function refusedPort(): Promise<number> {
  const server = await tcpTarget(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.port;
}

async function started(server: Server, host: string, port: number): Promise<TargetServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const first = new Promise<void>((resolve) => server.once('connection', () => resolve()));
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    host,
    port: bound,
    at: `${host}:${bound}`,
    accepted: () => accepted,
    connected: first,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
