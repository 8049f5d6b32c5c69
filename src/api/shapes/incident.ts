import type { IncidentView } from '../../model/view.ts';
import { instant } from '../instant.ts';
import {
  ANYTHING,
  arrayOf,
  COUNT,
  FLAG,
  INSTANT,
  named,
  NULLABLE_INSTANT,
  NULLABLE_TEXT,
  object,
  TEXT,
} from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { WayOutShape } from './way-out.ts';

const CAPABILITIES = arrayOf(TEXT);

const RootShape = named(
  'Root',
  object(
    {
      kind: { type: 'string', enum: ['service', 'shared', 'group', 'location', 'channel', 'monitor'] },
      id: { ...TEXT, description: "a service's name; ca:…, resolver:…, prefix:… or any:… where it is inferred" },
      capabilities: CAPABILITIES,
      probe: { ...NULLABLE_TEXT, description: 'the probe that was confirmed first' },
      class: NULLABLE_TEXT,
      message: TEXT,
      inferred: FLAG,
      verified: FLAG,
      expected: TEXT,
      got: TEXT,
    },
    ['expected', 'got'],
  ),
);

const ImpactShape = object({
  capability: TEXT,
  state: { type: 'string', enum: ['down', 'degraded', 'at-risk'] },
  effect: NULLABLE_TEXT,
  owner: NULLABLE_TEXT,
  via: CAPABILITIES,
  until: { ...NULLABLE_INSTANT, description: 'when a cache runs out' },
});

/** What is told about an incident, by every channel and here. */
const ToldShape = named(
  'ToldIncident',
  object({
    id: TEXT,
    generation: COUNT,
    severity: { type: 'string', enum: ['critical', 'warning', 'info'] },
    tier: COUNT,
    owner: NULLABLE_TEXT,
    title: TEXT,
    root: RootShape,
    startedAt: INSTANT,
    detectedAt: INSTANT,
    pagedAt: NULLABLE_INSTANT,
    resolvedAt: NULLABLE_INSTANT,
    impact: arrayOf(ImpactShape),
    unaffected: CAPABILITIES,
    suppressed: arrayOf(
      object({
        probe: TEXT,
        reason: { type: 'string', enum: ['explained', 'maintenance', 'silenced', 'recovering', 'suspect'] },
        by: TEXT,
      }),
    ),
    changes: arrayOf(object({ at: INSTANT, service: TEXT, summary: TEXT, by: NULLABLE_TEXT, url: NULLABLE_TEXT })),
    drift: arrayOf(
      object({ at: INSTANT, probe: TEXT, fact: TEXT, before: ANYTHING, after: ANYTHING, announced: FLAG }),
    ),
    recovery: arrayOf(WayOutShape),
    related: arrayOf(object({ id: TEXT, relation: TEXT })),
    runbook: NULLABLE_TEXT,
    links: { type: 'object', additionalProperties: TEXT },
  }),
);

/** An incident: what is told about it, how it stands, and its story. */
export const IncidentShape = named(
  'Incident',
  object({
    id: TEXT,
    state: { type: 'string', enum: ['pending', 'open', 'resolved'], description: 'pending: nobody was told yet' },
    event: { ...NULLABLE_TEXT, description: 'the loudest that was told: page, ticket, record; null: nothing yet' },
    acknowledgedBy: NULLABLE_TEXT,
    held: { ...NULLABLE_TEXT, description: 'why nobody is told, or told more' },
    closedBecause: NULLABLE_TEXT,
    label: { ...NULLABLE_TEXT, description: 'real, false or no-action, where somebody said so' },
    incident: ToldShape,
    timeline: arrayOf(object({ at: INSTANT, what: TEXT, text: TEXT })),
  }),
);

/** An incident as it is sent. */
export type IncidentBody = FromSchema<typeof IncidentShape>;

export function incidentBody(view: IncidentView): IncidentBody {
  const { id, state, event, acknowledgedBy, held, closedBecause, label, incident } = view;
  const timeline = view.timeline.map(({ at, what, text }) => ({ at: instant(at), what, text }));
  return { id, state, event, acknowledgedBy, held, closedBecause, label, incident, timeline };
}
