import type { Phases } from '../../model/run.ts';
import type { Secret } from '../../model/secret.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { authorizationFor, type HttpAuth } from './authorization.ts';
import { lookUpHost, openConnection } from './connection.ts';
import { deadlineWithin } from './deadline.ts';
import { connectThroughProxy } from './proxy.ts';
import { nextHop, type FollowRule } from './redirects.ts';
import { sendRequest } from './send-request.ts';
import type { Stopped } from './stopped.ts';
import type { TlsConnectionFacts } from './tls-facts.ts';
import type { TlsFields } from './tls-trust.ts';
import { hostOf, portOf, shownUrl } from './urls.ts';

/** One HTTP request as a probe asks for it. */
export interface HttpRequest {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  readonly follow: FollowRule;
  /** The most of a body that is read; a longer one stops with `protocol.too_large`. */
  readonly maxBytes: number;
  readonly tls?: TlsFields | undefined;
  readonly resolver?: string | undefined;
  readonly family?: 4 | 6 | undefined;
  /** Connect to this address only; the URL's host is then not looked up. */
  readonly address?: string | undefined;
  readonly auth?: HttpAuth | undefined;
  /** `http://host:port` of a proxy: CONNECT for https, absolute form for http. */
  readonly proxy?: string | undefined;
  /** For this exchange alone, redirects included; the run's deadline holds anyway. */
  readonly timeoutMs?: number | undefined;
}

/** What an exchange brought home. Where `stopped` is set, the rest is as far as it came. */
export interface HttpExchange {
  /** The URL that answered last. */
  readonly url: string;
  readonly status?: number;
  /** Names in lower case. Repeated headers are lists. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** As received, at most `maxBytes`; empty where there was none. */
  readonly body?: Buffer;
  readonly truncated: boolean;
  /** Of the last connection. */
  readonly phases: Phases;
  readonly address?: string;
  /** Everything that the last name resolved to, in the resolver's order. */
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
  readonly tls?: TlsConnectionFacts;
  /** Every redirect that was followed, in order. */
  readonly redirects: readonly { readonly status: number; readonly to: string }[];
  readonly stopped?: Stopped;
  /** The token that was fetched for this exchange: to be masked in whatever comes back. */
  readonly token?: Secret;
}

/**
 * One request on a fresh look-up and a fresh connection, redirects followed as allowed, each on a fresh
 * connection again. Never throws for anything that the network or the target does; always ends by
 * `context.signal`.
 */
export async function httpExchange(request: HttpRequest, context: RunContext): Promise<HttpExchange> {
  using deadline = deadlineWithin(context.signal, request.timeoutMs);
  const bounded: RunContext = { ...context, signal: deadline.signal };
  const authorization = await authorizationFor(request, bounded);
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
      ? await openConnection({ ...target, tls }, context)
      : await connectThroughProxy(target, url, tls, context);
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
  return { ...reached, ...answer, phases: { ...reached.phases, ...answer.phases } };
}

const DEFAULT_TLS: TlsFields = { minDaysLeft: 14 };

function nothing(url: string): Omit<HttpExchange, 'stopped'> {
  return { url, truncated: false, phases: {}, addresses: [], cname: [], redirects: [] };
}
