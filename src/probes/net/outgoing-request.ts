import type { Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { endpoint } from './connection.ts';
import type { Stopped } from './stopped.ts';
import { portOf, shownUrl } from './urls.ts';

/** A request for a connection that is already open. */
export interface OutgoingRequest {
  readonly url: URL;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  readonly maxBytes: number;
  /** Where the connection goes; for messages. */
  readonly address: string;
  /** A plain request through a proxy names the whole URL (RFC 9112 §3.2.2). */
  readonly absoluteForm: boolean;
}

/** What came back; where `stopped` is set, as far as it came. */
export interface Answer {
  readonly status?: number;
  /** Names in lower case. Repeated headers are lists. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer;
  /** Fields after the body, where the protocol has them and there were any (RFC 9113 §8.1). */
  readonly trailers?: Readonly<Record<string, string | readonly string[]>>;
  readonly truncated: boolean;
  /** The protocol that was spoken. */
  readonly httpVersion: '1.1' | '2';
  readonly phases: Pick<Phases, 'firstByte' | 'transfer'>;
  readonly stopped?: Stopped;
}

/** Header bytes (names and values) that are read before the answer counts as too large. */
export const MAX_HEADER_BYTES = 32 * 1024;

const USER_AGENT = 'tocsin';

/** What is sent: the probe's own headers, names in lower case, over those that every request has. */
export function requestHeaders(
  request: OutgoingRequest,
  { traceparent }: Pick<RunContext, 'traceparent'>,
): Record<string, string> {
  return {
    'user-agent': USER_AGENT,
    accept: '*/*',
    // What is measured is bounded by what is received: nothing that unpacks to more.
    'accept-encoding': 'identity',
    ...(traceparent !== undefined && { traceparent }),
    ...Object.fromEntries(Object.entries(request.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v])),
  };
}

/** How messages about a request begin: `GET https://a.example/b at 10.0.0.1:443`. */
export function subjectOf({ method, url, address }: OutgoingRequest): string {
  return `${method ?? 'GET'} ${shownUrl(url)} at ${endpoint({ address, port: portOf(url) })}`;
}

/** How much of a body came, for a message about one that is not complete. */
export function soFar(bytes: number, headers: Answer['headers']): string {
  const length = headers?.['content-length'];
  const whole = typeof length === 'string' && /^\d{1,15}$/.test(length) ? ` of ${length}` : '';
  return `${bytes}${whole} bytes had come`;
}

/** Headers as a parser gives them, without those it gives no value for. */
export function givenHeaders(headers: Readonly<Record<string, unknown>>): NonNullable<Answer['headers']> {
  const given: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') given[name] = value;
    else if (Array.isArray(value)) given[name] = value.map(String);
  }
  return given;
}
