import { FLAG, named, NULLABLE_TEXT, object, request } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { OPEN, operation } from '../operation.ts';
import type { Answer } from '../operation.ts';
import { problem } from '../problem.ts';
import type { Session } from '../sessions.ts';

const SessionShape = named(
  'Session',
  object({
    name: { ...NULLABLE_TEXT, description: "the token's name; null where nobody is signed in" },
    role: { type: ['string', 'null'], enum: ['viewer', 'reporter', 'operator', null] },
    csrf: { ...NULLABLE_TEXT, description: 'what writing requests carry in the header tocsin-csrf' },
    readsFreely: { ...FLAG, description: 'whether reading needs no token here' },
  }),
);

/** Who is signed in, as it is sent. */
export type SessionBody = FromSchema<typeof SessionShape>;

export const readSession = operation({
  method: 'GET',
  path: '/api/v1/session',
  summary: 'Who is signed in on this browser',
  access: OPEN,
  success: { status: 200, shape: SessionShape },
  answer: (_context, { caller }) => told(caller.session, caller.readsFreely),
});

export const openSession = operation({
  method: 'POST',
  path: '/api/v1/session',
  summary: 'Signs in with a token: sets a cookie that scripts cannot read',
  access: OPEN,
  body: request({ token: { type: 'string', minLength: 1, maxLength: 1000 } }),
  success: { status: 200, shape: SessionShape },
  answer: ({ signIn }, { body, caller }) => {
    const opened = signIn.open(body.token);
    if (opened === undefined) return problem('unauthorized', 'this token is not one of ours');
    return told(opened.session, caller.readsFreely, opened.setCookie);
  },
});

export const closeSession = operation({
  method: 'DELETE',
  path: '/api/v1/session',
  summary: 'Signs out',
  access: OPEN,
  success: { status: 204 },
  answer: ({ signIn }, { caller }) => ({
    kind: 'ok',
    body: undefined,
    headers: { 'set-cookie': signIn.close(caller.cookieHeader) },
  }),
});

function told(session: Session | undefined, readsFreely: boolean, setCookie?: string): Answer<SessionBody> {
  return {
    kind: 'ok',
    body: {
      name: session?.bearer.name ?? null,
      role: session?.bearer.role ?? null,
      csrf: session?.csrf ?? null,
      readsFreely,
    },
    ...(setCookie === undefined ? {} : { headers: { 'set-cookie': setCookie } }),
  };
}
