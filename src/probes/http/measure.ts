import type { Facts } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { MAX_ADDRESSES, ownFaultAmong } from '../judging/addresses.ts';
import { keptChain } from '../judging/expiry.ts';
import { elapsed, lookUpHost, openConnection, type HostLookup } from '../net/connection.ts';
import { httpExchange, type HttpExchange, type HttpRequest } from '../net/http-exchange.ts';
import { maskFor, type Mask } from '../net/mask.ts';
import { factsOfTls, type TlsConnectionFacts } from '../net/tls-facts.ts';
import { hostOf, portOf } from '../net/urls.ts';
import { keepBody } from './body.ts';
import { findingOfAttempt } from './judge.ts';
import type { HttpAttempt, HttpMeasured } from './measured.ts';
import type { HttpOptions } from './options.ts';

const MAX_HEADERS = 64;
const MAX_HEADER_LENGTH = 1024;

/**
 * Looks the name up once, then asks each address at the same time, each on a connection of its own. A request
 * that may change something is sent once, to the first address; the others are only connected to.
 */
export async function measureHttp(options: HttpOptions, context: RunContext): Promise<HttpMeasured> {
  const began = context.monotonic();
  const viaProxy = options.proxy !== undefined;
  const found: HostLookup = viaProxy
    ? { addresses: [], cname: [], ms: 0 }
    : await lookUpHost(hostOf(new URL(options.url)), options, context);
  const most = options.addresses === 'one' ? 1 : MAX_ADDRESSES;
  const addresses = viaProxy ? [undefined] : found.addresses.slice(0, most);
  const reads = isRead(options.method);
  const tried = await Promise.all(
    addresses.map((address, index) =>
      reads || index === 0 ? ask(options, address, began, context) : reach(options, address ?? '', began, context),
    ),
  );
  const attempts = shareBodies(tried.map((one) => one.attempt));
  const deciding = tried[0];
  const findings = attempts.map((one) => ({ ...one, finding: findingOfAttempt(one, attempts, options) }));
  return {
    facts: factsOf(found, deciding?.attempt, deciding?.tls),
    phases: { ...(!viaProxy && { dns: found.ms }), ...deciding?.attempt.phases },
    ...(deciding !== undefined && { address: deciding.attempt.address }),
    ...ownFaultAmong(found.stopped, findings),
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    lookupMs: found.ms,
    startedAt: context.startedAt,
    attempts,
  };
}

/** Whether a method only reads (RFC 9110 §9.2.1). */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

interface Tried {
  readonly attempt: HttpAttempt;
  readonly tls?: TlsConnectionFacts | undefined;
}

async function ask(
  options: HttpOptions,
  address: string | undefined,
  began: number,
  context: RunContext,
): Promise<Tried> {
  const exchange = await httpExchange(requestOf(options, address), context);
  const mask = maskFor(options, [exchange.token]);
  const attempt: HttpAttempt = {
    address: address ?? exchange.address ?? 'none',
    asked: true,
    ms: elapsed(context, began),
    phases: exchange.phases,
    redirects: exchange.redirects.map((hop) => ({ ...hop, to: mask.text(hop.to) })),
    ...(exchange.status !== undefined && { status: exchange.status }),
    ...(exchange.headers !== undefined && { headers: keepHeaders(exchange.headers, mask) }),
    ...(exchange.body !== undefined && { body: keepBody(exchange.body, options.expect, mask) }),
    ...(exchange.tls !== undefined && { chain: keptChain(exchange.tls.chain) }),
    ...stoppedOf(exchange, mask),
  };
  return { attempt, tls: exchange.tls };
}

function stoppedOf(exchange: HttpExchange, mask: Mask): Pick<HttpAttempt, 'stopped'> {
  if (exchange.stopped === undefined) return {};
  return { stopped: { ...exchange.stopped, message: mask.text(exchange.stopped.message) } };
}

async function reach(options: HttpOptions, address: string, began: number, context: RunContext): Promise<Tried> {
  const url = new URL(options.url);
  const tls = url.protocol === 'https:' ? options.tls : undefined;
  const connection = await openConnection({ address, port: portOf(url), host: hostOf(url), tls }, context);
  connection.socket?.destroy();
  const attempt: HttpAttempt = {
    address,
    asked: false,
    ms: elapsed(context, began),
    phases: connection.phases,
    redirects: [],
    ...(connection.tls !== undefined && { chain: keptChain(connection.tls.chain) }),
    ...(connection.stopped !== undefined && { stopped: connection.stopped }),
  };
  return { attempt, tls: connection.tls };
}

function requestOf(options: HttpOptions, address: string | undefined): HttpRequest {
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

function shareBodies(attempts: readonly HttpAttempt[]): readonly HttpAttempt[] {
  const known = new Set<string>();
  return attempts.map((attempt) => {
    const body = attempt.body;
    if (body === undefined) return attempt;
    if (known.has(body.sha256)) return { ...attempt, body: { kind: 'same', sha256: body.sha256, length: body.length } };
    known.add(body.sha256);
    return attempt;
  });
}

function factsOf(found: HostLookup, first: HttpAttempt | undefined, tls: TlsConnectionFacts | undefined): Facts {
  const server = first?.headers?.['server'];
  const addresses = found.addresses.length > 0 ? found.addresses : first === undefined ? [] : [first.address];
  return {
    ...(addresses.length > 0 && { addresses: [...addresses].sort() }),
    ...(found.cname.length > 0 && { cname: found.cname }),
    ...factsOfTls(tls),
    ...(first?.status !== undefined && { httpVersion: '1.1' }),
    ...(typeof server === 'string' && { server: server.slice(0, 200) }),
  };
}
