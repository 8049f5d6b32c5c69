import type { RunContext } from '../../ports/probe-kind.ts';
import { MAX_ADDRESSES, ownFaultAmong } from '../judging/addresses.ts';
import { keptChain } from '../judging/expiry.ts';
import { elapsed, lookUpHost, openConnection, type HostLookup } from '../net/connection.ts';
import { httpExchange } from '../net/http-exchange.ts';
import { maskFor, maskForBody } from '../net/mask.ts';
import { politeExchange } from '../net/polite-exchange.ts';
import type { TlsConnectionFacts } from '../net/tls-facts.ts';
import { hostOf, portOf } from '../net/urls.ts';
import { attemptOf, factsOfAnswer, requestOf } from './attempt.ts';
import { keepBody } from './body.ts';
import { findingOfAttempt } from './judge.ts';
import type { HttpAttempt, HttpMeasured } from './measured.ts';
import type { HttpOptions } from './options.ts';
import { isWanted } from './status.ts';

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
    facts: factsOfAnswer(found, deciding?.attempt, deciding?.tls),
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
  // Who wants to see a rate limit at work is not told off by it.
  const send = isWanted(429, options.expect.status) ? httpExchange : politeExchange;
  const exchange = await send(requestOf(options, address), context);
  const mask = maskFor(options, [exchange.token]);
  const keep = (body: Buffer) => keepBody(body, options.expect, maskForBody(mask, exchange));
  const attempt = attemptOf(exchange, elapsed(context, began), mask, keep);
  return { attempt: address === undefined ? attempt : { ...attempt, address }, tls: exchange.tls };
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
