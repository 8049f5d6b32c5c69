import type { IncidentId } from '../../model/ids.ts';
import type { Command } from '../../model/entry.ts';
import type { FromSchema } from '../json-schema.ts';
import { listOf, request, TEXT } from '../json-schema.ts';
import type { Answer, ApiContext } from '../operation.ts';
import { ok, operation, READ } from '../operation.ts';
import { problem, refused } from '../problem.ts';
import { incidentBody, IncidentShape } from '../shapes/incident.ts';

const BY_ID = request({ id: TEXT });
const OPERATOR = { kind: 'write', role: 'operator' } as const;

export const listIncidents = operation({
  method: 'GET',
  path: '/api/v1/incidents',
  summary: 'Incidents, open ones first, newest first',
  access: READ,
  query: request(
    {
      state: { type: 'string', enum: ['pending', 'open', 'resolved'] },
      limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'default: 100' },
      cursor: { ...TEXT, description: 'next of the page before' },
    },
    ['state', 'limit', 'cursor'],
  ),
  success: { status: 200, shape: listOf(IncidentShape) },
  answer: ({ view }, { query: { state, limit = 100, cursor } }) => {
    const all = view.incidents().filter((each) => state === undefined || each.state === state);
    const last = all.findIndex(({ id }) => id === cursor);
    if (cursor !== undefined && last === -1)
      return problem('invalid', `cursor: ${cursor} is not on this list any more; begin again`);
    const page = all.slice(last + 1, last + 1 + limit);
    const next = last + 1 + limit < all.length ? (page.at(-1)?.id ?? null) : null;
    return ok({ items: page.map(incidentBody), next });
  },
});

export const readIncident = operation({
  method: 'GET',
  path: '/api/v1/incidents/:id',
  summary: 'One incident with its story',
  access: READ,
  params: BY_ID,
  success: { status: 200, shape: IncidentShape },
  answer: ({ view }, { params }) => {
    const found = view.incident(params.id as IncidentId);
    return found === undefined ? noIncident(params.id) : ok(incidentBody(found));
  },
});

export const acknowledgeIncident = operation({
  method: 'POST',
  path: '/api/v1/incidents/:id/ack',
  summary: 'Somebody works on it',
  access: OPERATOR,
  params: BY_ID,
  body: request({}),
  success: { status: 200, shape: IncidentShape },
  answer: (context, { params, by }) => command(context, { kind: 'acknowledge', incident: params.id as IncidentId, by }),
});

export const noteIncident = operation({
  method: 'POST',
  path: '/api/v1/incidents/:id/notes',
  summary: 'Writes a note into its story',
  access: OPERATOR,
  params: BY_ID,
  body: request({ text: { type: 'string', minLength: 1, maxLength: 4000 } }),
  success: { status: 200, shape: IncidentShape },
  answer: (context, { params, body, by }) =>
    command(context, { kind: 'note', incident: params.id as IncidentId, text: body.text, by }),
});

export const labelIncident = operation({
  method: 'POST',
  path: '/api/v1/incidents/:id/label',
  summary: 'Says whether it was real: what false pages are counted by',
  access: OPERATOR,
  params: BY_ID,
  body: request({ label: { type: 'string', enum: ['real', 'false', 'no-action'] } }),
  success: { status: 200, shape: IncidentShape },
  answer: (context, { params, body, by }) =>
    command(context, { kind: 'label', incident: params.id as IncidentId, label: body.label, by }),
});

export const closeIncident = operation({
  method: 'POST',
  path: '/api/v1/incidents/:id/close',
  summary: 'Ends it by hand: everybody who was told hears so; what still fails opens another',
  access: OPERATOR,
  params: BY_ID,
  body: request({}),
  success: { status: 200, shape: IncidentShape },
  answer: (context, { params, by }) => command(context, { kind: 'close', incident: params.id as IncidentId, by }),
});

/** Brings an operator's word into the log and gives the incident as it is after it. */
async function command(
  { view }: ApiContext,
  word: Extract<Command, { incident: IncidentId }>,
): Promise<Answer<FromSchema<typeof IncidentShape>>> {
  const refusal = await view.command(word);
  if (refusal !== undefined) return refused(refusal);
  const found = view.incident(word.incident);
  return found === undefined ? noIncident(word.incident) : ok(incidentBody(found));
}

function noIncident(id: string): Answer<never> {
  return problem('not-found', `there is no incident ${id}`);
}
