import type { HttpExchange, HttpRequest } from './http-request.ts';
import type { Stopped } from './stopped.ts';
import { shownUrl } from './urls.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 10;
/** Sent to the origin that they are meant for, and to no other. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** The next request, or why there must be none; undefined where the exchange is an answer and not a redirect. */
export function nextHop(
  request: HttpRequest,
  exchange: HttpExchange,
  visited: ReadonlySet<string>,
): { readonly request: HttpRequest } | { readonly stopped: Stopped } | undefined {
  const status = exchange.status;
  const location = exchange.headers?.['location'];
  if (exchange.stopped !== undefined || status === undefined || !REDIRECTS.has(status)) return undefined;
  if (request.follow === 'never' || typeof location !== 'string') return undefined;

  const from = new URL(request.url);
  const subject = `${request.method ?? 'GET'} ${shownUrl(from)}`;
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined || !['http:', 'https:'].includes(to.protocol)) {
    return stop(
      'protocol.unexpected_redirect',
      `${subject}: redirected (${status}) to something that is no web address`,
    );
  }
  to.hash = '';
  if (request.follow === 'same-host' && !staysHome(from, to)) {
    return stop('protocol.unexpected_redirect', `${subject}: redirected (${status}) to ${shownUrl(to)}`);
  }
  const next = redirected(request, status, from, to);
  if (visited.has(`${next.method ?? 'GET'} ${next.url}`) || exchange.redirects.length >= MAX_REDIRECTS) {
    const times = exchange.redirects.length + 1;
    return stop('http.redirect_loop', `${subject}: redirected ${times} times, at last to ${shownUrl(to)} again`);
  }
  return { request: next };
}

function stop(failureClass: Stopped['class'], message: string): { readonly stopped: Stopped } {
  return { stopped: { at: 'redirect', class: failureClass, message } };
}

/** The same host and port, or the same host raised from http to https. */
function staysHome(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return from.hostname === to.hostname && from.protocol === 'http:' && to.protocol === 'https:';
}

/** RFC 9110 §15.4: 303 asks for a GET; 301 and 302 turn a POST into one, as everybody does; 307 and 308 repeat. */
function redirected(request: HttpRequest, status: number, from: URL, to: URL): HttpRequest {
  const method = request.method ?? 'GET';
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  const sameOrigin = from.origin === to.origin;
  const headers = Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(([name]) => {
      const lower = name.toLowerCase();
      if (!sameOrigin && (CREDENTIALS.has(lower) || lower === 'host')) return false;
      return !(becomesGet && lower.startsWith('content-'));
    }),
  );
  return {
    ...request,
    url: to.href,
    method: becomesGet ? 'GET' : method,
    headers,
    body: becomesGet ? undefined : request.body,
    auth: sameOrigin ? request.auth : undefined,
    // Another host has other addresses; the same one was meant to be asked at this one.
    address: from.hostname === to.hostname ? request.address : undefined,
  };
}
