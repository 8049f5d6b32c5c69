const UNITS: readonly (readonly [ms: number, word: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** A length of time in its two largest units: `820 ms`, `40 s`, `12 min 40 s`, `2 h`, `3 d 4 h`. */
export function timeSpan(ms: number): string {
  const length = Math.max(0, Math.round(ms));
  const first = UNITS.findIndex(([unit]) => length >= unit);
  const [major, majorWord] = UNITS[first] ?? [1, 'ms'];
  const count = Math.floor(length / major);
  const [minor, minorWord] = UNITS[first + 1] ?? [1, 'ms'];
  const rest = majorWord === 's' || majorWord === 'ms' ? 0 : Math.floor((length % major) / minor);
  return rest === 0 ? `${count} ${majorWord}` : `${count} ${majorWord} ${rest} ${minorWord}`;
}

/** How long ago a day was, coarsely: `today`, `5 days ago`, `5 weeks ago`, `8 months ago`. */
export function daysAgo(ms: number): string {
  const days = Math.floor(Math.max(0, ms) / 86_400_000);
  if (days === 0) return 'today';
  if (days < 14) return days === 1 ? '1 day ago' : `${days} days ago`;
  if (days < 70) return `${Math.floor(days / 7)} weeks ago`;
  return `${Math.floor(days / 30)} months ago`;
}

/** An ISO 8601 time as people read it, `2026-11-21 23:14:05 UTC`; what is no time comes back as it is. */
export function utc(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? iso : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
