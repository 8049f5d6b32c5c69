/** What parsing gives: the value, or in words why the text is not one. Malformed input is expected, never thrown. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** A parsed value. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** Something that could not be parsed, and why. */
export function malformed(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
