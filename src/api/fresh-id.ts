/** An id that sorts by when it was given, and that none of `taken` has. */
export function freshId(what: string, now: number, taken: readonly { readonly id: string }[]): string {
  const stem = `${what}-${now.toString(36)}`;
  let id = stem;
  for (let count = 2; taken.some((each) => each.id === id); count++) id = `${stem}-${String(count)}`;
  return id;
}
