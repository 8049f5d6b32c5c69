import type { FailureClass } from '../../model/failure.ts';

/** Where an attempt ended early, in causal order. */
export type StopPoint =
  'dns' | 'guard' | 'proxy' | 'connect' | 'tls' | 'auth' | 'request' | 'headers' | 'body' | 'redirect' | 'protocol';

/**
 * Why an attempt could not be finished: measured, never thrown. Plain data, so that it survives the log.
 * A class of the stage `probe` is the monitor's own fault; see `ownFaultOf`.
 */
export interface Stopped {
  readonly at: StopPoint;
  readonly class: FailureClass;
  /** What was tried, on what, and what came back. */
  readonly message: string;
  /** The code that decided, as Node, OpenSSL or undici gave it. */
  readonly code?: string;
}

/** The own fault that a stop amounts to, if it is the monitor's own. */
export function ownFaultOf(stopped: Stopped | undefined): { class: FailureClass; message: string } | undefined {
  if (stopped === undefined || !stopped.class.startsWith('probe.')) return undefined;
  return { class: stopped.class, message: stopped.message };
}

/** The code of whatever was thrown; empty where it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** This host ran out of something: says nothing about the target. */
const OWN_RESOURCES: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EADDRNOTAVAIL',
  'EAGAIN',
]);

const CONNECTION: Readonly<Record<string, { readonly class: FailureClass; readonly words: string }>> = {
  ECONNREFUSED: { class: 'connect.refused', words: 'connection refused' },
  ECONNRESET: { class: 'connect.reset', words: 'connection reset' },
  ECONNABORTED: { class: 'connect.reset', words: 'connection aborted' },
  EPIPE: { class: 'connect.reset', words: 'connection closed while sending' },
  ETIMEDOUT: { class: 'connect.timeout', words: 'connection timed out' },
  EHOSTUNREACH: { class: 'connect.unreachable', words: 'no route to host' },
  EHOSTDOWN: { class: 'connect.unreachable', words: 'host is down' },
  ENETUNREACH: { class: 'connect.unreachable', words: 'network unreachable' },
  ENETDOWN: { class: 'connect.unreachable', words: 'network is down' },
  EACCES: { class: 'connect.unreachable', words: 'connecting is forbidden by a local firewall' },
  EPERM: { class: 'connect.unreachable', words: 'connecting is forbidden by a local firewall' },
  UND_ERR_SOCKET: { class: 'connect.reset', words: 'connection closed before the answer was complete' },
  UND_ERR_HEADERS_OVERFLOW: { class: 'protocol.too_large', words: 'response headers too large' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    class: 'protocol.malformed',
    words: 'body is not as long as its content-length says',
  },
};

/** Codes of OpenSSL's chain verification (X509_V_ERR_…, as Node names them) that are about time. */
const EXPIRED: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CRL_HAS_EXPIRED']);
const NAME_MISMATCH: ReadonlySet<string> = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']);

/** The class of a certificate that was refused. Every code that is neither about time nor name is about trust. */
export function certificateClass(code: string): FailureClass {
  if (EXPIRED.has(code)) return 'tls.expired';
  if (NAME_MISMATCH.has(code)) return 'tls.name_mismatch';
  return 'tls.untrusted';
}

/**
 * What an error of a socket, of TLS or of the HTTP parser amounts to.
 * `subject` opens the message: what was tried and on what, for example `GET https://a/b at 10.0.0.1:443`.
 */
export function stoppedByError(at: StopPoint, subject: string, error: unknown): Stopped {
  const code = codeOf(error);
  if (OWN_RESOURCES.has(code)) {
    return { at, class: 'probe.resources', code, message: `${subject}: this host is out of resources (${code})` };
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || at === 'tls') {
    return { at, class: 'tls.handshake', code, message: `${subject}: handshake failed (${tlsWords(error, code)})` };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { at, class: 'protocol.too_large', code, message: `${subject}: response headers too large` };
  }
  if (isParserError(error)) {
    return { at, class: 'protocol.malformed', code, message: `${subject}: not an HTTP answer (${code || 'no code'})` };
  }
  const known = CONNECTION[code];
  if (known !== undefined) return { at, class: known.class, code, message: `${subject}: ${known.words}` };
  const words = code === '' ? 'failed without a code' : code;
  return {
    at,
    class: at === 'connect' ? 'connect.unreachable' : 'connect.reset',
    code,
    message: `${subject}: ${words}`,
  };
}

/** undici's HTTP parser leaves most of its errors without a code, but the name is theirs alone; Node's have one. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'HTTPParserError' || codeOf(error).startsWith('HPE_'));
}

/** OpenSSL's reason is the useful part (`wrong version number`); shown, never branched on. */
function tlsWords(error: unknown, code: string): string {
  const reason = typeof error === 'object' && error !== null && 'reason' in error ? error.reason : undefined;
  if (typeof reason === 'string' && reason !== '') return reason.slice(0, 120);
  return code === 'ECONNRESET' ? 'connection closed during the handshake' : code || 'no reason given';
}

const TIMED_OUT: Readonly<Record<StopPoint, { readonly class: FailureClass; readonly words: string }>> = {
  dns: { class: 'dns.timeout', words: 'no answer from the name server' },
  guard: { class: 'latency.timeout', words: 'not finished' },
  proxy: { class: 'latency.timeout', words: 'no answer from the proxy' },
  connect: { class: 'connect.timeout', words: 'no answer to the connection attempt' },
  tls: { class: 'tls.handshake', words: 'TLS handshake not finished' },
  auth: { class: 'latency.timeout', words: 'no token' },
  request: { class: 'latency.timeout', words: 'request not taken' },
  headers: { class: 'latency.timeout', words: 'connected, but no answer' },
  body: { class: 'latency.timeout', words: 'answer not complete' },
  redirect: { class: 'latency.timeout', words: 'redirects not finished' },
  protocol: { class: 'latency.timeout', words: 'connected, but the exchange did not finish' },
};

/** What running out of time amounts to, by where it happened; or our own fault, where the run was called off. */
export function stoppedBySignal(at: StopPoint, subject: string, signal: AbortSignal): Stopped {
  if (wasCalledOff(signal)) {
    return {
      at,
      class: 'probe.resources',
      code: 'ABORT',
      message: `${subject}: the run was called off by the monitor`,
    };
  }
  const { class: failureClass, words } = TIMED_OUT[at];
  return { at, class: failureClass, code: 'DEADLINE', message: `${subject}: ${words} within the deadline` };
}

/**
 * Whether a signal fired for another reason than time: the daemon stops, or the probe left the schedule. A
 * deadline carries a `TimeoutError`, as `AbortSignal.timeout` gives it.
 */
export function wasCalledOff(signal: AbortSignal): boolean {
  const reason: unknown = signal.reason;
  return signal.aborted && !(reason instanceof Error && reason.name === 'TimeoutError');
}
