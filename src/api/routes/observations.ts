import type { ProbeId } from '../../model/ids.ts';
import { parseDuration } from '../../ports/fields.ts';
import { INSTANT, listOf, request, TEXT } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import type { ApiContext } from '../operation.ts';
import { problem } from '../problem.ts';
import { observationBody, ObservationShape, summaryBody, SummaryShape } from '../shapes/observation.ts';

const DAY_MS = 86_400_000;
const MAX_STEPS = 2000;

export const listObservations = operation({
  method: 'GET',
  path: '/api/v1/observations',
  summary: 'Runs of probes, newest first',
  access: READ,
  query: request(
    {
      probe: { ...TEXT, description: 'service/probe; default: all' },
      from: INSTANT,
      to: { ...INSTANT, description: 'exclusive' },
      limit: { type: 'integer', minimum: 1, maximum: 10_000, description: 'default: 100' },
      cursor: { type: 'string', pattern: '^[0-9]{1,15}$', description: 'next of the page before' },
    },
    ['probe', 'from', 'to', 'limit', 'cursor'],
  ),
  success: { status: 200, shape: listOf(ObservationShape) },
  answer: async ({ view }, { query }) => {
    const { probe, from, to, limit = 100, cursor } = query;
    if (probe !== undefined && !isKnown(view, probe)) return problem('not-found', `there is no probe ${probe}`);
    // One more than is asked for tells whether there is a next page.
    const found = await view.observations({
      ...(probe === undefined ? {} : { probe: probe as ProbeId }),
      ...(from === undefined ? {} : { from: Date.parse(from) }),
      ...(to === undefined ? {} : { to: Date.parse(to) }),
      ...(cursor === undefined ? {} : { before: Number(cursor) }),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const next = found.length > limit ? String(page.at(-1)?.n) : null;
    return ok({ items: page.map(observationBody), next });
  },
});

export const summariseObservations = operation({
  method: 'GET',
  path: '/api/v1/observations/summary',
  summary: 'Runs, failures and latency of a probe per step of time',
  access: READ,
  query: request(
    {
      probe: { ...TEXT, description: 'service/probe' },
      from: { ...INSTANT, description: 'default: a day before to' },
      to: { ...INSTANT, description: 'exclusive; default: now' },
      step: { type: 'string', maxLength: 40, description: 'a duration such as 30s, 5m or 1h; default: 5m' },
    },
    ['from', 'to', 'step'],
  ),
  success: { status: 200, shape: listOf(SummaryShape) },
  answer: async ({ view, wall }, { query }) => {
    if (!isKnown(view, query.probe)) return problem('not-found', `there is no probe ${query.probe}`);
    const to = query.to === undefined ? wall() : Date.parse(query.to);
    const from = query.from === undefined ? to - DAY_MS : Date.parse(query.from);
    const stepMs = parseDuration(query.step ?? '5m') ?? 0;
    if (stepMs <= 0) return problem('invalid', `step: ${query.step ?? ''} is no duration; write it like 30s, 5m or 1h`);
    if (from >= to) return problem('invalid', 'from must lie before to');
    const steps = Math.ceil((to - from) / stepMs);
    if (steps > MAX_STEPS)
      return problem('invalid', `this span has ${steps} steps, at most ${MAX_STEPS} are given; make step larger`);
    const found = await view.summary({ probe: query.probe as ProbeId, from, to, stepMs });
    return ok({ items: found.map(summaryBody), next: null });
  },
});

function isKnown(view: ApiContext['view'], probe: string): boolean {
  return view.configuration().probes.some(({ id }) => id === probe);
}
