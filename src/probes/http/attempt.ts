import type { Facts } from '../../model/run.ts';
import type { HttpExchange, HttpRequest } from '../net/http-exchange.ts';
import { keptChain } from '../judging/expiry.ts';
import { factsOfLookup } from '../net/each-address.ts';
import type { HostLookup } from '../net/connection.ts';
import type { Mask } from '../net/mask.ts';
import { factsOfTls, type TlsConnectionFacts } from '../net/tls-facts.ts';
import type { KeptBody } from './body.ts';
import type { HttpAttempt } from './measured.ts';
import type { HttpOptions } from './options.ts';

const MAX_HEADERS = 64;
const MAX_HEADER_LENGTH = 1024;

/** What of a probe's options makes one request. */
export type RequestFields = Omit<HttpOptions, 'addresses' | 'expect'>;

/** The request that options ask for; `address` where the name has been looked up already. */
export function requestOf(options: RequestFields, address: string | undefined): HttpRequest {
  const headers = Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name, value.reveal()]));
  const json = options.json === undefined ? undefined : JSON.stringify(options.json);
  return {
    url: options.url,
    method: options.method,
    headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: json ?? options.body,
    follow: options.follow,
    maxBytes: options.maxBytes,
    tls: options.tls,
    resolver: options.resolver,
    family: options.family,
    address,
    auth: options.auth,
    proxy: options.proxy,
  };
}

/** What is kept of an exchange: secrets masked, everything bounded. `keep` says what of its body. */
export function attemptOf(
  exchange: HttpExchange,
  ms: number,
  mask: Mask,
  keep: (body: Buffer) => KeptBody,
): HttpAttempt {
  const { status, headers, body, tls, httpVersion, stopped } = exchange;
  return {
    address: exchange.address ?? 'none',
    asked: true,
    ms,
    phases: exchange.phases,
    redirects: exchange.redirects.map((hop) => ({ ...hop, to: mask.text(hop.to) })),
    ...(status !== undefined && { status }),
    ...(status !== undefined && httpVersion !== undefined && { httpVersion }),
    ...(headers !== undefined && { headers: keepHeaders(headers, mask) }),
    ...(body !== undefined && { body: keep(body) }),
    ...(tls !== undefined && { chain: keptChain(tls.chain) }),
    ...(stopped !== undefined && { stopped: { ...stopped, message: mask.text(stopped.message) } }),
  };
}

/** The facts that a look-up, an answer and its handshake give. */
export function factsOfAnswer(
  found: Pick<HostLookup, 'addresses' | 'cname'>,
  attempt: HttpAttempt | undefined,
  tls: TlsConnectionFacts | undefined,
): Facts {
  const server = attempt?.headers?.['server'];
  // Behind a proxy nothing was looked up: the address is the proxy's.
  const addresses = found.addresses.length > 0 || attempt === undefined ? found.addresses : [attempt.address];
  return {
    ...factsOfLookup({ addresses, cname: found.cname }),
    ...factsOfTls(tls),
    ...(attempt?.httpVersion !== undefined && { httpVersion: attempt.httpVersion }),
    ...(typeof server === 'string' && { server: server.slice(0, 200) }),
  };
}

function keepHeaders(headers: NonNullable<HttpExchange['headers']>, mask: Mask): NonNullable<HttpAttempt['headers']> {
  const kept = Object.entries(headers).slice(0, MAX_HEADERS);
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const values = (typeof value === 'string' ? [value] : value).map((one) => keepValue(name, one, mask));
      return [name.slice(0, 100), values.length === 1 ? (values[0] ?? '') : values.slice(0, 20)];
    }),
  );
}

function keepValue(name: string, value: string, mask: Mask): string {
  // A session cookie is a credential; its name and attributes are not.
  const safe = name === 'set-cookie' ? value.replace(/=[^;]*/, '=<secret>') : value;
  return mask.text(safe).slice(0, MAX_HEADER_LENGTH);
}
