import type { RunContext } from '../../ports/probe-kind.ts';
import { measuredAttempts, type Attempt, type AttemptsMeasured } from '../judging/attempts.ts';
import { keptChain, type KeptCertificate } from '../judging/expiry.ts';
import { eachAddress } from '../net/each-address.ts';
import type { HttpExchange } from '../net/http-request.ts';
import { maskFor } from '../net/mask.ts';
import { politeExchange } from '../net/polite-exchange.ts';
import { hostOf } from '../net/urls.ts';
import { parseAnswer, type QueryAnswer } from './answer.ts';
import { findingOfAttempt } from './judge.ts';
import type { PrometheusOptions } from './options.ts';

/** What one address answered. */
export interface PrometheusAttempt extends Attempt {
  readonly status?: number;
  readonly answer?: QueryAnswer;
  readonly chain?: readonly KeptCertificate[];
}

/** What a run of a `prometheus` probe brought home. */
export type PrometheusMeasured = AttemptsMeasured<PrometheusAttempt>;

/** Far more than any query that answers with values to be watched. */
const MAX_BYTES = 1_048_576;

/** Puts the query to each address of the server at the same time: replicas do not always know the same. */
export async function measurePrometheus(options: PrometheusOptions, context: RunContext): Promise<PrometheusMeasured> {
  const each = await eachAddress(hostOf(new URL(options.url)), options, context, async (address) => {
    const exchange = await politeExchange(requestOf(options, address, context), context);
    return { attempt: attemptOf(address, exchange, options), tls: exchange.tls };
  });
  const measured = measuredAttempts(each, (attempt) => findingOfAttempt(attempt, options), context);
  const own = measured.attempts.find(({ answer }) => answer?.kind === 'refusal' && answer.type === 'bad_data')?.answer;
  if (own?.kind !== 'refusal') return measured;
  // A query that no server understands is our own mistake.
  const message = `${options.url}: does not understand query: ${own.message}`;
  return { ...measured, ownFault: { class: 'probe.misconfigured', message } };
}

function requestOf(options: PrometheusOptions, address: string, context: RunContext) {
  const form = new URLSearchParams({
    query: options.query,
    time: (context.startedAt / 1000).toFixed(3),
    timeout: `${context.timeoutMs}ms`,
    // Thanos: fail rather than leave out what a store did not answer.
    partial_response: 'false',
  });
  return {
    url: `${options.url.replace(/\/+$/, '')}/api/v1/query`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
    follow: 'never' as const,
    maxBytes: MAX_BYTES,
    tls: options.tls,
    resolver: options.resolver,
    family: options.family,
    auth: options.auth,
    address,
  };
}

function attemptOf(address: string, exchange: HttpExchange, options: PrometheusOptions): PrometheusAttempt {
  const { status, body, phases, tls, stopped, token } = exchange;
  const mask = maskFor(options, [token]);
  return {
    address,
    phases,
    ...(status !== undefined && { status }),
    ...(body !== undefined && stopped === undefined && { answer: parseAnswer(mask.json(body.toString('utf8'))) }),
    ...(tls !== undefined && { chain: keptChain(tls.chain) }),
    ...(stopped !== undefined && { stopped: { ...stopped, message: mask.text(stopped.message) } }),
  };
}
