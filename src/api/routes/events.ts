import { arrayOf, named, object, request, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import type { LiveChange } from '../live-feed.ts';
import { operation, READ } from '../operation.ts';
import { problem } from '../problem.ts';
import { incidentBody, IncidentShape } from '../shapes/incident.ts';
import { capabilityTitles, serviceBody, ServiceShape } from '../shapes/service.ts';
import { statusBody, StatusShape } from '../shapes/status.ts';

/** A browser asks again so soon after a connection broke. */
const RETRY_MS = 2000;

const ChangeShape = named(
  'LiveChange',
  object({
    status: StatusShape,
    services: arrayOf(ServiceShape),
    incidents: arrayOf(IncidentShape),
    goneServices: arrayOf(TEXT),
  }),
);

/** The data of an event `change`. */
export type ChangeBody = FromSchema<typeof ChangeShape>;

export const streamEvents = operation({
  method: 'GET',
  path: '/api/v1/events',
  summary: 'What changes, as server-sent events; resumes after Last-Event-ID',
  access: READ,
  query: request({ after: { type: 'string', pattern: '^[0-9]{1,15}$' } }, ['after']),
  success: { status: 200, mediaType: 'text/event-stream' },
  answer: ({ live, view, version, wall }, { query, lastEventId }) => {
    const after = lastEventId ?? query.after;
    const data = ({ status, services, incidents, goneServices }: LiveChange): ChangeBody => {
      const titles = capabilityTitles(view.configuration());
      return {
        status: statusBody(status, version, wall()),
        services: services.map((each) => serviceBody(each, titles)),
        incidents: incidents.map(incidentBody),
        goneServices,
      };
    };
    return {
      kind: 'stream',
      contentType: 'text/event-stream; charset=utf-8',
      open: (write, end) => {
        write(`retry: ${RETRY_MS}\n\n`);
        const listening = live.listen(
          after === undefined || !/^\d{1,15}$/.test(after) ? null : Number(after),
          (change) => write(`id: ${change.n}\nevent: change\ndata: ${JSON.stringify(data(change))}\n\n`),
          end,
        );
        if (listening !== undefined) return listening;
        const { detail } = problem('unavailable', 'too many pages listen already');
        write(`event: refused\ndata: ${JSON.stringify({ detail })}\n\n`);
        end();
        return { [Symbol.dispose]: () => undefined };
      },
    };
  },
});
