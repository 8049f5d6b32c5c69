import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What a service answers. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What a receiver does with a request: take it, answer something else, never answer, or hang up. */
export type Reaction =
  /** As a service does that looks at what it gets; where its answer is lost, it took the request all the same. */
  | {
      readonly kind: 'serve';
      readonly serve: (request: ReceivedRequest) => ServiceAnswer;
      readonly loseAnswer?: boolean;
    }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  | { readonly kind: 'stall' }
  | { readonly kind: 'drip'; readonly status: number }
  | { readonly kind: 'drop' };

/** A request as it arrived, whatever became of it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server that records what it is sent and reacts as it is told. */
export interface HttpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  react: Reaction;
  /** Resolves when the next request has arrived. */
  readonly nextRequest: () => Promise<void>;
  /** How many connections are open at this moment. */
  readonly connections: () => Promise<number>;
}

/** Starts one on any free port; with TLS where a certificate is given. */
export async function startHttpReceiver(
  react: Reaction,
  tls?: { cert: string; key: string },
  host = '127.0.0.1',
): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = [];
  const arrivals = new EventEmitter();
  const state = { react };
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => response.destroy());
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '/', headers } = request;
      const received = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(received);
      respond(response, state.react, received);
      arrivals.emit('request');
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    requests,
    nextRequest: async () => {
      await once(arrivals, 'request');
    },
    connections: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

function respond(response: ServerResponse, reaction: Reaction, request: ReceivedRequest): void {
  switch (reaction.kind) {
    case 'serve': {
      const { status, headers, body } = reaction.serve(request);
      if (reaction.loseAnswer === true) response.destroy();
      else response.writeHead(status, { connection: 'close', ...headers }).end(body);
      return;
    }
    case 'answer':
      response.writeHead(reaction.status, { connection: 'close', ...reaction.headers }).end(reaction.body);
      return;
    case 'stall':
      return;
    case 'drip': {
      response.writeHead(reaction.status, { connection: 'close' });
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'drop':
      response.destroy();
  }
}
