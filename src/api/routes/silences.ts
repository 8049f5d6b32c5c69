import type { SilenceView } from '../../model/view.ts';
import { instant } from '../instant.ts';
import { FLAG, INSTANT, listOf, named, object, request, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { freshId } from '../fresh-id.ts';
import { ok, operation, READ } from '../operation.ts';
import { problem, refused } from '../problem.ts';

/** Silences that end within this are about to let people hear again. */
const SOON_MS = 3_600_000;
const PATTERN = { type: 'string', minLength: 1, maxLength: 200 } as const;
const MATCH = { service: PATTERN, capability: PATTERN, owner: PATTERN, class: PATTERN } as const;
const ANY_OF_THEM = ['service', 'capability', 'owner', 'class'] as const;

const SilenceShape = named(
  'Silence',
  object({
    id: TEXT,
    match: object(MATCH, ANY_OF_THEM),
    until: INSTANT,
    reason: TEXT,
    by: TEXT,
    expiresSoon: { ...FLAG, description: 'it ends within an hour' },
  }),
);

/** A silence, as it is sent. */
export type SilenceBody = FromSchema<typeof SilenceShape>;

export const listSilences = operation({
  method: 'GET',
  path: '/api/v1/silences',
  summary: 'Silences that have not ended, the next to end first',
  access: READ,
  success: { status: 200, shape: listOf(SilenceShape) },
  answer: ({ view, wall }) => ok({ items: view.silences().map((each) => silenceBody(each, wall())), next: null }),
});

export const addSilence = operation({
  method: 'POST',
  path: '/api/v1/silences',
  summary: 'Mutes the matched owner until an end, for a reason; other affected owners still hear',
  access: { kind: 'write', role: 'operator' },
  body: request({
    match: { ...request(MATCH, ANY_OF_THEM), description: 'all that is given must match; patterns may hold *' },
    until: INSTANT,
    reason: { type: 'string', minLength: 1, maxLength: 1000 },
  }),
  success: { status: 201, shape: SilenceShape },
  answer: async ({ view, wall }, { body, by }) => {
    if (Object.keys(body.match).length === 0) return problem('invalid', 'match: an empty one would silence everything');
    const id = freshId('silence', wall(), view.silences());
    const silence = { id, match: body.match, until: Date.parse(body.until), reason: body.reason, by };
    const refusal = await view.command({ kind: 'silence', ...silence });
    return refusal === undefined ? ok(silenceBody(silence, wall())) : refused(refusal);
  },
});

export const endSilence = operation({
  method: 'DELETE',
  path: '/api/v1/silences/:id',
  summary: 'Ends a silence before its time',
  access: { kind: 'write', role: 'operator' },
  params: request({ id: TEXT }),
  success: { status: 204 },
  answer: async ({ view }, { params: { id }, by }) => {
    const refusal = await view.command({ kind: 'unsilence', id, by });
    return refusal === undefined ? ok(undefined) : refused(refusal);
  },
});

function silenceBody({ id, match, until, reason, by }: SilenceView, now: number): FromSchema<typeof SilenceShape> {
  return { id, match, until: instant(until), reason, by, expiresSoon: until - now <= SOON_MS };
}
