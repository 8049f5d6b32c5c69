import { expect, it } from 'vitest';
import type { Maintenance } from '../../src/model/configuration.ts';
import type { Command } from '../../src/model/entry.ts';
import type { ServiceId } from '../../src/model/ids.ts';
import { nodeCronCalendar } from '../../src/daemon/cron-calendar.ts';
import { DaemonError } from '../../src/daemon/daemon-error.ts';
import { MaintenanceCalendar } from '../../src/daemon/maintenance-calendar.ts';
import { Heard } from './support/heard.ts';

const HOUR_MS = 3_600_000;
const calendar = nodeCronCalendar(() => {});

function window(cron: string, more: Partial<Extract<Maintenance, { kind: 'cron' }>> = {}): Maintenance {
  const place = { file: 'f', line: 1, column: 1, endLine: 1, endColumn: 2 };
  return {
    kind: 'cron',
    services: ['ci' as ServiceId],
    cron,
    forMs: HOUR_MS,
    timezone: 'UTC',
    reason: 'restart',
    place,
    ...more,
  };
}

function at(iso: string) {
  const heard = new Heard<Command>();
  return { heard, windows: new MaintenanceCalendar({ calendar, wall: () => Date.parse(iso), announce: heard.hear }) };
}

it('a window that is open at the start is announced with its own times', () => {
  const { heard, windows } = at('2026-03-01T03:20:00Z');
  using _ = windows;
  windows.set([window('0 3 * * *')]);
  const from = Date.parse('2026-03-01T03:00:00Z');
  expect(heard.all).toMatchObject([
    { kind: 'maintenance', services: ['ci'], from, until: from + HOUR_MS, by: 'configuration' },
  ]);
});

it('a window that is over, or not yet, is not announced', () => {
  const { heard, windows } = at('2026-03-01T04:00:00Z');
  using _ = windows;
  windows.set([window('0 3 * * *'), window('0 5 * * *')]);
  expect(heard.all).toEqual([]);
});

it('is in its own time zone', () => {
  const { heard, windows } = at('2026-07-01T01:20:00Z');
  using _ = windows;
  windows.set([window('0 3 * * *', { timezone: 'Europe/Berlin' })]);
  expect(heard.all).toMatchObject([{ from: Date.parse('2026-07-01T01:00:00Z') }]);
});

it('the same window is announced once, also over a reload', () => {
  const { heard, windows } = at('2026-03-01T03:20:00Z');
  using _ = windows;
  windows.set([window('0 3 * * *')]);
  windows.set([window('0 3 * * *')]);
  expect(heard.all).toHaveLength(1);
});

it('a window is announced when its time comes', async () => {
  const heard = new Heard<Command>();
  using windows = new MaintenanceCalendar({ calendar, wall: () => Date.now(), announce: heard.hear });
  const next = new Date(Date.now() + 2000);
  windows.set([window(`${next.getUTCSeconds()} ${next.getUTCMinutes()} ${next.getUTCHours()} * * *`, { forMs: 1500 })]);
  expect(await heard.until(() => true)).toMatchObject({ from: Math.floor(next.getTime() / 1000) * 1000 });
});

it.each([
  ['an expression', 'every day', 'UTC'],
  ['a time zone', '0 3 * * *', 'Europe/Nowhere'],
])('%s that no calendar knows is refused when it is checked', (_rule, expression, timezone) => {
  expect(() => calendar.check(expression, timezone)).toThrow(DaemonError);
});
