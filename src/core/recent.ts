/** Changes and drift are kept this long. */
const REMEMBERED_MS = 86_400_000;
const REMEMBERED_AT_MOST = 1000;

/** Changes and drift that still matter: of the last day, and not too many of them. */
export function recent<T extends { readonly at: number }>(items: readonly T[], now: number): readonly T[] {
  return items.filter((i) => i.at >= now - REMEMBERED_MS).slice(-REMEMBERED_AT_MOST);
}
