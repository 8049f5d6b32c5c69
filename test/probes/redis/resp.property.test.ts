import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCommand, MAX_BULK_BYTES, parseReply } from '../../../src/probes/redis/resp.ts';
import { parseRedisUrl } from '../../../src/probes/redis/options.ts';
import { infoOf } from '../../../src/probes/redis/info.ts';

const line = fc.string({ unit: fc.constantFrom('a', 'B', ' ', ':', '$', '-', '1', 'é') });

test('whatever bytes come, reading them ends without a throw, and in a bounded reply', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const parsed = parseReply(Buffer.from(bytes));
      expect(JSON.stringify(parsed).length).toBeLessThan(6 * bytes.length + 200);
    }),
  );
});

test('bytes that begin as a reply does are read without a throw', () => {
  fc.assert(
    fc.property(fc.constantFrom('+', '-', ':', '$', '*'), fc.string(), fc.string(), (type, head, tail) => {
      expect(() => parseReply(Buffer.from(`${type}${head}\r\n${tail}`))).not.toThrow();
    }),
  );
});

test('a reply is whole exactly when its last byte has come', () => {
  const reply = fc.oneof(
    fc.string({ maxLength: 200 }).map((text) => ({ wire: `$${Buffer.byteLength(text)}\r\n${text}\r\n`, text })),
    line.map((text) => ({ wire: `+${text}\r\n`, text })),
    line.map((text) => ({ wire: `-ERR ${text}\r\n`, text: `ERR ${text}` })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ wire: `:${n}\r\n`, text: String(n) })),
  );
  fc.assert(
    fc.property(reply, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), ({ wire, text }, part) => {
      const bytes = Buffer.from(wire);
      expect(parseReply(bytes)).toMatchObject({ kind: 'reply', reply: { text } });
      expect(parseReply(bytes.subarray(0, Math.floor(part * bytes.length))).kind).toBe('incomplete');
      expect(parseReply(Buffer.concat([bytes, Buffer.from('+')])).kind).toBe('malformed');
    }),
  );
});

test('a line or a length without bound is refused before it is kept', () => {
  expect(parseReply(Buffer.from(`+${'x'.repeat(3000)}`)).kind).toBe('malformed');
  expect(parseReply(Buffer.from(`$${MAX_BULK_BYTES + 1}\r\n`)).kind).toBe('malformed');
  expect(parseReply(Buffer.from('$-1\r\n'))).toEqual({ kind: 'reply', reply: { kind: 'nil' } });
});

test('a command is an array of bulk strings counted in bytes', () => {
  expect(encodeCommand(['SET', 'é', '']).toString()).toBe('*3\r\n$3\r\nSET\r\n$2\r\né\r\n$0\r\n\r\n');
});

test('whatever INFO says, only known lines of bounded length are taken from it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      const info = infoOf({
        request: 'INFO',
        ms: 0,
        reply: { kind: 'bulk', text: `${text}\r\nrole:master\r\n${text}` },
      });
      expect(info.get('role')).toBeDefined();
      for (const value of info.values()) expect(value.length).toBeLessThanOrEqual(100);
    }),
  );
});

test.each([
  ['redis://a.example', { host: 'a.example', port: 6379, tls: false, database: 0 }],
  ['rediss://[::1]:7000/3', { host: '::1', port: 7000, tls: true, database: 3 }],
  ['redis://user:p%40ss@a.example/', { username: 'user', database: 0 }],
])('%s is taken apart', (url, expected) => {
  expect(parseRedisUrl(url)).toMatchObject(expected);
});

test.each([
  'a.example',
  'http://a.example',
  'redis://',
  'redis://a.example/zero',
  'redis://a.example/0/1',
  'redis://a.example?x=1',
  'redis://user@a.example',
  'redis://:%zz@a.example',
])('%s is no URL of a Redis', (url) => {
  expect(parseRedisUrl(url)).toBeTypeOf('string');
});

test('any text is a URL or a reason', () => {
  const parts = fc.string({ unit: fc.constantFrom('a', ':', '@', '/', '%', '4', '[', ']', '.', '?', ' ') });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        parts.map((text) => `redis://${text}`),
      ),
      (text) => {
        expect(['string', 'object']).toContain(typeof parseRedisUrl(text));
      },
    ),
  );
});
