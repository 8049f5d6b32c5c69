import type { Secret } from '../../model/secret.ts';
import type { DeliverContext, Delivery } from '../../ports/channel-kind.ts';
import { post } from './post.ts';
import { verdict } from './verdict.ts';

/** A call to a service that answers in JSON. */
export interface JsonCall {
  readonly method?: 'GET';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; nothing for a GET. */
  readonly body?: unknown;
  readonly ca?: string | undefined;
  readonly context: Pick<DeliverContext, 'signal' | 'now'>;
  /** Names the call in errors. */
  readonly tried: string;
  readonly secrets: readonly (Secret | string)[];
}

/** What a call gave. `status` is undefined where nobody answered, `body` where the answer was no JSON. */
export interface JsonAnswer {
  readonly status: number | undefined;
  readonly body: unknown;
  /** What the status alone means for the message; for a 2xx without JSON: that it may be tried again. */
  readonly delivery: Delivery;
}

const ANSWER_BYTES = 64 * 1024;

/** Makes one call and reads the JSON that answers it, whatever its status. Never throws. */
export async function callJson(call: JsonCall): Promise<JsonAnswer> {
  const { url, headers = {}, body, ca, context, tried, secrets } = call;
  const answer = await post({
    ...(call.method === undefined ? {} : { method: call.method }),
    url,
    headers: {
      'user-agent': 'tocsin',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ca,
    signal: context.signal,
    answerBytes: ANSWER_BYTES,
  });
  const delivery = verdict(answer, { tried, now: context.now, secrets });
  if (answer.kind === 'silent') return { status: undefined, body: undefined, delivery };
  const said = parsed(answer.excerpt);
  if (said === undefined && delivery.kind === 'delivered')
    return {
      status: answer.status,
      body: said,
      delivery: { kind: 'retry', error: `${tried}: answered ${answer.status} without the JSON that was expected` },
    };
  return { status: answer.status, body: said, delivery };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
