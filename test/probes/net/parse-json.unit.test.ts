import { expect, test } from 'vitest';
import { parseTargetJson } from '../../../src/probes/net/parse-json.ts';

test('what nests deeper than 64 levels is no JSON of an honest target', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(parseTargetJson(nested(64))).toBeInstanceOf(Array);
  expect(() => parseTargetJson(nested(65))).toThrow(SyntaxError);
  expect(() => parseTargetJson(nested(500_000))).toThrow(SyntaxError);
});

test('brackets inside of strings do not nest', () => {
  const text = JSON.stringify({ a: '['.repeat(1000), b: '\\"[' });
  expect(parseTargetJson(text)).toEqual(JSON.parse(text));
});
