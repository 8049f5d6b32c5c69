import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extension, isComplete, parseReply } from '../../../src/probes/smtp/reply.ts';

const text = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.array(fc.constantFrom('2', '5', '0', ' ', '-', '\r', '\n', 'A'), { maxLength: 100 }).map((all) => all.join('')),
);
const line = fc.string({ maxLength: 30 }).filter((words) => !/[\r\n]/.test(words));

test('any text is a reply or none, and what is one is complete', () => {
  fc.assert(
    fc.property(text, (given) => {
      const reply = parseReply(given);
      expect(reply === undefined || isComplete(given)).toBe(true);
      expect(reply === undefined || (reply.code >= 200 && reply.code < 600)).toBe(true);
    }),
  );
});

test('a reply is read back as it was written, and complete only with its last line', () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), fc.array(line, { minLength: 1, maxLength: 8 }), (code, lines) => {
      const written = lines.map((words, index) => `${code}${index < lines.length - 1 ? '-' : ' '}${words}\r\n`);
      expect(parseReply(written.join(''))).toEqual({ code, lines });
      for (let count = 0; count < written.length; count += 1) {
        expect(isComplete(written.slice(0, count).join(''))).toBe(false);
      }
      expect(isComplete(written.join(''))).toBe(true);
    }),
  );
});

test('an extension is found without regard to case, and with the equals sign that old servers write', () => {
  const reply = { code: 250, lines: ['mail', 'size 100', 'auth=LOGIN plain'] };
  expect(extension(reply, 'AUTH')).toEqual(['LOGIN', 'PLAIN']);
  expect(extension(reply, 'MAIL')).toBeUndefined();
});
