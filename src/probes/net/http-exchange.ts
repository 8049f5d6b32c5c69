import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { authorizationFor } from './authorization.ts';
import { lookUpHost, openConnection } from './connection.ts';
import { deadlineWithin } from './deadline.ts';
import type { HttpExchange, HttpRequest } from './http-request.ts';
import { connectThroughProxy } from './proxy.ts';
import { nextHop } from './redirects.ts';
import { sendRequest } from './send-request.ts';
import type { TlsFields } from './tls-trust.ts';
import { hostOf, portOf, shownUrl } from './urls.ts';

export type { HttpExchange, HttpRequest } from './http-request.ts';

/**
 * One request on a fresh look-up and a fresh connection, redirects followed as allowed, each on a fresh
 * connection again. Never throws for anything that the network or the target does; always ends by
 * `context.signal`.
 */
export async function httpExchange(request: HttpRequest, context: RunContext): Promise<HttpExchange> {
  using deadline = deadlineWithin(context.signal, request.timeoutMs);
  const bounded: RunContext = { ...context, signal: deadline.signal };
  const authorization = await authorizationFor(request, bounded, httpExchange);
  if ('stopped' in authorization) return { ...nothing(request.url), stopped: authorization.stopped };
  let hop: HttpRequest = { ...request, headers: { ...request.headers, ...authorization.headers } };
  const token = authorization.token === undefined ? {} : { token: authorization.token };
  const redirects: { status: number; to: string }[] = [];
  const visited = new Set<string>();
  for (;;) {
    visited.add(`${hop.method ?? 'GET'} ${hop.url}`);
    const exchange = { ...(await oneHop(hop, bounded)), redirects, ...token };
    const next = nextHop(hop, exchange, visited);
    if (next === undefined) return exchange;
    if ('stopped' in next) return { ...exchange, stopped: next.stopped };
    redirects.push({ status: exchange.status ?? 0, to: shownUrl(next.request.url) });
    hop = next.request;
  }
}

/** Look up, connect, ask, read: once. */
async function oneHop(request: HttpRequest, context: RunContext): Promise<HttpExchange> {
  const url = new URL(request.url);
  const secureUrl = url.protocol === 'https:';
  const via = request.proxy === undefined ? url : new URL(request.proxy);
  const host = hostOf(via);
  const found =
    request.address === undefined
      ? await lookUpHost(host, request, context)
      : { addresses: [request.address], cname: [], ms: undefined };
  const seen = { ...nothing(request.url), addresses: found.addresses, cname: found.cname };
  const phases: Phases = found.ms === undefined ? {} : { dns: found.ms };
  const address = found.addresses[0];
  if (address === undefined) return { ...seen, phases, ...('stopped' in found && { stopped: found.stopped }) };

  const tls = secureUrl ? (request.tls ?? DEFAULT_TLS) : undefined;
  const target = { address, port: portOf(via), host };
  const connection =
    request.proxy === undefined
      ? await openConnection({ ...target, tls, alpn: WEB_PROTOCOLS }, context)
      : await connectThroughProxy(target, url, { tls, alpn: WEB_PROTOCOLS }, context);
  const reached: HttpExchange = {
    ...seen,
    address,
    phases: { ...phases, ...connection.phases },
    ...(connection.tls !== undefined && { tls: connection.tls }),
  };
  if (connection.socket === undefined)
    return { ...reached, ...(connection.stopped && { stopped: connection.stopped }) };

  const absoluteForm = request.proxy !== undefined && !secureUrl;
  const answer = await sendRequest(connection.socket, { ...request, url, address, absoluteForm }, context);
  tellDate(address, answer.headers, context);
  return { ...reached, ...answer, phases: { ...reached.phases, ...answer.phases } };
}

/** The host's own clock (RFC 9110 §6.6.1); an answer out of a cache carries the time when it was made. */
function tellDate(address: string, headers: HttpExchange['headers'], context: RunContext): void {
  const date = headers?.['date'];
  if (context.heardDate === undefined || typeof date !== 'string' || headers?.['age'] !== undefined) return;
  const dateMs = Date.parse(date);
  if (Number.isFinite(dateMs)) context.heardDate(address, dateMs);
}

/** The server chooses, as it does for browsers and for most consumers. */
const WEB_PROTOCOLS: readonly string[] = ['h2', 'http/1.1'];
const DEFAULT_TLS: TlsFields = { minDaysLeft: 14 };

function nothing(url: string): Omit<HttpExchange, 'stopped'> {
  return { url, truncated: false, phases: {}, addresses: [], cname: [], redirects: [] };
}
