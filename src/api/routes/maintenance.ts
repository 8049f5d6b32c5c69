import type { ServiceId } from '../../model/ids.ts';
import type { WindowView } from '../../model/view.ts';
import { instant } from '../instant.ts';
import { arrayOf, INSTANT, listOf, named, object, request, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { freshId } from '../fresh-id.ts';
import { ok, operation, READ } from '../operation.ts';
import { refused } from '../problem.ts';

const MaintenanceShape = named(
  'Maintenance',
  object({ id: TEXT, services: arrayOf(TEXT), from: INSTANT, until: INSTANT, reason: TEXT }),
);

/** Planned work, as it is sent. */
export type MaintenanceBody = FromSchema<typeof MaintenanceShape>;

export const listMaintenance = operation({
  method: 'GET',
  path: '/api/v1/maintenance',
  summary: 'Planned work that has not ended, from the configuration and from here, the next to end first',
  access: READ,
  success: { status: 200, shape: listOf(MaintenanceShape) },
  answer: ({ view }) => ok({ items: view.windows().map(windowBody), next: null }),
});

export const planMaintenance = operation({
  method: 'POST',
  path: '/api/v1/maintenance',
  summary: 'Plans work on services: what it is predicted to break is held until its end',
  access: { kind: 'write', role: 'operator' },
  body: request(
    {
      services: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 200 }, minItems: 1, maxItems: 200 },
      from: { ...INSTANT, description: 'default: now' },
      until: INSTANT,
      reason: { type: 'string', minLength: 1, maxLength: 1000 },
    },
    ['from'],
  ),
  success: { status: 201, shape: MaintenanceShape },
  answer: async ({ view, wall }, { body, by }) => {
    const planned = {
      id: freshId('maintenance', wall(), view.windows()),
      services: body.services as readonly ServiceId[],
      from: body.from === undefined ? wall() : Date.parse(body.from),
      until: Date.parse(body.until),
      reason: body.reason,
    };
    const refusal = await view.command({ kind: 'maintenance', ...planned, by });
    return refusal === undefined ? ok(windowBody(planned)) : refused(refusal);
  },
});

export const endMaintenance = operation({
  method: 'DELETE',
  path: '/api/v1/maintenance/:id',
  summary: 'Ends planned work before its time; what still fails is then told',
  access: { kind: 'write', role: 'operator' },
  params: request({ id: TEXT }),
  success: { status: 204 },
  answer: async ({ view }, { params: { id }, by }) => {
    const refusal = await view.command({ kind: 'end-maintenance', id, by });
    return refusal === undefined ? ok(undefined) : refused(refusal);
  },
});

function windowBody({ id, services, from, until, reason }: WindowView): FromSchema<typeof MaintenanceShape> {
  return { id, services, from: instant(from), until: instant(until), reason };
}
