import { parseDuration } from '../../ports/fields.ts';
import { arrayOf, INSTANT, named, object, request, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { ok, operation, READ } from '../operation.ts';
import { problem } from '../problem.ts';

const HOUR_MS = 3_600_000;
const MOST_SLOTS = 300;
const MOST_SERVICES = 50;

const StripsShape = named(
  'Strips',
  object({
    from: INSTANT,
    stepMs: { type: 'integer', minimum: 1 },
    items: arrayOf(
      object({
        service: TEXT,
        slots: {
          ...arrayOf({ type: ['number', 'null'], minimum: 0, maximum: 1 }),
          description: 'per step of time the share of failed runs of the probe that failed most; null: nothing known',
        },
      }),
    ),
  }),
);

/** The recent past of services, as it is sent. */
export type StripsBody = FromSchema<typeof StripsShape>;

export const readStrips = operation({
  method: 'GET',
  path: '/api/v1/strips',
  summary: 'The recent past of some services at a glance',
  access: READ,
  query: request(
    {
      services: { type: 'string', maxLength: 8000, description: `names with commas between, at most ${MOST_SERVICES}` },
      to: { ...INSTANT, description: 'exclusive; default: now' },
      span: { type: 'string', maxLength: 40, description: 'a duration; default: 24h' },
      slots: { type: 'integer', minimum: 1, maximum: MOST_SLOTS, description: 'default: 48' },
    },
    ['to', 'span', 'slots'],
  ),
  success: { status: 200, shape: StripsShape },
  answer: async ({ view, wall }, { query }) => {
    const names = [...new Set(query.services.split(','))];
    if (names.length > MOST_SERVICES) return problem('invalid', `services: at most ${MOST_SERVICES} at once`);
    const spanMs = query.span === undefined ? 24 * HOUR_MS : parseDuration(query.span);
    if (spanMs === undefined || spanMs <= 0)
      return problem('invalid', `span: ${query.span ?? ''} is no duration; write it like 30m, 24h or 7d`);
    const stepMs = Math.max(1, Math.ceil(spanMs / (query.slots ?? 48)));
    // Steps begin at multiples of their length: a strip that is asked for again has the same steps.
    const end = Math.ceil((query.to === undefined ? wall() : Date.parse(query.to)) / stepMs) * stepMs;
    const from = end - Math.ceil(spanMs / stepMs) * stepMs;
    const probes = view.configuration().probes.filter(({ service }) => names.includes(service));
    const slots = new Map<string, (number | null)[]>(
      names.map((name) => [name, Array.from({ length: (end - from) / stepMs }, () => null)]),
    );
    for (const { id, service } of probes) {
      const steps = await view.summary({ probe: id, from, to: end, stepMs });
      const own = slots.get(service) ?? [];
      for (const [index, { runs, failures, unknown }] of steps.entries()) {
        if (runs === unknown) continue;
        const share = Math.round((100 * failures) / (runs - unknown)) / 100;
        own[index] = Math.max(own[index] ?? 0, share);
      }
    }
    const items = [...slots].map(([service, shares]) => ({ service, slots: shares }));
    return ok({ from: new Date(from).toISOString(), stepMs, items });
  },
});
