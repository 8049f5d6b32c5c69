const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A duration in its two largest units, whole: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const [first, second] = inUnits(ms);
  return second === undefined ? first : `${first} ${second}`;
}

/** How long ago, in the largest unit: `now`, `12 s ago`, `4 min ago`. */
export function ago(ms: number): string {
  return ms < 1000 ? 'now' : `${inUnits(ms)[0]} ago`;
}

/** Milliseconds as a person reads a measurement: `0.4 ms`, `41 ms`, `2.5 s`. */
export function latency(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}

function inUnits(ms: number): readonly [string, string?] {
  const index = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[index] ?? ['s', 1000];
  const first = `${Math.max(0, Math.floor(ms / size))} ${unit}`;
  const next = UNITS[index + 1];
  const rest = next === undefined || index === -1 ? 0 : Math.floor((ms % size) / next[1]);
  return next === undefined || rest === 0 ? [first] : [first, `${rest} ${next[0]}`];
}
