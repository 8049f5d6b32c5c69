import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { DaemonEvent } from '../../src/ports/telemetry.ts';
import { logEvents } from '../../src/telemetry/log-events.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { LoggerOptions } from '../../src/telemetry/logger.ts';
import { EVERY_EVENT, observed } from './samples/events.ts';

/** What is logged of these events, line by line. */
function logged(events: readonly DaemonEvent[], options: Partial<LoggerOptions> = {}): string[] {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line), readable: false, ...options });
  const listener = logEvents(logger);
  for (const event of events) listener(event);
  return lines;
}

const parsed = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;

test('every event is logged once', () => {
  expect(logged(EVERY_EVENT, { level: 'trace' })).toHaveLength(EVERY_EVENT.length);
});

test('what goes well and often is not in the log by default', () => {
  const quiet: readonly DaemonEvent[] = [
    observed(),
    { kind: 'run-started', probe: observed().observation.probe, latenessMs: 1 },
    { kind: 'committed', entries: {}, ms: 1 },
  ];
  expect(logged(quiet)).toEqual([]);
});

test.each([
  [observed({ outcome: 'fail', class: 'http.5xx' }), 'info', 'probe failed'],
  [observed({ outcome: 'unknown', class: 'probe.network' }), 'warn', 'probe could not tell'],
  [{ kind: 'commit-failed', code: 'full', message: 'no space' }, 'error', 'the log could not be written'],
  [{ kind: 'reloaded', ok: false, hash: 'a', message: 'b' }, 'error', 'configuration refused, the old one stays'],
] as const)('an event has a level and a static message: %#', (event, level, msg) => {
  expect(logged([event]).map(parsed)).toMatchObject([{ level, msg }]);
});

test('a line is one JSON object with an ISO time and fields, and no process noise', () => {
  const [line = ''] = logged([{ kind: 'stalled', gapMs: 20_000, reason: 'stall' }]);
  const { time, ...rest } = parsed(line);
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(rest).toEqual({
    level: 'warn',
    gapMs: 20_000,
    reason: 'stall',
    msg: 'time was lost, results in it are unknown',
  });
});

test('a secret that somebody logs is not shown', () => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line), readable: false });
  logger.info({ options: { token: new Secret('s3cr3t') } }, 'an example');
  expect(lines.map(parsed)).toMatchObject([{ options: { token: '<secret>' } }]);
  expect(lines.join('')).not.toContain('s3cr3t');
});

test('on a terminal a line is read by people, and nothing in it plays with the terminal', () => {
  const [line = ''] = logged([EVERY_EVENT[2] ?? observed()], { readable: true });
  expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO  probe failed {2}probe=shop\/front kind=http /);
  expect(line).toContain('class=http.5xx');
  expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('colour on a terminal marks what needs a hand', () => {
  const [line] = logged([{ kind: 'problem', where: 'outbox', message: 'x' }], { readable: true, colour: true });
  expect(line).toContain('\u001b[31mERROR\u001b[0m');
});
