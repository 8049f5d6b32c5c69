import { FAILURE_CLASSES } from '../../model/failure.ts';
import type { ProbeId } from '../../model/ids.ts';
import { parseDuration } from '../../ports/fields.ts';
import { INSTANT, listOf, request, TEXT } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import type { ApiContext } from '../operation.ts';
import { pushedResult } from '../incoming/pushed-result.ts';
import { problem, refused } from '../problem.ts';
import { observationBody, ObservationShape, summaryBody, SummaryShape } from '../shapes/observation.ts';

const DAY_MS = 86_400_000;
const MAX_STEPS = 2000;
/** Of what another host's clock may be ahead of ours. */
const FUTURE_MS = 60_000;

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

export const pushObservation = operation({
  method: 'POST',
  path: '/api/v1/observations/:service/:probe',
  summary: 'A result that something else found, or the body of an Alertmanager webhook, for a probe of kind push',
  access: { kind: 'write', role: 'reporter' },
  translate: pushedResult,
  params: request({ service: TEXT, probe: TEXT }),
  body: request(
    {
      outcome: { enum: ['pass', 'fail', 'unknown'] },
      class: { enum: FAILURE_CLASSES },
      message: { type: 'string', maxLength: 2000 },
      location: { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$', description: 'default: here' },
      startedAt: { ...INSTANT, description: 'default: as endedAt' },
      endedAt: { ...INSTANT, description: 'default: now' },
      measured: { type: 'object', description: 'for assertions, which see it as json' },
    },
    ['class', 'message', 'location', 'startedAt', 'endedAt', 'measured'],
  ),
  success: { status: 204 },
  ownToken: ({ heartbeatToken }, { service, probe }) => heartbeatToken(`${service}/${probe}` as ProbeId),
  answer: async ({ view, wall }, { params, body }) => {
    const { location, startedAt, endedAt, ...result } = body;
    const now = wall();
    const endedAgoMs = endedAt === undefined ? 0 : now - Date.parse(endedAt);
    const startedAgoMs = startedAt === undefined ? endedAgoMs : now - Date.parse(startedAt);
    if (endedAgoMs < -FUTURE_MS) return problem('invalid', `endedAt: ${endedAt ?? ''} lies in the future`);
    if (startedAgoMs < endedAgoMs) return problem('invalid', 'startedAt must not lie after endedAt');
    if (startedAgoMs > DAY_MS)
      return problem('invalid', 'startedAt lies more than a day back: it tells nothing of now');
    const refusal = await view.pushed(`${params.service}/${params.probe}` as ProbeId, {
      body: result,
      startedAgoMs: Math.max(0, startedAgoMs),
      endedAgoMs: Math.max(0, endedAgoMs),
      ...(location === undefined ? {} : { location }),
    });
    return refusal === undefined ? { kind: 'ok', body: undefined } : refused(refusal);
  },
});

function isKnown(view: ApiContext['view'], probe: string): boolean {
  return view.configuration().probes.some(({ id }) => id === probe);
}
