import { z } from 'zod';
import { FAILURE_CLASSES } from '../../model/failure.ts';
import type { Json } from '../../model/run.ts';
import { parseJson } from '../net/mask.ts';

const MAX_FACTS = 50;
const text = z.string().max(1000);

/** What a program says of itself in the `json` protocol; further fields are for assertions. */
const report = z
  .looseObject({
    outcome: z.enum(['pass', 'fail', 'unknown']),
    class: z.enum(FAILURE_CLASSES).optional(),
    message: text.optional(),
    facts: z
      .record(z.string().max(100), z.union([text, z.number(), z.boolean(), z.array(text).max(100)]))
      .refine((facts) => Object.keys(facts).length <= MAX_FACTS, `more than ${MAX_FACTS} facts`)
      .optional(),
  })
  .refine(({ outcome, class: given }) => given === undefined || outcome === (isOwn(given) ? 'unknown' : 'fail'), {
    path: ['class'],
    message: 'a class of the stage probe goes with outcome unknown, any other with fail',
  });

/** A program's report. */
export type Report = z.output<typeof report>;

/** The report on a program's output, or what is wrong with it. Never throws. */
export function parseReport(
  stdout: string,
): { readonly ok: true; readonly report: Report; readonly json: Json } | { readonly ok: false; readonly why: string } {
  const json = parseJson(stdout);
  if (json === undefined) return { ok: false, why: 'not JSON' };
  const parsed = report.safeParse(json);
  if (parsed.success) return { ok: true, report: parsed.data, json };
  const issue = parsed.error.issues[0];
  return { ok: false, why: `JSON of another shape (${issue?.path.join('.') || 'top level'}: ${issue?.message ?? ''})` };
}

function isOwn(failureClass: string): boolean {
  return failureClass.startsWith('probe.');
}
