import { parseDuration } from '../../ports/fields.ts';
import { instant } from '../instant.ts';
import {
  arrayOf,
  COUNT,
  FLAG,
  INSTANT,
  MILLISECONDS,
  named,
  NULLABLE_TEXT,
  object,
  request,
  TEXT,
} from '../json-schema.ts';
import { ok, operation } from '../operation.ts';
import { problem, refused } from '../problem.ts';

const VERDICT = { type: 'string', enum: ['held', 'failed', 'unknown'] } as const;
const STEP = object({ name: TEXT, kind: TEXT, outcome: TEXT, ms: MILLISECONDS, expected: TEXT, got: TEXT }, [
  'expected',
  'got',
]);

const VerificationShape = named(
  'Verification',
  object({
    verdict: VERDICT,
    probes: arrayOf(
      object({
        probe: TEXT,
        verdict: VERDICT,
        runs: COUNT,
        failures: COUNT,
        failure: {
          description: 'its newest run that failed; null where none did',
          type: ['object', 'null'],
          properties: object({
            class: NULLABLE_TEXT,
            message: NULLABLE_TEXT,
            startedAt: INSTANT,
            durationMs: MILLISECONDS,
            steps: arrayOf(STEP),
            evidence: { type: 'object' },
          }).properties,
        },
      }),
    ),
  }),
);

const TWO_MINUTES_MS = 120_000;
const LONGEST_MS = 600_000;
/** For runs that were under way when the time was over, and failures that were not yet clear. */
const TO_END_MS = 300_000;

/** Each run stands in the log like any other: what it finds may page. */
export const verifyServices = operation({
  method: 'POST',
  path: '/api/v1/verify',
  summary: 'After a change: runs the probes of services again and again, and says whether they hold',
  access: { kind: 'write', role: 'operator' },
  body: request(
    {
      services: { type: 'array', items: TEXT, minItems: 1, maxItems: 1000 },
      dependents: { ...FLAG, description: 'what needs them is looked at, too' },
      for: { type: 'string', maxLength: 40, description: 'for so long, at most 10m; default: 2m' },
    },
    ['dependents', 'for'],
  ),
  answerWithinMs: LONGEST_MS + TO_END_MS,
  success: { status: 200, shape: VerificationShape },
  answer: async ({ view }, { body: { services, dependents = false, for: written } }) => {
    const forMs = written === undefined ? TWO_MINUTES_MS : parseDuration(written);
    if (forMs === undefined || forMs > LONGEST_MS)
      return problem('invalid', `for: ${written ?? ''} is no duration of at most 10m; write it like 30s or 2m`);
    const found = await view.verify({ services, dependents, forMs });
    if ('kind' in found) return refused(found);
    const probes = found.probes.map(({ failure, ...each }) => ({
      ...each,
      failure:
        failure === null
          ? null
          : {
              class: failure.class ?? null,
              message: failure.message ?? null,
              startedAt: instant(failure.startedAt),
              durationMs: failure.endedAt - failure.startedAt,
              steps: failure.steps ?? [],
              evidence: failure.evidence ?? {},
            },
    }));
    return ok({ verdict: found.verdict, probes });
  },
});
