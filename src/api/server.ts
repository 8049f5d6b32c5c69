import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { fastify } from 'fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { Guard } from './guard.ts';
import { acceptJson, BodyError } from './json-body.ts';
import type { ApiContext } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { servePage } from './page.ts';
import { problem, problemBody, PROBLEM_TYPE, sendProblem } from './problem.ts';
import type { Problem } from './problem.ts';
import { registerOperations } from './register-operations.ts';

const KIB = 1024;
const BODY_BYTES = 256 * KIB;
const HEADER_BYTES = 16 * KIB;
/** For a request to arrive, and for its answer to be made. */
const REQUEST_MS = 10_000;
const ANSWER_MS = 15_000;
const IDLE_MS = 30_000;
const CONNECTIONS = 1000;
/** Per address. Pages, scripts and heartbeats stay far below. */
const REQUESTS_PER_MINUTE = 6000;

const UNLIMITED: ReadonlySet<string | undefined> = new Set(
  OPERATIONS.flatMap(({ path, unlimited }) => (unlimited === true ? [path] : [])),
);

/** What the server needs besides what its handlers may ask. */
export interface ServerParts {
  readonly context: ApiContext;
  readonly guard: () => Guard;
  /** From one address; default: 6000. */
  readonly requestsPerMinute?: number;
  /** Told of what broke in here; the caller learns only that something did. */
  readonly broke: (where: string, error: Error) => void;
}

/** The HTTP server with all its routes, not yet listening. */
export async function createServer({
  context,
  guard,
  requestsPerMinute = REQUESTS_PER_MINUTE,
  broke,
}: ServerParts): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    handlerTimeout: ANSWER_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    http: { maxHeaderSize: HEADER_BYTES, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5000 },
    routerOptions: { maxParamLength: 500 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error) ?? UNKNOWN),
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return;
      socket.end(rawResponse(malformed(error.code)));
    },
  });
  server.server.maxConnections = CONNECTIONS;
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const known = problemOf(error);
    if (known === undefined) broke(`${request.method} ${request.routeOptions.url ?? 'unknown route'}`, error);
    return sendProblem(reply, known ?? UNKNOWN);
  });
  acceptJson(server);
  await server.register(helmet, SECURITY_HEADERS);
  await server.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: 60_000,
    allowList: (request) => UNLIMITED.has(request.routeOptions.url),
    errorResponseBuilder: (_request, { after }) =>
      Object.assign(new Error(`more than ${requestsPerMinute} requests in a minute; again in ${after}`), {
        code: 'TOCSIN_RATE',
        statusCode: 429,
      }),
  });
  // Counted before anything else happens, so that guessing tokens is counted too.
  server.addHook('onRequest', server.rateLimit());
  server.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem('not-found', `nothing is served at ${request.method} ${request.url.slice(0, 200)}`)),
  );
  registerOperations(server, OPERATIONS, context, guard);
  await server.register(async (pages) => servePage(pages, guard));
  return server;
}

/** No script, style, image or request but our own, no frames, no HTML made from text. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
  },
  // Whoever ends TLS in front of us says this for the whole name.
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
} as const;

const UNKNOWN = problem('internal', 'it could not be answered; the daemon logged why');

/** What a failure means for the caller; undefined for one that is ours. */
function problemOf(error: FastifyError): Problem | undefined {
  if (error instanceof BodyError) return problem('invalid', error.message);
  if (error.validation !== undefined) return problem('invalid', mistakes(error));
  switch (error.code) {
    case 'TOCSIN_RATE':
      return problem('too-many', error.message);
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problem('too-large', `a body may have ${BODY_BYTES / KIB} KiB`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return problem('not-json', 'the body must be JSON, with content-type: application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return problem('invalid', 'the request is malformed');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return problem('unavailable', `there was no answer within ${ANSWER_MS / 1000} s`);
    default:
      if (error.name === 'LogError') return problem('unavailable', 'the log cannot be read now');
      return isTheirs(error) ? problem('invalid', 'the request cannot be answered as it is') : undefined;
  }
}

function isTheirs({ statusCode = 500 }: FastifyError): boolean {
  return statusCode >= 400 && statusCode < 500;
}

function mistakes({ validation = [], validationContext }: FastifyError): string {
  const place = validationContext === 'querystring' ? 'query' : (validationContext ?? 'request');
  return validation
    .map(({ instancePath, message = 'is not valid', params }) => {
      const stranger = params['additionalProperty'];
      const named = typeof stranger === 'string' ? `: ${stranger.slice(0, 100)}` : '';
      return `${place}${instancePath} ${message}${named}`;
    })
    .join('; ');
}

/** What was wrong with a request that Node's parser gave up on. */
function malformed(code: string): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return problem('headers-too-large', `the headers may have ${HEADER_BYTES / KIB} KiB`);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return problem('too-slow', `the request did not arrive within ${REQUEST_MS / 1000} s`);
  return problem('invalid', 'the request is not HTTP/1.1');
}

function rawResponse(found: Problem): string {
  const body = problemBody(found);
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${body.status} ${body.title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    '',
    text,
  ].join('\r\n');
}
