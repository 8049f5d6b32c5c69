import { createTask } from 'node-cron';
import type { ScheduledTask } from 'node-cron';
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
      const task = makeTask(expression, timezone, fire);
      // A time that fell into a stall is caught up with once the loop turns again.
      task.on('execution:missed', fire);
      void task.start();
      return {
        nextAt: () => task.getNextRun()?.getTime() ?? null,
        lastBefore: (wall, withinMs) => lastMatch(task, expression, wall, withinMs),
        [Symbol.dispose]: () => void task.destroy(),
      };
    },
    check: (expression, timezone) => void makeTask(expression, timezone, () => {}).destroy(),
  };
}

function makeTask(expression: string, timezone: string, fire: () => void): ScheduledTask {
  try {
    // node-cron finds out about an unknown zone only later, somewhere inside a timer.
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return createTask(expression, fire, { timezone, logger: SILENT, suppressMissedWarning: true });
  } catch (thrown) {
    throw new DaemonError(
      'bad-cron',
      `read the cron expression ${expression} in time zone ${timezone}: ${reasonOf(thrown)}`,
      { cause: thrown },
    );
  }
}

/** node-cron only looks ahead; the past is searched by whole minutes, by seconds where the expression has them. */
function lastMatch(task: ScheduledTask, expression: string, wall: number, withinMs: number): number | null {
  const step = expression.trim().split(/\s+/).length > 5 ? 1000 : MINUTE_MS;
  for (let at = Math.floor(wall / step) * step; at > wall - withinMs; at -= step)
    if (task.match(new Date(at))) return at;
  return null;
}
