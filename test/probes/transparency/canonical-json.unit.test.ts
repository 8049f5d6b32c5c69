import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/probes/transparency/canonical-json.ts';

describe('canonical JSON (RFC 8785)', () => {
  it('orders keys by code units, at every depth, without white space', () => {
    expect(canonicalJson({ b: 1, a: { d: [true, null], c: 'x' }, '\u20ac': 2, '\u{1f600}': 3, '\ufb33': 4 })).toBe(
      '{"a":{"c":"x","d":[true,null]},"b":1,"\u20ac":2,"\u{1f600}":3,"\ufb33":4}',
    );
  });

  it('writes numbers and strings as ECMAScript does', () => {
    expect(canonicalJson([1e30, 4.5, 0.002, 1e-27, -0, 75408392, '\u000f\n"\\/\u007f'])).toBe(
      '[1e+30,4.5,0.002,1e-27,0,75408392,"\\u000f\\n\\"\\\\/\u007f"]',
    );
  });

  it('refuses what has no canonical form', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(RangeError);
    expect(() => canonicalJson(['\ud800'])).toThrow(RangeError);
  });
});
