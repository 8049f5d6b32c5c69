import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { httpTarget, type TargetServer } from './target-server.ts';

/** What a front answers by itself. */
export interface FrontAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** A request as it arrived at the front. */
export interface FrontRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server in front of a registry. */
export interface RegistryFront extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly FrontRequest[];
}

/**
 * Starts a server that answers what `answer` answers and hands everything else to the registry behind it, as
 * Harbor's core and the proxies of object stores do. Without `backend` there is nothing behind it.
 */
export async function startRegistryFront(
  backend: string | undefined,
  answer: (request: FrontRequest) => FrontAnswer | undefined,
  host = '127.0.0.1',
): Promise<RegistryFront> {
  const requests: FrontRequest[] = [];
  const target: TargetServer = await httpTarget(
    (request, response) => {
      const seen = { method: request.method ?? '', path: request.url ?? '/', headers: request.headers };
      requests.push(seen);
      const own = answer(seen);
      if (own !== undefined) {
        response.writeHead(own.status, { connection: 'close', ...own.headers }).end(own.body);
      } else if (backend === undefined) response.writeHead(404, { connection: 'close' }).end();
      else handOver(request, response, backend);
    },
    undefined,
    host,
  );
  return { url: `http://${target.at}`, requests, [Symbol.asyncDispose]: () => target[Symbol.asyncDispose]() };
}

function handOver(request: IncomingMessage, response: ServerResponse, backend: string): void {
  const { method, headers } = request;
  const onward = httpRequest(new URL(request.url ?? '/', backend), { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' });
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
