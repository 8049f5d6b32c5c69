import { expect, test } from 'vitest';
import { addressHash, probeSample } from '../../src/telemetry/probe-sample.ts';
import { passed } from './samples/events.ts';

/** FNV-1a as blackbox_exporter computes it. */
test.each([
  ['127.0.0.1', 3619153832],
  ['::1', 2818364276],
])('the hash of %s is blackbox_exporter’s', (address, hash) => {
  expect(addressHash(address)).toBe(hash);
});

test('forms of one IPv6 address have one hash', () => {
  expect(addressHash('2001:0db8:0000:0000:0000:0000:0000:0001')).toBe(addressHash('2001:db8::1'));
  expect(addressHash('fe80::1%eth0')).toBe(addressHash('fe80::1'));
});

test('the earliest end of a chain counts, where the kind has measured it', () => {
  const measured = { facts: {}, expiry: { subject: 'intermediate', notAfter: Date.parse('2026-12-01T00:00:00Z') } };
  expect(probeSample({ ...passed, measured }, 'rekor').earliestCertExpiry).toBe(1796083200);
});

test('a run that is no HTTP run has no HTTP series', () => {
  const sample = probeSample(passed, 'dns');
  expect([sample.httpStatus, sample.httpVersion, sample.processing, sample.failedDueToRegex]).toEqual(
    Array(4).fill(Number.NaN),
  );
});

test('an HTTP run that got no answer has status 0, as blackbox_exporter has', () => {
  const sample = probeSample({ ...passed, outcome: 'fail', class: 'connect.refused', measured: { facts: {} } }, 'http');
  expect(sample.httpStatus).toBe(0);
});
