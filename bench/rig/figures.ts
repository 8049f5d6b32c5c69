/** The value below which `share` (0 … 1) of the values lie; NaN of none. */
export function quantile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle one; the mean of the two middle ones of an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2;
}

/** One line of a table: what, and how much. */
export function line(name: string, value: string): void {
  console.log(`${name.padEnd(64)} ${value}`);
}

/** A goal beside what was seen: `meets` or `MISSES`. Gives whether it is met. */
export function verdict(goal: string, seen: number, atMost: number, unit = ''): boolean {
  const met = seen <= atMost;
  const suffix = unit === '' ? '' : ` ${unit}`;
  line(`${met ? 'meets ' : 'MISSES'}  ${goal}`, `${rounded(seen)}${suffix} (at most ${rounded(atMost)}${suffix})`);
  return met;
}

/** Three significant digits, thousands set apart. */
export function rounded(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 6 : 3 });
}
