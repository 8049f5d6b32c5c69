import { instant } from '../instant.ts';
import { arrayOf, COUNT, INSTANT, named, object, request } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import { refused } from '../problem.ts';
import { incidentBody, IncidentShape } from '../shapes/incident.ts';
import { capabilityTitles, serviceBody, ServiceShape } from '../shapes/service.ts';

const PastShape = named(
  'PastState',
  object({
    at: { ...INSTANT, description: 'of the newest entry that is not later than asked for' },
    entries: COUNT,
    services: arrayOf(ServiceShape),
    incidents: arrayOf(IncidentShape),
  }),
);

/** The past world, as it is sent. */
export type StateBody = FromSchema<typeof PastShape>;

export const readState = operation({
  method: 'GET',
  path: '/api/v1/state',
  summary: 'The whole world as it was known at a moment',
  access: READ,
  query: request({ at: INSTANT }),
  success: { status: 200, shape: PastShape },
  answer: async ({ view }, { query }) => {
    const found = await view.stateAt(Date.parse(query.at));
    if ('kind' in found) return refused(found);
    const titles = found.configuration === null ? new Map<string, string>() : capabilityTitles(found.configuration);
    return ok({
      at: instant(found.at),
      entries: found.entries,
      services: found.services.map((each) => serviceBody(each, titles)),
      incidents: found.incidents.map(incidentBody),
    });
  },
});
