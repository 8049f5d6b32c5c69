import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/config/canonical-json.ts';
import { isLoopback, parseTcpAddress } from '../../src/config/grammar/tcp-address.ts';
import { isName, parseInstant, percentage } from '../../src/config/grammar/words.ts';
import { editDistance, nearestName } from '../../src/config/nearest-name.ts';
import { allows } from '../../src/config/trusted-program.ts';
import { Secret } from '../../src/model/secret.ts';

test.each([
  ['a', true],
  ['a-1', true],
  ['1a', true],
  ['-a', false],
  ['a-', false],
  ['A', false],
  ['a.b', false],
  ['', false],
])('%j as a name: %s', (text, right) => {
  expect(isName(text)).toBe(right);
});

test.each([
  ['99.9%', 0.999],
  ['99.95 %', 0.9995],
  ['50%', 0.5],
])('%s is a share of time', (text, share) => {
  expect(percentage().parse(text)).toBe(share);
});

test.each(['100%', '0%', '99.9', '-1%', '101%', '%', '1e1%'])(
  '%s is no share that could be reached and missed',
  (text) => {
    expect(percentage().safeParse(text).success).toBe(false);
  },
);

test.each([
  ['127.0.0.1:9700', { host: '127.0.0.1', port: 9700 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  [':80', { host: '0.0.0.0', port: 80 }],
  ['::1:80', undefined],
  ['host', undefined],
  ['host:65536', undefined],
])('%s as an address', (text, address) => {
  expect(parseTcpAddress(text)).toEqual(address);
});

test('loopback is 127.0.0.0/8, ::1 and localhost, and nothing that only looks like it', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '127.evil.example', '10.0.0.1'].map(isLoopback)).toEqual([false, false, false, false]);
});

test.each([
  ['2026-12-01', Date.UTC(2026, 11, 1)],
  ['2026-12-01T02:00Z', Date.UTC(2026, 11, 1, 2)],
  ['2026-12-01T02:00:30.5+01:00', Date.UTC(2026, 11, 1, 1, 0, 30, 500)],
  ['2026-02-31', undefined],
  ['2026-12-01T02:00', undefined],
  ['tomorrow', undefined],
])('%s as a moment', (text, ms) => {
  expect(parseInstant(text)).toBe(ms);
});

test('canonical JSON has sorted keys and no spaces, hides secrets, and shows patterns as their text', () => {
  expect(canonicalJson({ b: [1, { d: 1, c: undefined }], a: new Secret('x'), r: /a+/u, m: new Map([['k', 1]]) })).toBe(
    '{"a":"<secret>","b":[1,{"d":1}],"m":{"k":1},"r":"/a+/u"}',
  );
  expect(canonicalJson({ é: 1, z: 2, Z: 3, 10: 4, 9: 5 })).toBe(canonicalJson({ 9: 5, 10: 4, Z: 3, z: 2, é: 1 }));
});

describe('the nearest name', () => {
  test.each([
    ['tiemout', ['timeout', 'title'], 'timeout'],
    ['Timeout', ['timeout'], 'timeout'],
    ['needs', ['probes'], undefined],
    ['x', ['y'], undefined],
    ['rekro', ['rekor', 'reko'], 'rekor'],
  ])('to %s among %j is %s', (written, known, near) => {
    expect(nearestName(written, known)).toBe(near);
  });

  test('counts a swap of neighbours as one mistake', () => {
    expect(editDistance('sgin', 'sign')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });
});

test.each([
  ['/usr/lib/plugins/*', '/usr/lib/plugins/check_disk', true],
  ['/usr/lib/plugins/check_*', '/usr/lib/plugins/check_disk', true],
  ['/usr/lib/plugins/*_disk', '/usr/lib/plugins/check_disk', true],
  ['/usr/lib/plugins/*', '/usr/lib/plugins/deep/check', false],
  ['/usr/lib/plugins/*', '/usr/lib/plugins/..', false],
  ['/usr/lib/plugins/*', '/usr/lib/plugins/../../bin/sh', false],
  ['/usr/lib/plugins/*', '/usr/lib/plugins/', false],
  ['/usr/*/x', 'usr/lib/x', false],
  ['/bin/true', '/bin/true', true],
  ['/bin/true', '/bin/truest', false],
])('trust in %s for %s: %s', (pattern, path, allowed) => {
  expect(allows(pattern, path)).toBe(allowed);
});
