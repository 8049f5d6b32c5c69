import fc from 'fast-check';
import { expect, test } from 'vitest';
import { healthAnswer, healthRequest } from '../../../src/probes/grpc/health-message.ts';

/** A message in its length-prefixed frame. */
function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

test('a request names its service, and is empty where it names none', () => {
  expect([...healthRequest('')]).toEqual([0, 0, 0, 0, 0]);
  expect([...healthRequest('ab')]).toEqual([0, 0, 0, 0, 4, 0x0a, 2, 0x61, 0x62]);
  const long = 'x'.repeat(300);
  expect(healthRequest(long).subarray(5, 8)).toEqual(Buffer.of(0x0a, 0xac, 0x02));
  expect(healthRequest(long).readUInt32BE(1)).toBe(303);
});

test.each([
  ['nothing is UNKNOWN', [], 'UNKNOWN'],
  ['one', [0x08, 1], 'SERVING'],
  ['two', [0x08, 2], 'NOT_SERVING'],
  ['fields of another day are passed over', [0x12, 2, 0x61, 0x62, 0x1d, 0, 0, 0, 0, 0x08, 1], 'SERVING'],
  ['the last of two counts', [0x08, 2, 0x08, 1], 'SERVING'],
])('%s', (_rule, bytes, status) => {
  expect(healthAnswer(framed(Uint8Array.from(bytes)))).toEqual({ kind: 'status', status });
});

test.each([
  ['a number that nobody gave a name', [0x08, 9]],
  ['a status that is text', [0x0a, 1, 0x61]],
  ['a field without its end', [0x12, 200]],
  ['a number without its end', [0x08, 0xff]],
])('%s is malformed', (_rule, bytes) => {
  expect(healthAnswer(framed(Uint8Array.from(bytes)))).toMatchObject({ kind: 'malformed' });
});

test('no bytes make it fail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, asMessage) => {
      const answer = healthAnswer(asMessage ? framed(bytes) : bytes);
      expect(['status', 'malformed']).toContain(answer.kind);
    }),
  );
});
