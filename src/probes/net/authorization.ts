import { Secret } from '../../model/secret.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import type { HttpAuth, HttpExchange, HttpRequest } from './http-request.ts';
import type { Stopped } from './stopped.ts';
import { shownUrl } from './urls.ts';
import { parseTargetJson } from './parse-json.ts';

/** The headers that carry credentials; `token` where one was fetched for this run. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: Secret;
}

const MAX_TOKEN_BYTES = 64 * 1024;

/** The headers that carry the request's credentials, or why there are none. `exchange` is asked for tokens. */
export async function authorizationFor(
  request: HttpRequest,
  context: RunContext,
  exchange: (request: HttpRequest, context: RunContext) => Promise<HttpExchange>,
): Promise<Authorization | { readonly stopped: Stopped }> {
  const auth = request.auth;
  if (auth?.basic !== undefined) return { headers: { authorization: basic(auth.basic.username, auth.basic.password) } };
  if (auth?.bearer !== undefined) return { headers: { authorization: `Bearer ${auth.bearer.reveal()}` } };
  if (auth?.oauth2 === undefined) return { headers: {} };
  const token = await fetchToken(request, auth.oauth2, context, exchange);
  if (typeof token !== 'string') return { stopped: token };
  return { headers: { authorization: `Bearer ${token}` }, token: new Secret(token) };
}

/** RFC 7617, UTF-8. */
function basic(username: string, password: Secret): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')}`;
}

async function fetchToken(
  request: HttpRequest,
  oauth2: NonNullable<HttpAuth['oauth2']>,
  context: RunContext,
  ask: (request: HttpRequest, context: RunContext) => Promise<HttpExchange>,
): Promise<string | Stopped> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (oauth2.scope !== undefined) form.set('scope', oauth2.scope);
  const exchange = await ask(
    {
      url: oauth2.tokenUrl,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        // RFC 6749 §2.3.1: both parts form-encoded first.
        authorization: basic(encodeURIComponent(oauth2.clientId), encoded(oauth2.clientSecret)),
      },
      body: form.toString(),
      follow: 'never',
      maxBytes: MAX_TOKEN_BYTES,
      tls: request.tls,
      resolver: request.resolver,
      family: request.family,
    },
    context,
  );
  const subject = `token from ${shownUrl(oauth2.tokenUrl)}`;
  if (exchange.stopped !== undefined) {
    return { ...exchange.stopped, message: `${subject}: ${exchange.stopped.message}` };
  }
  const token = accessToken(exchange.body);
  if (exchange.status === 200 && token !== undefined) return token;
  if (exchange.status === 200) {
    return { at: 'auth', class: 'protocol.malformed', message: `${subject}: answered 200 without an access_token` };
  }
  const refused = exchange.status === 400 || exchange.status === 401 || exchange.status === 403;
  return {
    at: 'auth',
    class: refused ? 'auth.unauthorized' : (exchange.status ?? 0) >= 500 ? 'http.5xx' : 'http.4xx',
    message: `${subject}: answered ${exchange.status}`,
  };
}

function encoded(secret: Secret): Secret {
  return new Secret(encodeURIComponent(secret.reveal()));
}

function accessToken(body: Buffer | undefined): string | undefined {
  try {
    const parsed: unknown = parseTargetJson(body?.toString('utf8') ?? '');
    if (typeof parsed !== 'object' || parsed === null || !('access_token' in parsed)) return undefined;
    const token = parsed.access_token;
    // RFC 6750 §2.1: anything else cannot stand in a header.
    return typeof token === 'string' && /^[A-Za-z0-9\-._~+/]+=*$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
