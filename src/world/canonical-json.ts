import type { Json } from '../model/run.ts';

/**
 * A value as RFC 8785 (JSON Canonicalization Scheme) writes it: no spaces, members sorted by the UTF-16 code
 * units of their names, numbers and strings as ECMAScript writes them. Rekor signs and hashes entries in
 * this form. Members that are `undefined` are left out; a number that JSON cannot hold throws a `TypeError`.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`json cannot hold ${value}`);
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
