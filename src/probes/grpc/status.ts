import type { FailureClass } from '../../model/failure.ts';

/** The codes of gRPC (google.rpc.Code), by number, and what each amounts to: as its HTTP counterpart would. */
const CODES: readonly (readonly [name: string, failureClass: FailureClass])[] = [
  ['OK', 'protocol.malformed'],
  ['CANCELLED', 'http.4xx'],
  ['UNKNOWN', 'http.5xx'],
  ['INVALID_ARGUMENT', 'http.4xx'],
  ['DEADLINE_EXCEEDED', 'latency.timeout'],
  // grpc.health.v1: Check of a service that the server does not know.
  ['NOT_FOUND', 'semantic.missing'],
  ['ALREADY_EXISTS', 'http.4xx'],
  ['PERMISSION_DENIED', 'auth.forbidden'],
  ['RESOURCE_EXHAUSTED', 'quota.rate_limited'],
  ['FAILED_PRECONDITION', 'http.4xx'],
  ['ABORTED', 'http.4xx'],
  ['OUT_OF_RANGE', 'http.4xx'],
  // The server has no health service.
  ['UNIMPLEMENTED', 'semantic.unsupported'],
  ['INTERNAL', 'http.5xx'],
  ['UNAVAILABLE', 'http.5xx'],
  ['DATA_LOSS', 'http.5xx'],
  ['UNAUTHENTICATED', 'auth.unauthorized'],
];

/** A code's name, or the code itself. */
export function nameOfCode(code: string): string {
  return CODES[indexOf(code)]?.[0] ?? code.slice(0, 20);
}

/** What a code other than OK amounts to. */
export function classOfCode(code: string): FailureClass {
  return CODES[indexOf(code)]?.[1] ?? 'protocol.malformed';
}

/** `grpc-message` without its percent-encoding; as it came where it is none. */
export function decodedMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function indexOf(code: string): number {
  return /^\d{1,2}$/.test(code) ? Number(code) : -1;
}
