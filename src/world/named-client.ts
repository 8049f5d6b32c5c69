import { Resolver } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { WorldError } from './world-error.ts';

/** A call from one service of the world to another. */
export interface Call {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** For name, connection and answer together. */
  readonly timeoutMs: number;
}

/** An answer, read whole. */
export interface CallAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Calls by name. Rejects with a `WorldError` of code `no-answer` when there was none in time. */
export type NamedClient = (call: Call) => Promise<CallAnswer>;

const MAX_ANSWER_BYTES = 4 << 20;

/**
 * A client as the world's services use it: it asks the world's own name server afresh for every call and
 * opens a new connection to the first address. `ca` (PEM) is whom it trusts over TLS.
 */
export function namedClient(options: { readonly resolver: string; readonly ca?: string }): NamedClient {
  return async (call) => {
    const signal = AbortSignal.timeout(call.timeoutMs);
    try {
      const url = new URL(call.url);
      const address = await resolve(url.hostname, options.resolver, signal);
      return await exchange(call, url, address, options.ca, signal);
    } catch (cause) {
      const why = signal.aborted ? `nothing within ${call.timeoutMs} ms` : describe(cause);
      throw new WorldError('no-answer', `${call.method ?? 'GET'} ${call.url}: ${why}`, { cause });
    }
  };
}

async function resolve(hostname: string, server: string, signal: AbortSignal): Promise<string> {
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) return literal;
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([server]);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [v4] = await resolver.resolve4(hostname).catch(noRecords);
    const [address] = v4 === undefined ? await resolver.resolve6(hostname) : [v4];
    if (address === undefined) throw new Error(`no address for ${hostname}`);
    return address;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** A name without IPv4 addresses may have others; whatever else went wrong, went wrong. */
function noRecords(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENODATA') return [];
  throw error;
}

function exchange(
  call: Call,
  url: URL,
  address: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<CallAnswer> {
  const { promise, resolve: succeed, reject } = Promise.withResolvers<CallAnswer>();
  const options = {
    method: call.method ?? 'GET',
    host: address,
    port: url.port,
    path: url.pathname + url.search,
    headers: { host: url.host, ...call.headers },
    agent: false as const,
    signal,
  };
  const request =
    url.protocol === 'https:'
      ? httpsRequest({ ...options, servername: url.hostname, ...(ca === undefined ? {} : { ca }) })
      : httpRequest(options);
  request.on('error', reject);
  request.on('response', (response) => void readAnswer(response).then(succeed, reject));
  request.end(call.body);
  return promise;
}

async function readAnswer(response: IncomingMessage): Promise<CallAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new WorldError('too-large', `an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? `${error.code} ${error.message}` : error.message;
}
