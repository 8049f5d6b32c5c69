import type { FastifyInstance, FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import type { Guard } from './guard.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Answer, ApiContext, Operation, StreamAnswer } from './operation.ts';
import { CLOUD_EVENT } from './incoming/incoming.ts';
import type { Translated } from './incoming/incoming.ts';
import { problem, sendProblem } from './problem.ts';

type Request = FastifyRequest<RouteGenericInterface>;

/** Serves the operations. `guard` is asked at every request, so that a reload can replace it. */
export function registerOperations(
  server: FastifyInstance,
  operations: readonly Operation[],
  context: ApiContext,
  guard: () => Guard,
): void {
  // Whose word it is, from the moment the token was seen until the handler writes it into the log.
  const bearers = new WeakMap<Request, string>();
  for (const operation of operations) {
    const { params, query, body, access, answerWithinMs } = operation;
    server.route({
      method: operation.method,
      url: operation.path,
      ...(answerWithinMs === undefined ? {} : { handlerTimeout: answerWithinMs }),
      schema: {
        ...(params === undefined ? {} : { params }),
        ...(query === undefined ? {} : { querystring: query }),
        ...(body === undefined ? {} : { body }),
      },
      onRequest: async (request, reply) => {
        const own = operation.ownToken?.(context, request.params);
        const admission = guard().checkHost(request, access) ?? guard().admit(request, access, own);
        if (admission.kind === 'problem') return sendProblem(reply, admission);
        bearers.set(request, admission.by ?? '');
        return undefined;
      },
      preValidation: async (request, reply) => {
        if (query !== undefined) numbersOf(request.query as Record<string, unknown>, query);
        if (body === undefined) return undefined;
        const found = translated(operation, request);
        if (found.kind === 'problem') return sendProblem(reply, found);
        request.body = found.body;
        return undefined;
      },
      handler: async (request, reply) => {
        const by = bearers.get(request) ?? '';
        const { params, query, body } = request;
        const { cookie: cookieHeader, 'last-event-id': lastEventId } = request.headers;
        const { session, readsFreely } = guard();
        const caller = { cookieHeader, session: session(cookieHeader), readsFreely: readsFreely(request) };
        const asked = { params, query, body, by, caller, lastEventId: [lastEventId].flat()[0] };
        return send(reply, operation, await operation.answer(context, asked));
      },
    });
  }
}

/** The body as the operation's schema describes it, whatever form it came in. */
function translated({ translate, bodyOptional = false }: Operation, { headers, body }: Request): Translated {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === undefined && !bodyOptional) return NOT_JSON;
  if (translate !== undefined) return translate({ mediaType: mediaType ?? '', headers, body });
  return mediaType === CLOUD_EVENT ? NOT_JSON : { kind: 'body', body };
}

const NOT_JSON = problem('not-json', 'the body must be JSON, with content-type: application/json');

function send(reply: FastifyReply, { success }: Operation, answer: Answer): FastifyReply {
  switch (answer.kind) {
    case 'problem':
      return sendProblem(reply, answer);
    case 'text':
      return reply.code(success.status).type(answer.contentType).send(answer.body);
    case 'stream':
      return stream(reply, answer);
    case 'ok': {
      const status = answer.status ?? success.status;
      void reply.headers(answer.headers ?? {});
      if (status === 204) return reply.code(status).send();
      return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
    }
  }
}

/** A caller that does not read what it is sent is let go; it asks again and resumes. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

function stream(reply: FastifyReply, { contentType, open }: StreamAnswer): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  // A proxy that gathers what passes would keep events back.
  raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const write = (text: string): void => {
    if (raw.destroyed || raw.writableEnded) return;
    raw.write(text);
    if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy();
  };
  const opened = open(write, () => raw.end());
  raw.once('close', () => opened[Symbol.dispose]());
  return reply;
}

/** Numbers of a query arrive as text; bodies have numbers of their own and are left alone. */
function numbersOf(query: Record<string, unknown>, { properties = {} }: JsonSchema): void {
  for (const [name, schema] of Object.entries(properties)) {
    const value = query[name];
    if (schema.type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value))
      Object.assign(query, { [name]: Number(value) });
  }
}
