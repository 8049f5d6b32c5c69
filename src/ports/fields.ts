import { z } from 'zod';
import { Secret } from '../model/secret.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:ms|s|m|h|d))+$/;

/** Integer milliseconds of `500ms`, `30s`, `5m`, `1h30m`, `7d`; undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g))
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(total) ? total : undefined;
}

/** A field that holds a duration; gives integer milliseconds. */
export function duration(): z.ZodType<number, string> {
  return z
    .string()
    .regex(DURATION, 'not a duration; write it like 500ms, 30s, 5m, 1h30m or 7d')
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) context.addIssue({ code: 'custom', message: 'a duration too long to count' });
      return ms ?? z.NEVER;
    });
}

/** A field whose value must never be shown; gives a `Secret`. Marked in the JSON Schema by `secret: true`. */
export function secret(): z.ZodType<Secret, string> {
  return (
    z
      .string()
      // Ends the parse: checks of the whole would be given a text where they count on a `Secret`.
      .min(1, { abort: true })
      .meta({ secret: true })
      .transform((text) => new Secret(text))
  );
}
