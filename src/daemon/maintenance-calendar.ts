import type { Maintenance } from '../model/configuration.ts';
import type { Command } from '../model/entry.ts';
import type { CronCalendar, CronEntry } from './cron-calendar.ts';

type CronMaintenance = Extract<Maintenance, { kind: 'cron' }>;

export interface MaintenanceCalendarParts {
  readonly calendar: CronCalendar;
  readonly wall: () => number;
  readonly announce: (command: Command) => void;
}

/**
 * Turns the cron expressions of planned windows into commands with a beginning and an end, as the core knows
 * no calendar. A window that began before we did is announced too, with its own times.
 */
export class MaintenanceCalendar implements Disposable {
  readonly #parts: MaintenanceCalendarParts;
  /** Windows told already, by id, and when they end; told again they would only be noise in the log. */
  readonly #announced = new Map<string, number>();
  #entries: readonly CronEntry[] = [];

  constructor(parts: MaintenanceCalendarParts) {
    this.#parts = parts;
  }

  /** Makes these, and no others, the windows to be announced; their expressions were checked. */
  set(windows: readonly Maintenance[]): void {
    const entries = windows.filter((window) => window.kind === 'cron').map((window) => this.#enrol(window));
    this[Symbol.dispose]();
    this.#entries = entries.map(({ entry }) => entry);
    for (const { announceOpen } of entries) announceOpen();
  }

  [Symbol.dispose](): void {
    for (const entry of this.#entries) entry[Symbol.dispose]();
    this.#entries = [];
  }

  #enrol(window: CronMaintenance): { entry: CronEntry; announceOpen: () => void } {
    const announceOpen = (): void => {
      const from = entry.lastBefore(this.#parts.wall(), window.forMs);
      if (from !== null) this.#announce(window, from);
    };
    const entry: CronEntry = this.#parts.calendar.every(window.cron, window.timezone, announceOpen);
    return { entry, announceOpen };
  }

  #announce(window: CronMaintenance, from: number): void {
    const now = this.#parts.wall();
    for (const [id, until] of this.#announced) if (until < now) this.#announced.delete(id);
    const id = `cron:${window.services.join('+')}:${new Date(from).toISOString()}`;
    if (this.#announced.has(id)) return;
    const until = from + window.forMs;
    this.#announced.set(id, until);
    const { services, reason } = window;
    this.#parts.announce({ kind: 'maintenance', id, services, from, until, reason, by: 'configuration' });
  }
}
