import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer on its way through. */
export interface PassingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What is asked: path and query. `nth` counts requests for the same path, from 1. */
export interface PassingRequest {
  readonly url: string;
  readonly path: string;
  readonly nth: number;
}

/** Changes an answer, or leaves it. */
export type Tamper = (answer: PassingAnswer, request: PassingRequest) => PassingAnswer;

/** A server that hands every GET to another one and gives back its answer, tampered with. */
export interface TamperingFront extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly string[];
  tamper: Tamper;
}

/** Starts a front before `backend` (a URL) on any free port. Pass `host` to listen elsewhere than on 127.0.0.1. */
export async function startTamperingFront(
  backend: string,
  tamper: Tamper = (answer) => answer,
  host = '127.0.0.1',
): Promise<TamperingFront> {
  const requests: string[] = [];
  const counts = new Map<string, number>();
  const front = { tamper };
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    requests.push(url);
    const path = new URL(url, backend).pathname;
    const nth = (counts.get(path) ?? 0) + 1;
    counts.set(path, nth);
    forward(new URL(url, backend))
      .then((answer) => front.tamper(answer, { url, path, nth }))
      .then(
        (answer) => response.writeHead(answer.status, answer.headers).end(answer.body),
        () => response.destroy(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(front, {
    url: `http://${host}:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: () => close(server),
  });
}

/** The same answer with another JSON body. `Shape` is what an honest answer holds. */
export function withJson<Shape>(answer: PassingAnswer, change: (json: Shape) => unknown): PassingAnswer {
  const json = JSON.parse(answer.body.toString('utf8')) as Shape;
  return { ...answer, body: Buffer.from(JSON.stringify(change(json))) };
}

async function forward(url: URL): Promise<PassingAnswer> {
  const answer = await fetch(url, { redirect: 'manual', headers: { connection: 'close' } });
  const type = answer.headers.get('content-type');
  return {
    status: answer.status,
    headers: type === null ? {} : { 'content-type': type },
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
