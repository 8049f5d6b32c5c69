import type { Json } from '../../model/run.ts';

/**
 * RFC 8785 (JSON Canonicalization Scheme): no white space, keys in UTF-16 code-unit order, numbers and strings
 * as ECMAScript writes them. Throws a `RangeError` for what the scheme has no form for: numbers that are not
 * finite, strings with lone surrogates.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`no canonical form for ${value}`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new RangeError('no canonical form for broken text');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${canonicalJson(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

// Array.isArray does not narrow a readonly list.
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
