import type { CapabilityId } from '../../model/ids.ts';
import { MODES } from '../../model/failure.ts';
import { parseDuration } from '../../ports/fields.ts';
import { arrayOf, named, NULLABLE_TEXT, object, request, TEXT } from '../json-schema.ts';
import type { FromSchema } from '../json-schema.ts';
import { operation, ok, READ } from '../operation.ts';
import { problem, refused } from '../problem.ts';
import { WayOutShape } from '../shapes/way-out.ts';

const HIT = { capability: TEXT, effect: NULLABLE_TEXT, owner: NULLABLE_TEXT, via: arrayOf(TEXT) } as const;

const ImpactShape = named(
  'PredictedImpact',
  object({
    down: arrayOf(object(HIT)),
    degraded: arrayOf(object(HIT)),
    atRisk: arrayOf(object({ ...HIT, until: { ...TEXT, description: 'counted from the failure, as +10m' } })),
    unaffected: arrayOf(TEXT),
    notify: arrayOf(object({ channel: TEXT, event: TEXT, after: TEXT })),
    recovery: arrayOf(WayOutShape),
  }),
);

/** What would be hit, as it is sent. */
export type PredictedImpactBody = FromSchema<typeof ImpactShape>;

/** A question that changes nothing; it is a POST because it may be long. */
export const predictImpact = operation({
  method: 'POST',
  path: '/api/v1/impact',
  summary: 'If these failed: who is hit, who is not, who is told, which ways out are left',
  access: READ,
  body: request(
    {
      capabilities: { type: 'array', items: TEXT, minItems: 1, maxItems: 1000 },
      mode: { type: 'string', enum: MODES, description: 'how they fail; default: unreachable' },
      after: { type: 'string', maxLength: 40, description: 'so long after the failure, as 10m' },
    },
    ['mode', 'after'],
  ),
  success: { status: 200, shape: ImpactShape },
  answer: ({ view }, { body: { capabilities, mode, after } }) => {
    const afterMs = after === undefined ? undefined : parseDuration(after);
    if (after !== undefined && afterMs === undefined)
      return problem('invalid', `after: ${after} is no duration; write it like 30s, 5m or 1h`);
    const found = view.impact({
      capabilities: capabilities as readonly CapabilityId[],
      ...(mode === undefined ? {} : { mode }),
      ...(afterMs === undefined ? {} : { afterMs }),
    });
    return 'kind' in found ? refused(found) : ok(found);
  },
});
