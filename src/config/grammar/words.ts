import { z } from 'zod';

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Whether a text may name a service, a capability, a probe or a channel. */
export function isName(text: string): boolean {
  return text.length <= 128 && NAME.test(text);
}

/** What `isName` asks for, in words. */
export const NAME_RULE = 'names are made of a-z, 0-9 and inner hyphens';

/** A reference to a capability: `service.capability`, or the bare service where it has exactly one. */
export function capabilityRef(): z.ZodString {
  return z
    .string()
    .min(1)
    .meta({ examples: ['kms.sign', 'redis'] });
}

/** One thing or a list of them; gives the list. */
export function listOf<T extends z.ZodType>(item: T): z.ZodType<z.output<T>[], unknown> {
  return z.union([z.array(item), item]).transform((given) => (Array.isArray(given) ? given : [given]) as z.output<T>[]);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Milliseconds since the epoch of `2026-12-01` (midnight UTC) or `2026-12-01T02:00Z`; undefined for anything else. */
export function parseInstant(text: string): number | undefined {
  if (!INSTANT.test(text)) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  // `2026-02-31` would roll over into March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10)) ? ms : undefined;
}

/** A field that holds a moment; gives milliseconds since the epoch. */
export function instant(): z.ZodType<number, string> {
  return z
    .string()
    .meta({ examples: ['2026-12-01T02:00Z'] })
    .transform((text, context) => {
      const ms = parseInstant(text);
      if (ms === undefined) {
        context.addIssue({ code: 'custom', message: 'not a moment; write it like 2026-12-01 or 2026-12-01T02:00Z' });
      }
      return ms ?? z.NEVER;
    });
}

/** A field that holds a day, `2026-10-15`; gives it as it is written. */
export function day(): z.ZodType<string, string> {
  return z
    .string()
    .refine((text) => text.length === 10 && parseInstant(text) !== undefined, 'not a date; write it like 2026-10-15')
    .meta({ examples: ['2026-10-15'] });
}

const PERCENT = /^(\d{1,2}(?:\.\d{1,6})?) ?%$/;

/** A field that holds a share of time, `99.9%`; gives a number above 0 and below 1. */
export function percentage(): z.ZodType<number, string> {
  return z
    .string()
    .meta({ examples: ['99.9%'] })
    .transform((text, context) => {
      // Through the exponent: 99.9 / 100 is not 0.999.
      const share = Number(`${PERCENT.exec(text)?.[1] ?? '0'}e-2`);
      if (share === 0) {
        context.addIssue({ code: 'custom', message: 'not a share of time below 100%; write it like 99.9%' });
      }
      return share === 0 ? z.NEVER : share;
    });
}

/** A time zone of the IANA database, as `Intl` knows it. */
export function timezone(): z.ZodType<string, string> {
  return z
    .string()
    .refine(isTimezone, 'not a time zone; write it like UTC or Europe/Berlin')
    .meta({ examples: ['Europe/Berlin'] });
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false; // Intl has no other way to ask
  }
}

/** A URL with one of the given schemes, as it is written. */
export function url(...schemes: readonly string[]): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (text) => {
        const parsed = URL.parse(text);
        return parsed !== null && schemes.includes(parsed.protocol.slice(0, -1));
      },
      `not a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    )
    .meta({ format: 'uri' });
}
