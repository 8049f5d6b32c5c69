/** Integer milliseconds since 1970 as ISO 8601 in UTC with milliseconds. */
export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The same, where there may be no time at all. */
export function instantOrNull(atMs: number | null): string | null {
  return atMs === null ? null : instant(atMs);
}
