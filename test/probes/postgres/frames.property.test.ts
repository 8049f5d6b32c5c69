import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Frames } from '../../../src/probes/postgres/frames.ts';

const message = fc
  .tuple(fc.constantFrom('R', 'S', 'T', 'D', 'Z'), fc.uint8Array({ maxLength: 50 }))
  .map(([type, body]) => {
    const header = Buffer.alloc(5, type);
    header.writeUInt32BE(body.length + 4, 1);
    return Buffer.concat([header, body]);
  });

test('messages come out whole, however they were cut on the way', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 10 }), fc.integer({ min: 1, max: 20 }), (messages, size) => {
      const bytes = Buffer.concat(messages);
      const frames = new Frames();
      const out: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) out.push(...(frames.push(bytes.subarray(at, at + size)) ?? []));
      expect(out.map(String)).toEqual(messages.map(String));
    }),
  );
});

test.each([
  ['whose length leaves no room for itself', 'R\0\0\0\x03'],
  ['of an error that has no end', 'E\0\0\0\x08Mabc'],
  ['of an error whose text ends, but not its list', 'E\0\0\0\x09Mabc\0'],
])('a message %s is refused', (_what, text) => {
  expect(new Frames().push(Buffer.from(text, 'latin1'))).toBeUndefined();
});

test('an error with its end is let through', () => {
  expect(new Frames().push(Buffer.from('E\0\0\0\x0aMabc\0\0', 'latin1'))).toHaveLength(1);
});
