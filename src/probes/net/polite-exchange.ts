import type { RunContext } from '../../ports/probe-kind.ts';
import { httpExchange, type HttpExchange, type HttpRequest } from './http-exchange.ts';
import { retryAfterMs } from './retry-after.ts';
import { shownUrl } from './urls.ts';

/**
 * An exchange with somebody who may limit how often he is asked. 429 with `retry-after` is a wish that outlives the
 * run: those that begin before it is fulfilled ask nothing, and stop with `quota.rate_limited` instead. A 503 with
 * `retry-after` (RFC 9110 §15.6.4) is not such a wish but an outage, whose end a monitor is there to see.
 */
export async function politeExchange(request: HttpRequest, context: RunContext): Promise<HttpExchange> {
  const { restUntil } = context;
  if (restUntil !== undefined && restUntil > context.startedAt) return notAsked(request, restUntil);
  const exchange = await httpExchange(request, context);
  if (exchange.status === 429) heed(exchange, context);
  return exchange;
}

/** The answer came by the run's deadline at the latest: counting from there is never too soon. */
function heed({ headers }: HttpExchange, { startedAt, timeoutMs, rest }: RunContext): void {
  const wish = headers?.['retry-after'];
  const waitMs = retryAfterMs(typeof wish === 'string' ? wish : wish?.[0], startedAt);
  if (waitMs !== undefined && waitMs > 0) rest?.(startedAt + timeoutMs + waitMs);
}

function notAsked({ method = 'GET', url }: HttpRequest, restUntil: number): HttpExchange {
  const message = `${method} ${shownUrl(url)}: not asked before ${new Date(restUntil).toISOString()}, as its rate limit wished`;
  return {
    url,
    truncated: false,
    phases: {},
    addresses: [],
    cname: [],
    redirects: [],
    stopped: { at: 'request', class: 'quota.rate_limited', message },
  };
}
