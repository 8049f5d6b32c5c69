/**
 * JSON with keys in code-unit order and no spaces (RFC 8785 for our data: no floats beyond what JSON.stringify
 * writes the same everywhere). Keys whose value is undefined are left out. Equal values, equal text.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The same value as plain JSON data with sorted keys; secrets show as `<secret>`, patterns as their text. */
export function sorted(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
    case 'undefined':
      return undefined;
    case 'object':
      return value === null ? null : sortedObject(value);
    default:
      return value;
  }
}

function sortedObject(value: object): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item) ?? null);
  if (value instanceof Map) return sortedFields(Object.fromEntries(value as ReadonlyMap<string, unknown>));
  if (value instanceof Set) return [...value].map((item) => sorted(item) ?? null);
  if (saysItself(value)) return sorted(value.toJSON());
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  // Compiled things (a pattern) say what they were made of.
  if (!isPlain && value.toString !== Object.prototype.toString) return (value as { toString(): string }).toString();
  return sortedFields(value as Record<string, unknown>);
}

function saysItself(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function sortedFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  // Without a comparison of its own, sort goes by code units.
  for (const key of Object.keys(fields).sort()) {
    const plain = sorted(fields[key]);
    if (plain !== undefined) object[key] = plain;
  }
  return object;
}
