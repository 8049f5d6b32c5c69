/**
 * Longer than this nobody is waited for: Cloudflare's windows are five minutes, and a target that says more must
 * not blind us for good.
 */
const LONGEST_MS = 300_000;

/** How long `retry-after` (RFC 9110 §10.2.3, seconds or a date) asks to wait from `now` on; undefined where it says nothing. */
export function retryAfterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  const ms = /^\d{1,10}$/.test(trimmed) ? Number(trimmed) * 1000 : httpDate(trimmed) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_MS) : undefined;
}

/** Only the form that is sent today (RFC 9110 §5.6.7): `Date.parse` would take nearly anything. */
function httpDate(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
