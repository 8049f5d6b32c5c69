import type { FastifyRequest } from 'fastify';
import type { Secret } from '../model/secret.ts';
import type { Auth, Role } from '../ports/loaded.ts';
import { hostNameOf, isLoopback, isOurName } from './host-names.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Session, Sessions } from './sessions.ts';
import { hashOf, includes, isSecret, sameHash, tokensOf } from './tokens.ts';
import type { Bearer, Tokens } from './tokens.ts';

/** What a route asks of whoever calls it. `open`: nothing at all; `read`, `write`: as the configuration says. */
export type Access =
  { readonly kind: 'open' } | { readonly kind: 'read' } | { readonly kind: 'write'; readonly role: Role };

/** Who may ask, or why not. `by` is the token's name; null for somebody who needed none. */
export type Admission = { readonly kind: 'admitted'; readonly by: string | null } | Problem;

/** What decides who may ask. */
export interface GuardSettings {
  readonly auth: Auth;
  readonly publicUrl?: string;
  readonly writeToken?: Secret;
  /** Whether we listen on loopback only. */
  readonly loopbackOnly: boolean;
  /** Who signed in on the page; it outlives a reload. */
  readonly sessions: Sessions;
}

/** The rules of one configuration. Replaced as a whole by a reload. */
export interface Guard {
  /**
   * Routes that are open answer under any name where we listen to others, because a scraper or an orchestrator
   * calls them by an address; on loopback only a stranger's page would use another name.
   */
  readonly checkHost: (request: FastifyRequest, access: Access) => Problem | undefined;
  /** `own`: a token that is good for this one thing only, such as a heartbeat's. */
  readonly admit: (request: FastifyRequest, access: Access, own?: Secret) => Admission;
  /** Opens a session for whoever has this token; undefined where it is not one of ours. */
  readonly signIn: (token: string) => ReturnType<Sessions['open']>;
  /** Whose session a `Cookie` header names. */
  readonly session: (cookieHeader: string | undefined) => Session | undefined;
  /** Whether this request may read without any token. */
  readonly readsFreely: (request: FastifyRequest) => boolean;
}

export function createGuard(settings: GuardSettings): Guard {
  const tokens = tokensOf(settings.auth, settings.writeToken);
  return {
    checkHost: (request, access) => {
      if (access.kind === 'open' && !settings.loopbackOnly) return undefined;
      if (isOurName(request.headers.host, settings.publicUrl)) return undefined;
      const allowed = settings.publicUrl === undefined ? 'loopback names' : `${settings.publicUrl} and loopback names`;
      return problem('wrong-host', `the Host header names neither of ours (${allowed}); server.publicUrl sets it`);
    },
    admit: (request, access, own) => {
      if (access.kind === 'open') return { kind: 'admitted', by: null };
      const readingIsOpen = isReadingOpen(settings.auth, request);
      const session = settings.sessions.find(request.headers.cookie, tokens);
      if (request.headers.authorization === undefined && session !== undefined)
        return admitSession(request, access, session);
      return admitBearer(request, access, { tokens, own, readingIsOpen });
    },
    signIn: (token) => settings.sessions.open(token, tokens, settings.publicUrl?.startsWith('https:') === true),
    session: (cookieHeader) => settings.sessions.find(cookieHeader, tokens),
    readsFreely: (request) => isReadingOpen(settings.auth, request),
  };
}

/** A browser sends the cookie by itself; only our own page knows what to put beside it. */
function admitSession(
  request: FastifyRequest,
  access: Exclude<Access, { kind: 'open' }>,
  { bearer, csrf }: Session,
): Admission {
  const shown = request.headers['tocsin-csrf'];
  const isOurs = typeof shown === 'string' && sameHash(hashOf(shown), hashOf(csrf));
  if (access.kind === 'write' && !isOurs)
    return problem('forbidden', `${request.method} ${pathOf(request)} with a cookie needs the header tocsin-csrf`);
  return admitRole(request, access, bearer);
}

function admitBearer(
  request: FastifyRequest,
  access: Exclude<Access, { kind: 'open' }>,
  { tokens, own, readingIsOpen }: { tokens: Tokens; own: Secret | undefined; readingIsOpen: boolean },
): Admission {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if (access.kind === 'read' && readingIsOpen) return { kind: 'admitted', by: null };
    return problem('unauthorized', `${request.method} ${pathOf(request)} needs a token: Authorization: Bearer …`);
  }
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
  if (token === undefined) return problem('unauthorized', 'the Authorization header holds no bearer token');
  if (own !== undefined && isSecret(token, own)) return { kind: 'admitted', by: 'its own token' };
  const bearer = tokens.bearerOf(token);
  if (bearer === undefined) return problem('unauthorized', 'this token is not one of ours');
  return admitRole(request, access, bearer);
}

function admitRole(request: FastifyRequest, access: Exclude<Access, { kind: 'open' }>, bearer: Bearer): Admission {
  const needed = access.kind === 'read' ? 'viewer' : access.role;
  if (includes(bearer.role, needed)) return { kind: 'admitted', by: bearer.name };
  return problem(
    'forbidden',
    `${request.method} ${pathOf(request)} needs the role ${needed}; the token ${bearer.name} has ${bearer.role}`,
  );
}

function isReadingOpen(auth: Auth, request: FastifyRequest): boolean {
  switch (auth.kind) {
    case 'none':
      return true;
    case 'tokens':
      return auth.public;
    case 'default':
      return isFromHere(request);
  }
}

/** From this machine, to this machine's name, and not passed on by a proxy for somebody else. */
function isFromHere({ socket, headers }: FastifyRequest): boolean {
  const passedOn = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined;
  return !passedOn && isLoopback(socket.remoteAddress ?? '') && isLoopback(hostNameOf(headers.host) ?? '');
}

function pathOf(request: FastifyRequest): string {
  return request.url.replace(/\?.*$/s, '').slice(0, 200);
}
