import { z } from 'zod';
import { FAILURE_CLASSES } from '../model/failure.ts';
import type { Json, Measured } from '../model/run.ts';
import { secret } from '../ports/fields.ts';
import { printable } from '../ports/printable.ts';
import type { ProbeKind } from '../ports/probe-kind.ts';
import { judgementOf } from './judging/judgement.ts';

const MAX_MEASURED_BYTES = 16 * 1024;
const MAX_SAID = 500;
const RESULT = 'result';

/** `every` and `grace` are fields of every pushed kind, and not among these. */
const pushOptions = z.strictObject({
  token: secret().optional().meta({ description: "whoever pushes must show it; default: one of the server's" }),
});

/** The `push` kind's own fields, parsed. */
export type PushOptions = z.output<typeof pushOptions>;

/** A result as somebody else found it: docs/api.md, "Results from elsewhere". */
const resultSchema = z
  .object({
    outcome: z.enum(['pass', 'fail', 'unknown']),
    class: z.enum(FAILURE_CLASSES).optional(),
    message: z.string().max(2000).optional(),
    measured: z.record(z.string(), z.json()).default({}),
  })
  .refine(({ outcome, class: given }) => given === undefined || outcome === (isOwn(given) ? 'unknown' : 'fail'), {
    path: ['class'],
    message: 'a class of the stage probe goes with outcome unknown, any other with fail, and none with pass',
  })
  .refine(({ measured }) => Buffer.byteLength(JSON.stringify(measured)) <= MAX_MEASURED_BYTES, {
    path: ['measured'],
    message: `more than ${MAX_MEASURED_BYTES} bytes`,
  });

/** A pushed result as it came. */
export interface PushMeasured extends Measured {
  readonly result: {
    readonly outcome: 'pass' | 'fail' | 'unknown';
    readonly class?: (typeof FAILURE_CLASSES)[number];
    readonly message?: string;
  };
  /** What was measured there, for assertions. */
  readonly json: Json;
}

/** Takes results that another monitor, a pipeline or an Alertmanager pushes. */
export const push: ProbeKind<PushOptions, PushMeasured> = {
  name: 'push',
  description:
    'Takes results that something else found and pushed to the API: a pipeline, another monitor, an Alertmanager. ' +
    'Fails as missed when none comes in time.',
  example: `kind: push
every: 5m
grace: 1m
`,
  schema: pushOptions,
  traits: { steps: [{ name: RESULT, kind: 'write' }], origin: 'pushed', onDemand: false, facts: [], network: false },
  deep: () => true,
  run: () => Promise.reject(new TypeError('a result is pushed, never run')),
  receives: 'result',
  receive(body) {
    const parsed = resultSchema.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new TypeError(`${issue?.path.join('.') || 'the result'}: ${issue?.message ?? 'of another shape'}`);
    }
    const { outcome, class: given, message, measured } = parsed.data;
    const result = {
      outcome,
      ...(given === undefined ? {} : { class: given }),
      ...(message === undefined ? {} : { message: printable(message, MAX_SAID) }),
    };
    return { facts: {}, result, json: measured };
  },
  judge({ result, json }) {
    const { outcome, message } = result;
    const words = `pushed: ${outcome}${message === undefined ? '' : `: ${message}`}`;
    const plan = [{ name: RESULT, kind: 'write', ms: 0 }] as const;
    const rest = { warnings: [], variables: { json } };
    const failing = {
      step: RESULT,
      class: result.class ?? 'semantic.assertion',
      message: words,
      expected: 'outcome pass',
      got: 'outcome fail',
    } as const;
    const judgement = judgementOf(plan, outcome === 'fail' ? failing : undefined, rest);
    if (outcome !== 'unknown') return judgement;
    return { ...judgement, outcome, class: result.class ?? 'probe.misconfigured', message: words };
  },
  variables: { json: 'dyn' },
};

function isOwn(failureClass: string): boolean {
  return failureClass.startsWith('probe.');
}
