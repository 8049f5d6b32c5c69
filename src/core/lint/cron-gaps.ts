/** The longest and the shortest time between two due times of a cron expression, in milliseconds. */
export interface CronGaps {
  readonly longestMs: number;
  readonly shortestMs: number;
}

const DAY_S = 86_400;
/** Every leap year's day comes round within this, the missing one of 2100 aside. */
const DAYS_LOOKED_AT = 366 * 9;
const WORDS: Readonly<Record<string, number>> = Object.fromEntries(
  ['jan feb mar apr may jun jul aug sep oct nov dec', 'sun mon tue wed thu fri sat'].flatMap((words, list) =>
    words.split(' ').map((word, i) => [word, list === 0 ? i + 1 : i] as const),
  ),
);

/**
 * Reads five fields, or six with seconds first; a day must match day of month *and* day of week, as the scheduler
 * has it. Clock changes are not counted: in a zone that has them one gap a year is an hour longer. Undefined where
 * it never comes due twice.
 */
export function cronGaps(expression: string): CronGaps | undefined {
  const parts = expression.trim().toLowerCase().split(/\s+/);
  const [seconds, minutes, hours, days, months, weekdays] = (parts.length === 6 ? parts : ['0', ...parts]).map(
    (part, i) => numbersOf(part, BOUNDS[i] ?? [0, 59]),
  );
  if (!seconds || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const times = timesOfDay(sorted(hours), sorted(minutes), sorted(seconds));
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let longest = 0;
  let shortest = Infinity;
  const note = (gap: number): void => {
    longest = Math.max(longest, gap);
    shortest = Math.min(shortest, gap);
  };
  for (let i = 1; i < times.length; i += 1) note((times[i] ?? 0) - (times[i - 1] ?? 0));
  let before: number | undefined;
  for (let day = 0; day < DAYS_LOOKED_AT; day += 1) {
    const date = new Date(Date.UTC(2024, 0, 1 + day));
    const weekday = date.getUTCDay();
    const isDue =
      days.has(date.getUTCDate()) &&
      months.has(date.getUTCMonth() + 1) &&
      (weekdays.has(weekday) || (weekday === 0 && weekdays.has(7)));
    if (!isDue) continue;
    if (before !== undefined) note((day - before) * DAY_S + first - last);
    before = day;
  }
  return before === undefined || longest === 0 ? undefined : { longestMs: longest * 1000, shortestMs: shortest * 1000 };
}

const BOUNDS: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

function numbersOf(part: string, [min, max]: readonly [number, number]): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const item of part.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [from = '', to = from] = range === '*' ? [String(min), String(max)] : range.split('-');
    const last = WORDS[to] ?? Number(to);
    for (let n = WORDS[from] ?? Number(from); n <= last && n <= max; n += Math.max(1, Number(step))) numbers.add(n);
  }
  return numbers;
}

function sorted(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}

function timesOfDay(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]): number[] {
  return hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => (h * 60 + m) * 60 + s)));
}
