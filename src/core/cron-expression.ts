/** When a cron expression is due: the numbers that each field allows, in ascending order. */
export interface CronTimes {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 31. A day must match this *and* the day of the week. */
  readonly days: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0 (Sunday) to 6. */
  readonly weekdays: readonly number[];
}

/** An expression, read; or what is wrong with it, in words. */
export type ReadCron =
  { readonly kind: 'times'; readonly times: CronTimes } | { readonly kind: 'problem'; readonly problem: string };

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of week', min: 0, max: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
];
const ITEM = /^(\*|[a-z0-9]+(?:-[a-z0-9]+)?)(?:\/(\d{1,3}))?$/;
const LONGEST_MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads five fields, or six with seconds first: lists, ranges, steps (`5/15`: from 5 on, every 15th) and the English
 * short names of months and days. The one grammar there is: what it takes, the scheduler runs.
 */
export function readCron(expression: string): ReadCron {
  const parts = expression.trim().toLowerCase().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) {
    const problem = `a cron expression has 5 fields, or 6 with seconds, not ${expression.trim() === '' ? 0 : parts.length}`;
    return { kind: 'problem', problem };
  }
  const numbers: (readonly number[])[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const part = (parts.length === 6 ? parts : ['0', ...parts])[index] ?? '';
    const items = part.split(',').map((item) => numbersOf(item, field));
    if (items.some((item) => item === undefined))
      return { kind: 'problem', problem: `${part} is no ${field.name} (${field.min} to ${field.max})` };
    numbers.push(ascending(items.flatMap((item) => item ?? [])));
  }
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] = numbers;
  const sundayIsZero = ascending(weekdays.map((day) => day % 7));
  return { kind: 'times', times: { seconds, minutes, hours, days, months, weekdays: sundayIsZero } };
}

/** Whether some year has such a day: 30 February has none. */
export function comesDue({ days, months }: CronTimes): boolean {
  return months.some((month) => days.some((day) => day <= (LONGEST_MONTH_DAYS[month - 1] ?? 0)));
}

function numbersOf(item: string, field: Field): readonly number[] | undefined {
  const [, range = '', step] = ITEM.exec(item) ?? [];
  if (range === '' || Number(step) < 1) return undefined;
  const [from, to] = range === '*' ? [field.min, field.max] : range.split('-').map((text) => valueOf(text, field));
  const isRange = range === '*' || range.includes('-');
  const last = isRange ? to : step === undefined ? from : field.max;
  if (from === undefined || last === undefined || from > last) return undefined;
  const numbers: number[] = [];
  for (let n = from; n <= last; n += Number(step ?? 1)) numbers.push(n);
  return numbers;
}

function valueOf(text: string, { words, min, max }: Field): number | undefined {
  const word = words?.indexOf(text) ?? -1;
  if (word >= 0) return word + min;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
