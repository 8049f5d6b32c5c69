import type { Measured, Phases } from '../../model/run.ts';
import type { RunContext } from '../../ports/probe-kind.ts';
import { ownFaultAmong } from '../judging/addresses.ts';
import { keptChain, type KeptCertificate } from '../judging/expiry.ts';
import { eachAddress, factsOfLookup } from '../net/each-address.ts';
import { httpExchange, type HttpExchange } from '../net/http-exchange.ts';
import { maskFor } from '../net/mask.ts';
import type { Stopped } from '../net/stopped.ts';
import { factsOfTls } from '../net/tls-facts.ts';
import { hostOf } from '../net/urls.ts';
import { parseAnswer, type QueryAnswer } from './answer.ts';
import { findingOfAttempt } from './judge.ts';
import type { PrometheusOptions } from './options.ts';

/** What one address answered. */
export interface PrometheusAttempt {
  readonly address: string;
  readonly phases: Phases;
  readonly status?: number;
  readonly answer?: QueryAnswer;
  readonly chain?: readonly KeptCertificate[];
  readonly stopped?: Stopped;
}

/** What a run of a `prometheus` probe brought home. */
export interface PrometheusMeasured extends Measured {
  readonly startedAt: number;
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  readonly attempts: readonly PrometheusAttempt[];
}

/** Far more than any query that answers with values to be watched. */
const MAX_BYTES = 1_048_576;

/** Puts the query to each address of the server at the same time: replicas do not always know the same. */
export async function measurePrometheus(options: PrometheusOptions, context: RunContext): Promise<PrometheusMeasured> {
  const { found, tried } = await eachAddress(hostOf(new URL(options.url)), options, context, async (address) => {
    const exchange = await httpExchange(requestOf(options, address, context), context);
    return { attempt: attemptOf(address, exchange, options), tls: exchange.tls };
  });
  const attempts = tried.map((one) => one.attempt);
  const findings = attempts.map((attempt) => ({ ...attempt, finding: findingOfAttempt(attempt, options) }));
  const own = attempts.find(({ answer }) => answer?.kind === 'refusal' && answer.type === 'bad_data')?.answer;
  return {
    startedAt: context.startedAt,
    facts: { ...factsOfLookup(found), ...factsOfTls(tried[0]?.tls) },
    phases: { dns: found.ms, ...attempts[0]?.phases },
    ...(attempts[0] !== undefined && { address: attempts[0].address }),
    ...ownFaultAmong(found.stopped, findings),
    // A query that no server understands is our own mistake.
    ...(own?.kind === 'refusal' && {
      ownFault: { class: 'probe.misconfigured', message: `${options.url}: does not understand query: ${own.message}` },
    }),
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    lookupMs: found.ms,
    attempts,
  };
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
