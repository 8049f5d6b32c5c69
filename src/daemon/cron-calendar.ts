import { createTask } from 'node-cron';
import type { ScheduledTask } from 'node-cron';
import { comesDue, readCron } from '../core/cron-expression.ts';
import type { CronTimes } from '../core/cron-expression.ts';
import { DaemonError, reasonOf } from './daemon-error.ts';

/** Something that happens by a cron expression, until it is stopped. */
export interface CronEntry extends Disposable {
  /** When it is next due, in wall milliseconds; null where never again. */
  readonly nextAt: () => number | null;
  /** When it was last due before `wall`, looking back at most `withinMs`; null where it was not. */
  readonly lastBefore: (wall: number, withinMs: number) => number | null;
}

/** What understands cron expressions; the one place that knows about calendars. */
export interface CronCalendar {
  /** Calls `due` at each time of the expression, and once after each that was missed. Throws `bad-cron`. */
  readonly every: (expression: string, timezone: string, due: () => void) => CronEntry;
  /** Throws `bad-cron` where `every` would. */
  readonly check: (expression: string, timezone: string) => void;
}

const SILENT = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
const MINUTE_MS = 60_000;

/** The calendar by node-cron: five fields, or six with seconds. */
export function nodeCronCalendar(report: (thrown: unknown) => void): CronCalendar {
  return {
    every: (expression, timezone, due) => {
      const fire = (): void => {
        try {
          due();
        } catch (thrown) {
          report(thrown);
        }
      };
      const times = timesOf(expression, timezone);
      if (!comesDue(times)) return NEVER_DUE;
      const task = makeTask(times, timezone, fire);
      // A time that fell into a stall is caught up with once the loop turns again.
      task.on('execution:missed', fire);
      void task.start();
      return {
        nextAt: () => task.getNextRun()?.getTime() ?? null,
        lastBefore: (wall, withinMs) => lastMatch(task, times, wall, withinMs),
        [Symbol.dispose]: () => void task.destroy(),
      };
    },
    check: (expression, timezone) => void timesOf(expression, timezone),
  };
}

/** node-cron refuses 30 February; here it is an expression like any other that is not due today. */
const NEVER_DUE: CronEntry = { nextAt: () => null, lastBefore: () => null, [Symbol.dispose]: () => undefined };

function timesOf(expression: string, timezone: string): CronTimes {
  const what = `read the cron expression ${expression} in time zone ${timezone}`;
  const read = readCron(expression);
  if (read.kind === 'problem') throw new DaemonError('bad-cron', `${what}: ${read.problem}`);
  try {
    // node-cron finds out about an unknown zone only later, somewhere inside a timer.
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch (cause) {
    throw new DaemonError('bad-cron', `${what}: ${reasonOf(cause)}`, { cause });
  }
  return read.times;
}

/** node-cron's own grammar is another (it knows no `5/15`), so it is given plain lists of numbers. */
function makeTask(times: CronTimes, timezone: string, fire: () => void): ScheduledTask {
  const { seconds, minutes, hours, days, months, weekdays } = times;
  const plain = [seconds, minutes, hours, days, months, weekdays].map((numbers) => numbers.join(',')).join(' ');
  return createTask(plain, fire, { timezone, logger: SILENT, suppressMissedWarning: true });
}

/** node-cron only looks ahead; the past is searched by whole minutes, by seconds where the expression has others than 0. */
function lastMatch(task: ScheduledTask, { seconds }: CronTimes, wall: number, withinMs: number): number | null {
  const step = seconds.length === 1 && seconds[0] === 0 ? MINUTE_MS : 1000;
  for (let at = Math.floor(wall / step) * step; at > wall - withinMs; at -= step)
    if (task.match(new Date(at))) return at;
  return null;
}
