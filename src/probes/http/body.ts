import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseJson, type Mask } from '../net/mask.ts';
import { bodyChecks, type Seen } from './body-checks.ts';
import type { HttpExpectation } from './options.ts';

/**
 * What is kept of a body. A short text is kept whole (secrets masked) and can be judged again under any rules.
 * Of a long or binary one only hash and length are kept, a beginning for people, and what each of today's
 * expectations came to over the whole of it: other rules cannot be tried on it later, and judging says so.
 */
export type KeptBody =
  | { readonly kind: 'whole'; readonly sha256: string; readonly length: number; readonly text: string }
  | {
      readonly kind: 'seen';
      readonly sha256: string;
      readonly length: number;
      readonly start: string;
      readonly seen: Seen;
    }
  /** The same bytes as that of an earlier address in this run. */
  | { readonly kind: 'same'; readonly sha256: string; readonly length: number };

/** JSON is what assertions are made of, and compresses well from run to run; pages are neither. */
const MAX_KEPT_JSON = 64 * 1024;
const MAX_KEPT_TEXT = 16 * 1024;
const MAX_START = 2 * 1024;

/** What to keep of a body. */
export function keepBody(body: Buffer, expect: HttpExpectation, mask: Mask): KeptBody {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const length = body.length;
  const text = body.toString('utf8');
  const small = length <= MAX_KEPT_TEXT || (length <= MAX_KEPT_JSON && parseJson(text) !== undefined);
  if (small && isUtf8(body)) return { kind: 'whole', sha256, length, text: mask.json(text) };
  const masked = mask.json(text);
  const json = parseJson(masked);
  const seen: Seen = Object.fromEntries(bodyChecks(expect).map((check) => [check.id, check.test(masked, json)]));
  return { kind: 'seen', sha256, length, start: masked.slice(0, MAX_START), seen };
}
