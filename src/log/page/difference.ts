import type { Json } from '../../model/run.ts';

/**
 * What to change in one JSON value to make another of it: nothing (undefined), a replacement (an array of
 * one), or for objects with the same keys in the same order and for arrays of the same length, the
 * differences of those members that differ.
 */
export type Difference = undefined | readonly [Json] | { readonly [key: string]: Difference };

type JsonObject = { readonly [key: string]: Json };

/** Longer arrays are lists of values, of which much changes at a time: replaced as a whole. */
const MAX_ARRAY = 64;

/** The difference that `patch` makes `after` of, given `before`. */
export function difference(before: Json, after: Json): Difference {
  if (before === after) return undefined;
  if (isObject(before) && isObject(after)) return memberDifferences(before, after);
  if (isArray(before) && isArray(after)) return elementDifferences(before, after);
  return [after];
}

/** Applies a difference. What did not change is shared with `before`, not copied. */
export function patch(before: Json, change: Difference): Json {
  if (change === undefined) return before;
  if (isReplacement(change)) return change[0];
  if (isArray(before)) return before.map((element, index) => patch(element, change[index]));
  const after: Record<string, Json> = { ...(before as JsonObject) };
  for (const key in change) after[key] = patch(after[key] ?? null, change[key]);
  return after;
}

function elementDifferences(before: readonly Json[], after: readonly Json[]): Difference {
  if (before.length !== after.length || after.length > MAX_ARRAY) {
    return JSON.stringify(before) === JSON.stringify(after) ? undefined : [after];
  }
  let changes: Record<string, Difference> | undefined;
  for (const [index, element] of after.entries()) {
    const change = difference(before[index] ?? null, element);
    if (change !== undefined) (changes ??= {})[index] = change;
  }
  return changes;
}

function memberDifferences(before: JsonObject, after: JsonObject): Difference {
  const keys = Object.keys(after);
  if (!sameKeys(Object.keys(before), keys)) return [after];
  let changes: Record<string, Difference> | undefined;
  for (const key of keys) {
    const change = difference(before[key] ?? null, after[key] ?? null);
    if (change === undefined) continue;
    // Assigning to this name would set the prototype.
    if (key === '__proto__') return [after];
    changes ??= {};
    changes[key] = change;
  }
  return changes;
}

function sameKeys(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((key, index) => key === after[index]);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isReplacement(change: NonNullable<Difference>): change is readonly [Json] {
  return Array.isArray(change);
}
