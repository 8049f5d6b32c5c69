import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseJson, type Mask } from '../net/mask.ts';
import { bodyChecks, type Checked, type Seen } from './body-checks.ts';
import type { TextExpectation } from './options.ts';

/**
 * What is kept of a body. A short text is kept whole (secrets masked) and can be judged again under any rules.
 * Of a long or binary one only hash and length are kept, a beginning for people, and what each of today's
 * expectations came to over the whole of it: other rules cannot be tried on it later, and judging says so.
 */
export type KeptBody =
  | {
      readonly kind: 'whole';
      readonly sha256: string;
      readonly length: number;
      readonly text: string;
      /** What each expectation came to before secrets were masked; where the expectations themselves hold some. */
      readonly seen?: Seen;
    }
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

/**
 * What to keep of a body. `filled`: the expectations with what a flow captured put in, which only the body as it
 * came can be held to; what that came to is kept under the expectations as they are written.
 */
export function keepBody(body: Buffer, expect: TextExpectation, mask: Mask, filled?: TextExpectation): KeptBody {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const length = body.length;
  const text = body.toString('utf8');
  const small = length <= MAX_KEPT_TEXT || (length <= MAX_KEPT_JSON && parseJson(text) !== undefined);
  if (small && isUtf8(body)) {
    const seen = filled === undefined ? {} : { seen: seenIn(text, expect, filled, mask) };
    return { kind: 'whole', sha256, length, text: mask.json(text), ...seen };
  }
  const masked = mask.json(text);
  const seen = filled === undefined ? seenIn(masked, expect, expect, mask) : seenIn(text, expect, filled, mask);
  return { kind: 'seen', sha256, length, start: masked.slice(0, MAX_START), seen };
}

function seenIn(text: string, written: TextExpectation, filled: TextExpectation, mask: Mask): Seen {
  const json = parseJson(text);
  const checks = bodyChecks(filled);
  return Object.fromEntries(
    bodyChecks(written).map(({ id }, index) => [id, masked(checks[index]?.test(text, json) ?? { holds: true }, mask)]),
  );
}

function masked(checked: Checked, mask: Mask): Checked {
  return checked.holds ? checked : { ...checked, expected: mask.text(checked.expected), got: mask.text(checked.got) };
}
