import { z } from 'zod';

/**
 * The canary is a counter under a key of this probe's own. The store is eventually consistent: a read may bring
 * what was there before the last write for a while, but never less, and after a while never less than that write.
 */
export interface CanaryPlan {
  readonly key: string;
  /** What this run writes, if it writes: more than anything written before. Milliseconds since 1970, mostly. */
  readonly counter: number;
  /** Enough time has passed since the last write that passed. */
  readonly due: boolean;
  /** The last run that passed; null for a new key. */
  readonly last: {
    /** The highest counter that was read. */
    readonly accepted: number;
    /** The counter that was written last. */
    readonly written: number;
    /** Milliseconds between the write of `written` and this run. */
    readonly ageMs: number;
  } | null;
}

/** A canary that nobody writes any more is gone after at least this. */
const MIN_TTL_S = 900;
/** Reads may bring what was there before a write for so long; Cloudflare says 60 seconds or more. */
const CONSISTENT_AFTER_MS = 120_000;
/** One write a second to a key. */
export const MIN_BETWEEN_WRITES_MS = 1000;

const counterShape = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const rememberedShape = z.object({
  key: z.string().regex(/^tocsin\/canary:[0-9a-f]{16}$/),
  accepted: counterShape,
  written: counterShape,
  writtenAt: counterShape,
});

/** What a passing run leaves for the next. */
export type Remembered = z.output<typeof rememberedShape>;

/** What to do with the canary in the run that starts now; `nonce` makes a new key, where one is needed. */
export function canaryPlan(memory: unknown, startedAt: number, writeEveryMs: number, nonce: string): CanaryPlan {
  const last = rememberedShape.safeParse(memory).data;
  const ageMs = last === undefined ? 0 : Math.max(0, startedAt - last.writtenAt);
  // A key that has ended is not read again: that it is missing would be cached, and hide the next write.
  if (last === undefined || ageMs > ttlSeconds(writeEveryMs) * 900) {
    return { key: `tocsin/canary:${nonce}`, counter: startedAt, due: true, last: null };
  }
  const { key, accepted, written } = last;
  const counter = Math.max(startedAt, written + 1, accepted + 1);
  return { key, counter, due: ageMs >= writeEveryMs, last: { accepted, written, ageMs } };
}

/** For how long a written canary stands: several times the pause between writes, at least a quarter of an hour. */
export function ttlSeconds(writeEveryMs: number): number {
  return Math.max(MIN_TTL_S, Math.ceil((3 * writeEveryMs) / 1000));
}

/** The counter in a canary's value; undefined where it is none. */
export function counterIn(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Whether an old canary is not, or no longer, what it must be: it is then written again, and that must last. */
export function isBehind(seen: number | undefined, plan: CanaryPlan): boolean {
  if (plan.last === null) return false;
  return seen === undefined || seen < lowestAllowed(plan.last);
}

/** The least that a read of the canary may bring. */
export function lowestAllowed(last: NonNullable<CanaryPlan['last']>): number {
  return last.ageMs > CONSISTENT_AFTER_MS ? Math.max(last.written, last.accepted) : last.accepted;
}
