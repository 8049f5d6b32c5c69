import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberOf, parseAnswer } from '../../../src/probes/prometheus/answer.ts';

const value = fc.oneof(
  fc.double({ noNaN: true }).map((number) => (Number.isFinite(number) ? String(number) : '+Inf')),
  fc.constantFrom('NaN', '+Inf', '-Inf'),
  fc.string({ maxLength: 5 }),
);
const vector = fc
  .array(fc.record({ metric: fc.dictionary(fc.string(), fc.string()), value: fc.tuple(fc.double(), value) }))
  .map((result) => JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));

test('any body is an answer or none, never an exception, and small enough to keep', () => {
  fc.assert(
    fc.property(fc.oneof(vector, fc.json(), fc.string(), fc.uint8Array().map(String)), (body) => {
      const answer = parseAnswer(body);
      expect(JSON.stringify(answer).length).toBeLessThan(1_000_000);
    }),
  );
});

test('no value is lower than the lowest or higher than the highest, also of those that are not kept', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 200 }), (numbers) => {
      const result = numbers.map((number) => ({ metric: {}, value: [0, String(number)] }));
      const answer = parseAnswer(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
      if (answer.kind !== 'values') throw new Error(answer.kind);
      expect(answer.count).toBe(numbers.length);
      expect(answer.lowest && numberOf(answer.lowest)).toBe(Math.min(...numbers));
      expect(answer.highest && numberOf(answer.highest)).toBe(Math.max(...numbers));
    }),
  );
});
