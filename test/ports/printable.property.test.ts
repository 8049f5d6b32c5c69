import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/ports/printable.ts';

const anything = fc.string({ unit: 'binary', maxLength: 200 });

test('what is printable has no control, format or separator character and no half of a pair', () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 2, max: 100 }), (text, max) => {
      expect(printable(text, max)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test('what is printable is never longer than allowed', () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 2, max: 100 }), (text, max) => {
      expect(printable(text, max).length).toBeLessThanOrEqual(max);
    }),
  );
});

test('plain text within its bound stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 100 }), (text) => {
      expect(printable(text, 100)).toBe(text);
    }),
  );
});

test('what cannot be seen is written so that it can', () => {
  expect(printable('a\nb\u001b[31mc\u202ed\u0007')).toBe('a\\nb\\u{1b}[31mc\\u{202e}d\\u{7}');
});
