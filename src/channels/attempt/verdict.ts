import type { Secret } from '../../model/secret.ts';
import type { Delivery } from '../../ports/channel-kind.ts';
import type { Answer } from './post.ts';
import { redacted } from './redacted.ts';

/** Longer waits than this are cut: a message that wakes people is worth another try every hour. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * What an answer to a POST means for the message: 2xx delivered; 4xx other than 408 and 429 final, since the
 * same request would be refused again; anything else (no answer, 5xx, a redirect, which is never followed) may
 * be tried again, after `Retry-After` where the service gave one.
 *
 * `tried` names the request in errors (`POST to https://hooks.example`); `secrets` never appear in them.
 */
export function verdict(
  answer: Answer,
  { tried, now, secrets }: { tried: string; now: number; secrets: readonly (Secret | string)[] },
): Delivery {
  if (answer.kind === 'silent') return { kind: 'retry', error: `${tried}: ${answer.why}` };
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', detail: `answered ${status}` };
  const words = redacted(answer.excerpt, secrets);
  const error = `${tried}: answered ${status}${redirect(answer)}${words === '' ? '' : `: ${words}`}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'failed', error };
  const afterMs = retryAfterMs(answer.retryAfter, now);
  return { kind: 'retry', error, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Milliseconds that a `Retry-After` asks for (RFC 9110, section 10.2.3: seconds or an HTTP date), at most an hour. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) || ms <= 0 ? undefined : Math.min(Math.ceil(ms), MAX_RETRY_AFTER_MS);
}

/** Where a redirect points, without its path: that may be as secret as ours. */
function redirect({ status, location }: Extract<Answer, { kind: 'answered' }>): string {
  if (status < 300 || status >= 400) return '';
  const origin = URL.parse(location ?? '')?.origin;
  return origin === undefined ? ', a redirect (not followed)' : `, a redirect to ${origin} (not followed)`;
}
