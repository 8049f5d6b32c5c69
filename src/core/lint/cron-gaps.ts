import { readCron } from '../cron-expression.ts';
import type { CronTimes } from '../cron-expression.ts';

/** The longest and the shortest time between two due times of a cron expression, in milliseconds. */
export interface CronGaps {
  readonly longestMs: number;
  readonly shortestMs: number;
}

const DAY_S = 86_400;
/** Every leap year's day comes round within this, the missing one of 2100 aside. */
const DAYS_LOOKED_AT = 366 * 9;

/**
 * A day must match day of month *and* day of week, as the scheduler has it. Clock changes are not counted: in a zone
 * that has them one gap a year is an hour longer. Undefined where it never comes due twice.
 */
export function cronGaps(expression: string): CronGaps | undefined {
  const read = readCron(expression);
  if (read.kind === 'problem') return undefined;
  const { days, months, weekdays } = read.times;
  const times = timesOfDay(read.times);
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
    const isDue =
      days.includes(date.getUTCDate()) &&
      months.includes(date.getUTCMonth() + 1) &&
      weekdays.includes(date.getUTCDay());
    if (!isDue) continue;
    if (before !== undefined) note((day - before) * DAY_S + first - last);
    before = day;
  }
  return before === undefined || longest === 0 ? undefined : { longestMs: longest * 1000, shortestMs: shortest * 1000 };
}

function timesOfDay({ hours, minutes, seconds }: CronTimes): number[] {
  return hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => (h * 60 + m) * 60 + s)));
}
