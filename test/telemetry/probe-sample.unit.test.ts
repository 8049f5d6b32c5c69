import { expect, test } from 'vitest';
import { addressHash, probeSample } from '../../src/telemetry/probe-sample.ts';
import { passed } from './samples/events.ts';

/** As blackbox_exporter 0.23.0 shows them. */
test.each([
  ['127.0.0.1', 3668918509],
  ['10.2.3.4', 354439946],
  ['::1', 1751717746],
])('the hash of %s is blackbox_exporter’s', (address, hash) => {
  expect(addressHash(address)).toBe(hash);
});

test('forms of one IPv6 address have one hash', () => {
  expect(addressHash('2001:0db8:0000:0000:0000:0000:0000:0001')).toBe(addressHash('2001:db8::1'));
  expect(addressHash('fe80::1%eth0')).toBe(addressHash('fe80::1'));
});

const ends = (...days: readonly string[]) => days.map((day) => ({ subject: 'any', notAfter: Date.parse(day) }));

test('the certificate that ends first counts, whichever address served it', () => {
  const attempts = [
    { address: '10.2.3.4', chain: ends('2026-12-30', '2026-12-15') },
    { address: '10.2.3.5', chain: ends('2026-12-30', '2026-12-01') },
  ];
  const first = Date.parse('2026-12-01') / 1000;
  expect(probeSample({ ...passed, measured: { facts: {}, attempts } }, 'http').earliestCertExpiry).toBe(first);
  expect(
    probeSample({ ...passed, measured: { facts: {}, chain: ends('2026-12-01') } }, 'rekor').earliestCertExpiry,
  ).toBe(first);
});

test('the status is that of the deciding address', () => {
  const attempts = [
    { address: '10.2.3.3', status: 200 },
    { address: '10.2.3.4', status: 503 },
  ];
  expect(probeSample({ ...passed, measured: { facts: {}, attempts } }, 'http').httpStatus).toBe(503);
});

test('content that was not expected counts as blackbox_exporter’s regular expressions', () => {
  const failed = { ...passed, outcome: 'fail' as const };
  expect(probeSample({ ...failed, class: 'semantic.wrong_value' }, 'http').failedDueToRegex).toBe(1);
  expect(probeSample({ ...failed, class: 'http.5xx' }, 'http').failedDueToRegex).toBe(0);
});

test.each([[undefined], [null], ['text'], [[1, null, { chain: 'x' }]], [{ 0: 1 }]])(
  'a measurement that is of another shape (%j) tells nothing',
  (attempts) => {
    const sample = probeSample({ ...passed, facts: {}, measured: { facts: {}, attempts, chain: attempts } }, 'http');
    expect([sample.httpStatus, sample.earliestCertExpiry]).toEqual([0, Number.NaN]);
  },
);

test('a run that is no HTTP run has no HTTP series', () => {
  const sample = probeSample(passed, 'dns');
  expect([sample.httpStatus, sample.httpVersion, sample.processing, sample.failedDueToRegex]).toEqual(
    Array(4).fill(Number.NaN),
  );
});

test('an HTTP run that got no answer has status 0 and no time in what it did not come to, as blackbox_exporter has', () => {
  const sample = probeSample(
    { ...passed, outcome: 'fail', class: 'connect.refused', measured: { facts: {} }, phases: { dns: 1 } },
    'http',
  );
  expect(sample).toMatchObject({ httpStatus: 0, resolve: 0.001, connect: 0, tls: 0, processing: 0, transfer: 0 });
});
