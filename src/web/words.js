/** @type {readonly (readonly [unit: string, ms: number])[]} */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/**
 * A duration in its two largest units, whole: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
 *
 * @param {number} ms
 */
export function duration(ms) {
  const [first, second] = inUnits(ms);
  return second === undefined ? first : `${first} ${second}`;
}

/**
 * How long ago, in the largest unit: `now`, `12 s ago`, `4 min ago`.
 *
 * @param {number} ms
 */
export function ago(ms) {
  return ms < 1000 ? 'now' : `${inUnits(ms)[0]} ago`;
}

/**
 * @param {number} ms
 * @returns {[string, string?]}
 */
function inUnits(ms) {
  const index = Math.max(
    0,
    UNITS.findIndex(([, size]) => ms >= size),
  );
  if (ms < 1000) return ['0 s'];
  const [unit, size] = UNITS[index] ?? ['s', 1000];
  const next = UNITS[index + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[1]);
  const first = `${Math.floor(ms / size)} ${unit}`;
  return next === undefined || rest === 0 ? [first] : [first, `${rest} ${next[0]}`];
}

/**
 * `1 probe`, `2 probes`.
 *
 * @param {number} count
 * @param {string} noun
 * @param {string} [plural]
 */
export function counted(count, noun, plural = `${noun}s`) {
  return `${count} ${count === 1 ? noun : plural}`;
}

/**
 * `a`, `a and b`, `a, b and c`.
 *
 * @param {readonly string[]} names
 */
export function listed(names) {
  return names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * A fact's value on one line.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function factText(value) {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.map(factText).join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
