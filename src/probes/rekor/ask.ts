import { setTimeout as pause } from 'node:timers/promises';
import type { RunContext } from '../../ports/probe-kind.ts';
import type { HttpExchange } from '../net/http-request.ts';
import type { Mask } from '../net/mask.ts';
import { politeExchange } from '../net/polite-exchange.ts';
import type { Expectations } from './examine.ts';
import { MAX_REPLY_BYTES, type Reply } from './measured.ts';
import type { RekorOptions } from './options.ts';

const MAX_REREADS = 3;
/** Replicas of one log agree within moments; each pause is twice the one before. */
const FIRST_PAUSE_MS = 100;
/** Re-reading stops when this part of the run's time is used, so that what was seen is still judged. */
const REREAD_SHARE = 0.6;

/** What a run asks every address with. */
export interface Errand {
  readonly options: RekorOptions;
  readonly expectations: Expectations;
  readonly mask: Mask;
  readonly context: RunContext;
  /** `context.monotonic()` at the run's start. */
  readonly began: number;
}

/** One question: a GET, or with `json` a POST. */
export interface Question {
  readonly url: string;
  /** Where to ask; the URL's host is looked up where it is absent. */
  readonly address?: string;
  readonly json?: string;
  /** Default `MAX_REPLY_BYTES`. */
  readonly maxBytes?: number;
  /** Whether the answer is to be kept as it came: it is one that such a log gives. */
  readonly isAnswer: (reply: Reply) => boolean;
}

/** Asks once, on a fresh connection. Bytes that are no text are in `exchange.body`. */
export async function ask(
  { url, address, json, maxBytes, isAnswer }: Question,
  { options, context, mask }: Errand,
): Promise<{ readonly reply: Reply; readonly exchange: HttpExchange }> {
  const began = context.monotonic();
  const { tls, auth, resolver, family } = options;
  const posted = json === undefined ? {} : { method: 'POST', body: json, headers: JSON_HEADERS };
  const exchange = await politeExchange(
    { url, ...posted, follow: 'never', maxBytes: maxBytes ?? MAX_REPLY_BYTES, tls, auth, resolver, family, address },
    context,
  );
  const method = json === undefined ? 'GET' : 'POST';
  const reply = replyOf(`${method} ${url}`, exchange, round(context.monotonic() - began));
  // A stranger may answer with what it was asked, credentials included. What is to be verified stays as it came.
  const kept = isAnswer(reply) ? reply : { ...reply, body: mask.text(reply.body) };
  return { reply: kept, exchange };
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** Waits for the next re-read; false when there were enough or the time is better kept. */
export async function mayReread(rereads: number, { began, context }: Errand): Promise<boolean> {
  if (rereads >= MAX_REREADS) return false;
  const waitMs = FIRST_PAUSE_MS * 2 ** rereads;
  if (context.monotonic() - began + waitMs > context.timeoutMs * REREAD_SHARE) return false;
  try {
    await pause(waitMs, undefined, { signal: context.signal });
    return true;
  } catch {
    return false; // The run's deadline.
  }
}

function replyOf(request: string, exchange: HttpExchange, ms: number): Reply {
  const { status, body, stopped } = exchange;
  const [contentType, location, logIndex] = ['content-type', 'location', 'x-log-index'].map((name) => {
    const value = exchange.headers?.[name];
    return typeof value === 'string' ? value.slice(0, 1_000) : undefined;
  });
  return {
    request,
    body: body?.subarray(0, MAX_REPLY_BYTES).toString('utf8') ?? '',
    ms,
    ...(status !== undefined && { status }),
    ...(contentType !== undefined && { contentType }),
    ...(location !== undefined && { location }),
    ...(logIndex !== undefined && { logIndex }),
    ...(stopped !== undefined && { stopped }),
  };
}

/** To a tenth of a millisecond. */
export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
