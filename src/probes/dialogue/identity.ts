import { z } from 'zod';
import type { FailureClass } from '../../model/failure.ts';
import { printable } from '../../ports/printable.ts';
import { fails, held, type Verdict } from './question.ts';

/**
 * The field `identity`: a value that the operator wrote once into the real thing. Whatever answers with another
 * value under that key is another environment, however well it works.
 */
export const identityField = z.strictObject({
  key: z
    .string()
    .min(1)
    .max(400)
    .regex(/^[\x21-\x7e]+$/, 'only printable ASCII characters, no blanks')
    .refine((key) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(key), 'may hold no part that is . or ..')
    .default('tocsin/identity'),
  value: z.string().min(1).max(1000),
});

/** Where the identity stands unless it is said otherwise; read also where nothing is compared. */
export const DEFAULT_IDENTITY_KEY = 'tocsin/identity';

/** The field `identity`, parsed. */
export type Identity = z.output<typeof identityField>;

const MAX_SHOWN = 200;

/**
 * Whether the value that was read is the configured one; undefined: there is no such key. Without an
 * `identity` only the reading itself is judged, and it held.
 */
export function identityVerdict(
  identity: Identity | undefined,
  value: string | undefined,
  request: string,
  failureClass: FailureClass = 'identity.environment_mismatch',
): Verdict {
  if (identity === undefined) return held('read, and compared with nothing: no identity is configured');
  if (value === identity.value) return held(printable(value, MAX_SHOWN));
  const expected = `${identity.key} to be ${printable(identity.value, MAX_SHOWN)}`;
  const got = value === undefined ? 'no such key' : printable(value, MAX_SHOWN) || 'nothing';
  return fails(failureClass, `${request}: expected ${expected}, got ${got}`, { expected, got });
}
