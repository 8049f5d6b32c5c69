import { describe, expect, test } from 'vitest';
import { ownFaultOf, stoppedByError, stoppedBySignal, type StopPoint } from '../../../src/probes/net/stopped.ts';

const error = (code: string) => Object.assign(new Error('words that nobody branches on'), { code });

test.each<[string, StopPoint, string]>([
  ['ECONNREFUSED', 'connect', 'connect.refused'],
  ['ECONNRESET', 'connect', 'connect.reset'],
  ['ECONNRESET', 'tls', 'tls.handshake'],
  ['ETIMEDOUT', 'connect', 'connect.timeout'],
  ['EHOSTUNREACH', 'connect', 'connect.unreachable'],
  ['ENETUNREACH', 'connect', 'connect.unreachable'],
  ['EMFILE', 'connect', 'probe.resources'],
  ['ENOMEM', 'body', 'probe.resources'],
  ['EADDRNOTAVAIL', 'connect', 'probe.resources'],
  ['UND_ERR_HEADERS_OVERFLOW', 'headers', 'protocol.too_large'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'headers', 'tls.handshake'],
  ['E_NEVER_SEEN', 'connect', 'connect.unreachable'],
  ['E_NEVER_SEEN', 'body', 'connect.reset'],
])('%s while at %s is %s', (code, at, expected) => {
  expect(stoppedByError(at, 'GET http://a.test/', error(code)).class).toBe(expected);
});

describe('a signal that fired', () => {
  const deadline = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
  test.each<[StopPoint, string]>([
    ['dns', 'dns.timeout'],
    ['connect', 'connect.timeout'],
    ['tls', 'tls.handshake'],
    ['headers', 'latency.timeout'],
    ['body', 'latency.timeout'],
  ])('for its deadline while at %s is %s', (at, expected) => {
    expect(stoppedBySignal(at, 'GET http://a.test/', deadline).class).toBe(expected);
  });

  test('for any other reason is the monitor’s own doing', () => {
    const stopped = stoppedBySignal('connect', 'GET http://a.test/', AbortSignal.abort(new Error('the daemon stops')));
    expect(ownFaultOf(stopped)?.class).toBe('probe.resources');
    expect(ownFaultOf(stoppedBySignal('connect', 'GET http://a.test/', deadline))).toBeUndefined();
  });
});
