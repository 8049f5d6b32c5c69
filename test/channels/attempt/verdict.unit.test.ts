import { expect, test } from 'vitest';
import { redacted } from '../../../src/channels/attempt/redacted.ts';
import { retryAfterMs } from '../../../src/channels/attempt/verdict.ts';
import { Secret } from '../../../src/model/secret.ts';

const NOW = Date.parse('2026-11-21T03:12:34.000Z');

test.each([
  ['seconds', '120', 120_000],
  ['a date', 'Sat, 21 Nov 2026 03:13:34 GMT', 60_000],
  ['a date gone by', 'Sat, 21 Nov 2026 03:00:00 GMT', undefined],
  ['at once', '0', undefined],
  ['more than an hour: an hour', '86400', 3_600_000],
  ['nonsense', 'later', undefined],
  ['nothing', undefined, undefined],
])('a Retry-After of %s', (_what, header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});

test.each([
  ['as it is', 'key s3cr3t/+x refused'],
  ['in an address', 'GET /hook?key=s3cr3t%2F%2Bx refused'],
  ['in base64', `basic ${Buffer.from('s3cr3t/+x').toString('base64')}`],
  ['in hexadecimal', Buffer.from('s3cr3t/+x').toString('hex')],
])('a secret that a service echoes %s is taken out', (_how, text) => {
  expect(redacted(text, [new Secret('s3cr3t/+x')])).toContain('<secret>');
});
