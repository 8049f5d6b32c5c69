import { z } from 'zod';
import { Secret } from '../../model/secret.ts';
import type { KeptCertificate } from '../judging/expiry.ts';
import { keptChain } from '../judging/expiry.ts';
import { hostOf } from '../net/urls.ts';
import { ask, type Access, type Errand } from './ask.ts';
import type { Challenge } from './challenge.ts';
import { jsonIn } from './manifest.ts';
import type { Granted, TokenAnswer } from './measured.ts';
import { scopeOf, type OciOptions } from './options.ts';

/** A token service's answer, and the token where there is one. */
export interface FetchedToken {
  readonly answer: TokenAnswer;
  readonly token?: Secret;
  readonly chain: readonly KeptCertificate[];
}

const MAX_TOKEN_BYTES = 64 * 1024;
const MAX_GRANTED = 20;

/**
 * Asks the challenge's realm for a token that allows these actions on the repository, with the configured
 * credentials where there are any (distribution, "Token Authentication Specification"). Once for each run where
 * the realm is a host of its own; of each address where the registry issues its tokens itself.
 *
 * The caller has found the realm to be one that credentials may go to.
 */
export function fetchToken(
  challenge: Challenge,
  actions: readonly string[],
  address: string,
  errand: Errand,
): Promise<FetchedToken> {
  const url = tokenUrl(challenge, actions, errand.options);
  const home = hostOf(url) === hostOf(new URL(errand.options.registry));
  const key = home ? `${address} ${url.href}` : url.href;
  const known = errand.tokens.get(key);
  if (known !== undefined) return known;
  const fetching = askForToken(url, scopeOf(errand.options, actions), address, errand);
  errand.tokens.set(key, fetching);
  return fetching;
}

/** Whether what was granted allows an action on the repository; also where the token does not say. */
export function allows(granted: readonly Granted[] | undefined, repository: string, action: string): boolean {
  if (granted === undefined) return true;
  return granted.some(
    ({ type, name, actions }) =>
      type === 'repository' && name === repository && (actions.includes(action) || actions.includes('*')),
  );
}

/** What a token grants by its own words: the claim `access` of a JWT. Undefined where it is opaque. */
export function grantedBy(token: string): readonly Granted[] | undefined {
  const [, payload, signature, more] = token.split('.');
  if (payload === undefined || signature === undefined || more !== undefined) return undefined;
  const claims = claimsShape.safeParse(jsonIn(Buffer.from(payload, 'base64url'))).data;
  if (claims === undefined) return undefined;
  // Go writes an empty list as null.
  return (claims.access ?? []).slice(0, MAX_GRANTED);
}

const grantedShape = z.object({
  type: z.string().max(100),
  name: z.string().max(300),
  actions: z
    .array(z.string().max(40))
    .max(20)
    .nullish()
    .transform((actions) => actions ?? []),
});

const claimsShape = z.object({ access: z.array(grantedShape).max(1000).nullable() });

const header = z.string().regex(/^[\x21-\x7e]{1,32768}$/);
const replyShape = z
  .object({ token: header, access_token: header, expires_in: z.number().min(0).max(1e10) })
  .partial()
  .catch({});

async function askForToken(url: URL, scope: string, address: string, errand: Errand): Promise<FetchedToken> {
  const access = credentials(errand.options);
  const asked = await ask(
    { url: url.href, access, accept: 'application/json', follow: 'same-host', maxBytes: MAX_TOKEN_BYTES },
    address,
    errand,
  );
  const reply = asked.answer.status === 200 ? replyShape.parse(jsonIn(asked.body)) : {};
  const token = reply.token ?? reply.access_token;
  const granted = token === undefined ? undefined : grantedBy(token);
  return {
    answer: {
      ...asked.answer,
      scope,
      withCredentials: access.kind === 'basic',
      given: token !== undefined,
      ...(granted !== undefined && { granted }),
      ...(reply.expires_in !== undefined && { expiresInSeconds: reply.expires_in }),
    },
    ...(token !== undefined && { token: new Secret(token) }),
    chain: keptChain(asked.exchange.tls?.chain ?? []),
  };
}

function tokenUrl(challenge: Challenge, actions: readonly string[], options: OciOptions): URL {
  const url = new URL(challenge.realm ?? '');
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  url.searchParams.set('scope', scopeOf(options, actions));
  if (options.username !== undefined) url.searchParams.set('account', options.username);
  return url;
}

/** The configured credentials, as they are sent to a token service or by basic authentication. */
export function credentials({ username, password }: OciOptions): Access {
  if (username === undefined || password === undefined) return { kind: 'anonymous' };
  return { kind: 'basic', username, password };
}
