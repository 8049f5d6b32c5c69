import { expect, test } from 'vitest';
import { retentionAt } from '../../src/app/retention.ts';
import type { IncidentView } from '../../src/model/view.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);
const incident = (startedAt: number, resolvedAt: number | null): IncidentView =>
  ({
    incident: {
      startedAt: new Date(startedAt).toISOString(),
      resolvedAt: resolvedAt === null ? null : new Date(resolvedAt).toISOString(),
    },
  }) as IncidentView;

test('what is older than log.keep may go, but not what lies within half an hour of an incident', () => {
  const kept = retentionAt({
    settings: () => ({ path: 'data', keepMs: 30 * DAY, keepIncidents: 'forever' }),
    incidents: () => [incident(NOW - 90 * DAY, NOW - 90 * DAY + 1000), incident(NOW - 1000, null)],
    now: () => NOW,
  });
  expect(kept).toEqual({
    before: NOW - 30 * DAY,
    keep: [
      { from: NOW - 90 * DAY - 1_800_000, to: NOW - 90 * DAY + 1000 + 1_800_000 },
      { from: NOW - 1000 - 1_800_000, to: NOW + 1_800_000 },
    ],
  });
});

test('incidents older than log.keepIncidents go with their decisions', () => {
  const kept = retentionAt({
    settings: () => ({ path: 'data', keepMs: DAY, keepIncidents: 60 * DAY }),
    incidents: () => [incident(NOW - 90 * DAY, NOW - 90 * DAY + 1000)],
    now: () => NOW,
  });
  expect(kept).toEqual({ before: NOW - DAY, keep: [], decisionsBefore: NOW - 60 * DAY });
});
