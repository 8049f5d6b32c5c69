import type { StatusView } from '../../ports/daemon-view.ts';
import { instant } from '../instant.ts';
import { arrayOf, COUNT, FLAG, INSTANT, named, object, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { IncidentShape, incidentBody } from './incident.ts';

/** The whole, in a glance. */
export const StatusShape = named(
  'Status',
  object({
    instance: TEXT,
    version: TEXT,
    now: { ...INSTANT, description: "the daemon's clock: what other times are compared with" },
    startedAt: INSTANT,
    at: { ...INSTANT, description: "the newest entry's time: how fresh all this is" },
    entries: COUNT,
    configHash: TEXT,
    ready: FLAG,
    summary: {
      ...object({ up: COUNT, 'at-risk': COUNT, degraded: COUNT, down: COUNT, unknown: COUNT }),
      description: 'how many capabilities stand so',
    },
    probes: COUNT,
    incidents: { ...arrayOf(IncidentShape), description: 'those that are not resolved' },
    troubles: { ...arrayOf(TEXT), description: 'what the daemon doubts about itself' },
  }),
);

/** The status as it is sent. */
export type StatusBody = FromSchema<typeof StatusShape>;

export function statusBody(view: StatusView, version: string, nowMs: number): StatusBody {
  const { instance, entries, configHash, ready, summary, probes, troubles } = view;
  return {
    instance,
    version,
    now: instant(nowMs),
    startedAt: instant(view.startedAt),
    at: instant(view.at),
    entries,
    configHash,
    ready,
    summary,
    probes,
    incidents: view.incidents.map(incidentBody),
    troubles,
  };
}
