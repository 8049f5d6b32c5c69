import { z } from 'zod';
import type { Secret } from '../../model/secret.ts';
import type { DeliverContext, Delivery } from '../../ports/channel-kind.ts';
import { callJson } from '../attempt/call-json.ts';
import { redacted } from '../attempt/redacted.ts';

/** Where to call, and as whom. */
export interface SlackAccess {
  readonly url: string;
  readonly token: Secret;
  readonly ca: string | undefined;
}

/** What a method gave: its answer, the code that Slack refused it by, or nothing that decides. */
export type SlackAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly delivery: Delivery }
  | { readonly kind: 'unclear'; readonly delivery: Delivery };

/** Slack's own troubles, and "too often": https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

const answerSchema = z.union([
  z.looseObject({ ok: z.literal(true) }),
  z.looseObject({ ok: z.literal(false), error: z.string() }),
]);

/**
 * Calls one method of Slack's Web API. Slack answers 200 to what it refuses, too, and says so by `ok: false` and
 * a code; 429 with `Retry-After` to what comes too often. A code that is not Slack's own trouble is final.
 */
export async function callSlack(
  { url, token, ca }: SlackAccess,
  method: string,
  { query, body }: { query?: Readonly<Record<string, string>>; body?: unknown },
  context: Pick<DeliverContext, 'signal' | 'now'>,
): Promise<SlackAnswer> {
  const tried = `${method} to ${new URL(url).origin}`;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const answer = await callJson({
    ...(body === undefined ? { method: 'GET' as const } : {}),
    url: `${url.replace(/\/$/, '')}/${method}${search}`,
    headers: { authorization: `Bearer ${token.reveal()}` },
    body,
    ca,
    context,
    tried,
    secrets: [token],
  });
  if (answer.delivery.kind !== 'delivered') return { kind: 'unclear', delivery: answer.delivery };
  const said = answerSchema.safeParse(answer.body);
  if (!said.success)
    return { kind: 'unclear', delivery: { kind: 'retry', error: `${tried}: answered something that is not Slack's` } };
  if (said.data.ok) return { kind: 'ok', body: said.data };
  const code = redacted(said.data.error, [token], 100);
  const error = `${tried}: ${code}`;
  return { kind: 'refused', code, delivery: { kind: PASSING.has(code) ? 'retry' : 'failed', error } };
}
