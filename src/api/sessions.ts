import { randomBytes } from 'node:crypto';
import type { Bearer, Tokens } from './tokens.ts';
import { hashOf, sameHash } from './tokens.ts';

/** A session ends so long after it was opened. */
const LIFE_MS = 12 * 3_600_000;
/** The oldest gives way: nobody can fill the memory by signing in. */
const MOST = 1000;

/** Somebody who signed in with a token on the page. */
export interface Session {
  readonly bearer: Bearer;
  /** What writing requests must carry in the header `tocsin-csrf`: a stranger's page cannot read it. */
  readonly csrf: string;
}

/**
 * Who signed in on the page. The browser holds a random name of the session in a cookie that scripts cannot read;
 * here only its hash is kept, and the hash of the token it was opened with: a token that a reload took away takes
 * its sessions along. Sessions live in memory; after a restart people sign in again.
 */
export interface Sessions {
  /** Undefined where the token is none of `tokens`. `setCookie` is the header's value. */
  readonly open: (
    token: string,
    tokens: Tokens,
    secure: boolean,
  ) => { readonly session: Session; readonly setCookie: string } | undefined;
  /** Whose session a `Cookie` header names. */
  readonly find: (cookieHeader: string | undefined, tokens: Tokens) => Session | undefined;
  /** Ends it; gives the header that makes the browser forget it. */
  readonly close: (cookieHeader: string | undefined) => string;
}

interface Kept {
  readonly nameHash: Buffer;
  readonly tokenHash: Buffer;
  readonly csrf: string;
  readonly endsAt: number;
}

/** @param cookie its name; daemons on several ports of one host must not take each other's */
export function createSessions(cookie: string, wall: () => number): Sessions {
  let kept: readonly Kept[] = [];
  const attributes = 'Path=/; HttpOnly; SameSite=Strict';
  const named = (header: string | undefined): Kept | undefined => {
    const name = cookieValue(header, cookie);
    if (name === undefined) return undefined;
    const hash = hashOf(name);
    const now = wall();
    return kept.find((each) => sameHash(each.nameHash, hash) && each.endsAt > now);
  };
  return {
    open: (token, tokens, secure) => {
      const tokenHash = hashOf(token);
      const bearer = tokens.bearerOfHash(tokenHash);
      if (bearer === undefined) return undefined;
      const now = wall();
      const name = randomBytes(32).toString('base64url');
      const csrf = randomBytes(32).toString('base64url');
      const fresh = { nameHash: hashOf(name), tokenHash, csrf, endsAt: now + LIFE_MS };
      kept = [...kept.filter(({ endsAt }) => endsAt > now).slice(1 - MOST), fresh];
      const setCookie = `${cookie}=${name}; ${attributes}; Max-Age=${LIFE_MS / 1000}${secure ? '; Secure' : ''}`;
      return { session: { bearer, csrf }, setCookie };
    },
    find: (header, tokens) => {
      const found = named(header);
      const bearer = found && tokens.bearerOfHash(found.tokenHash);
      return bearer === undefined || found === undefined ? undefined : { bearer, csrf: found.csrf };
    },
    close: (header) => {
      const found = named(header);
      kept = kept.filter((each) => each !== found);
      return `${cookie}=; ${attributes}; Max-Age=0`;
    },
  };
}

/** The value of a cookie in a `Cookie` header, RFC 6265 4.2. */
function cookieValue(header: string | undefined, cookie: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookie}=`))?.slice(cookie.length + 1);
}
