import type { FastifyReply } from 'fastify';
import type { Refusal } from '../model/view.ts';
import { named, object, TEXT } from './json-schema.ts';

/** Everything that can be wrong with a request, or with us. Only `too-many` and `unavailable` may pass by themselves. */
export type ProblemCode =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'too-slow'
  | 'too-large'
  | 'not-json'
  | 'wrong-host'
  | 'too-many'
  | 'headers-too-large'
  | 'internal'
  | 'unavailable';

/** Why a request was not answered as asked: what was asked, of what, and what is wrong with it. */
export interface Problem {
  readonly kind: 'problem';
  readonly code: ProblemCode;
  readonly detail: string;
}

const KNOWN: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string }>> = {
  invalid: { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'A token is needed' },
  forbidden: { status: 403, title: 'This token may not do that' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'too-slow': { status: 408, title: 'The request did not arrive in time' },
  'too-large': { status: 413, title: 'The body is too large' },
  'not-json': { status: 415, title: 'The body must be JSON' },
  'wrong-host': { status: 421, title: 'Not served under this name' },
  'too-many': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something here is broken' },
  unavailable: { status: 503, title: 'Not possible at this moment' },
};

/** `application/problem+json`, RFC 9457. `type` is stable and for programs, `detail` is for people. */
export const ProblemShape = named(
  'Problem',
  object({ type: TEXT, title: TEXT, status: { type: 'integer' }, detail: TEXT }),
);

/** The media type of problems. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function problem(code: ProblemCode, detail: string): Problem {
  return { kind: 'problem', code, detail };
}

/** What the daemon refused, as a problem of the request or of the moment. */
export function refused({ kind, message }: Refusal): Problem {
  return problem(kind, message);
}

/** A problem as it is sent. */
export function problemBody({ code, detail }: Problem): {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
} {
  return { type: `urn:problem:tocsin:${code}`, ...inOrder(KNOWN[code]), detail };
}

function inOrder({ status, title }: (typeof KNOWN)[ProblemCode]): { readonly title: string; readonly status: number } {
  return { title, status };
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, found: Problem): FastifyReply {
  const body = problemBody(found);
  if (found.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer realm="tocsin"');
  return reply.code(body.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}
