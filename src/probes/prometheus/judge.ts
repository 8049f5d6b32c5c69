import type { FailureClass } from '../../model/failure.ts';
import type { Json, Judgement, Warning } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { findingOfRun } from '../judging/attempts.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { judgementOf, type Finding } from '../judging/judgement.ts';
import { shownUrl } from '../net/urls.ts';
import { numberOf, type QueryAnswer, type QueryRefusal, type QueryValues, type Sample } from './answer.ts';
import type { PrometheusAttempt, PrometheusMeasured } from './measure.ts';
import type { PrometheusOptions } from './options.ts';

/** The step that resolves, connects and shakes hands. */
export const REACH = 'reach';
/** The step that puts the query and judges its values. */
export const QUERY = 'query';

const REACHING: ReadonlySet<string> = new Set(['dns', 'guard', 'connect', 'tls']);
const MAX_SHOWN = 200;
const MAX_QUERY_SHOWN = 100;

/** What a measurement amounts to. Pure. */
export function judgePrometheus(measured: PrometheusMeasured, options: PrometheusOptions): Judgement {
  const { attempts } = measured;
  const { finding, shown } = findingOfRun(measured, (attempt) => findingOfAttempt(attempt, options), REACH);
  const phases = attempts[0]?.phases ?? {};
  const plan = [
    {
      name: REACH,
      kind: 'reach' as const,
      ms: measured.lookupMs + (phases.connect ?? 0) + (phases.tls ?? 0),
    },
    { name: QUERY, kind: 'read' as const, ms: (phases.firstByte ?? 0) + (phases.transfer ?? 0) },
  ];
  return judgementOf(plan, finding, {
    warnings: [...expiries(measured, options), ...partialAnswers(attempts, options)],
    ...(finding !== undefined && shown !== undefined && { evidence: evidenceOf(shown, options) }),
    variables: variablesOf(attempts[0]?.answer),
  });
}

/** What is wrong with one address's answer, if anything. */
export function findingOfAttempt(attempt: PrometheusAttempt, options: PrometheusOptions): Finding | undefined {
  const { stopped, status, answer } = attempt;
  if (stopped !== undefined) {
    return { step: REACHING.has(stopped.at) ? REACH : QUERY, class: stopped.class, message: stopped.message };
  }
  const subject = subjectOf(attempt, options);
  if (answer?.kind === 'refusal') return refusalFinding(answer, status, subject);
  if (status !== 200) {
    const said = answer?.kind === 'no-answer' ? printable(answer.start.replace(/\s+/g, ' ').trim(), MAX_SHOWN) : '';
    const got = `status ${status ?? 'none'}${said === '' ? '' : `: ${said}`}`;
    return failing(subject, classOfStatus(status), 'status 200', got);
  }
  if (answer === undefined || answer.kind === 'no-answer') {
    const got = printable(answer?.start ?? '', MAX_SHOWN) || 'nothing';
    return failing(subject, 'protocol.malformed', "an answer of Prometheus' query API", got);
  }
  if (answer.kind === 'unusable') return failing(subject, 'semantic.unevaluable', 'a number', answer.what);
  return absenceFinding(answer, options, subject) ?? boundsFinding(answer, options, subject);
}

/** How messages begin: at night nobody remembers which query this was. */
function subjectOf({ address }: PrometheusAttempt, { url, query }: PrometheusOptions): string {
  return `query ${printable(query, MAX_QUERY_SHOWN)} of ${shownUrl(url)} at ${address}`;
}

/** The error types of Prometheus' HTTP API, v1. */
function refusalFinding(refusal: QueryRefusal, status: number | undefined, subject: string): Finding {
  const got = `${refusal.type} (status ${status}): ${printable(refusal.message, MAX_SHOWN)}`;
  return failing(subject, classOfRefusal(refusal.type, status), 'values', got);
}

function classOfRefusal(type: string, status: number | undefined): FailureClass {
  switch (type) {
    case 'bad_data':
      return 'probe.misconfigured';
    case 'execution':
      return 'semantic.unevaluable';
    case 'timeout':
    case 'canceled':
      return 'latency.timeout';
    default:
      return classOfStatus(status);
  }
}

function absenceFinding(values: QueryValues, options: PrometheusOptions, subject: string): Finding | undefined {
  if (options.expect.absent === 'pass' || (values.count > 0 && values.nan === 0)) return undefined;
  const got = values.nan > 0 ? `${values.nan} of ${values.count + values.nan} not a number` : 'no series';
  return failing(subject, 'semantic.missing', 'a value (`absent: pass` allows none)', got);
}

/** Every value must keep within both bounds; the furthest one outside is named. */
function boundsFinding(values: QueryValues, options: PrometheusOptions, subject: string): Finding | undefined {
  const { min, max } = options.expect;
  const low = outside(values.lowest, (value) => min !== undefined && value < min);
  const high = outside(values.highest, (value) => max !== undefined && value > max);
  const worst = high ?? low;
  if (worst === undefined) return undefined;
  const bound = worst === high ? `at most ${max}` : `at least ${min}`;
  const many = values.count > 1 ? `every one of ${values.count} values to be ` : '';
  return failing(subject, 'semantic.wrong_value', `${many}${bound}`, shown(worst));
}

function outside(sample: Sample | undefined, isOutside: (value: number) => boolean): Sample | undefined {
  return sample !== undefined && isOutside(numberOf(sample)) ? sample : undefined;
}

function failing(subject: string, failureClass: FailureClass, expected: string, got: string): Finding {
  return { step: QUERY, class: failureClass, message: `${subject}: expected ${expected}, got ${got}`, expected, got };
}

function shown({ labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${text}"`);
  return printable(pairs.length === 0 ? String(value) : `${value} for {${pairs.join(', ')}}`, MAX_SHOWN);
}

function classOfStatus(status: number | undefined): FailureClass {
  if (status === 401 || status === 407) return 'auth.unauthorized';
  if (status === 403) return 'auth.forbidden';
  if (status === 429) return 'quota.rate_limited';
  if (status === undefined || status < 300) return 'protocol.malformed';
  if (status < 400) return 'protocol.unexpected_redirect';
  return status < 500 ? 'http.4xx' : 'http.5xx';
}

function expiries(measured: PrometheusMeasured, options: PrometheusOptions): readonly Warning[] {
  const chains = measured.attempts.flatMap((attempt) => attempt.chain ?? []);
  const distinct = new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one]));
  return expiryWarnings([...distinct.values()], options.tls.minDaysLeft, measured.startedAt);
}

function partialAnswers(attempts: readonly PrometheusAttempt[], options: PrometheusOptions): readonly Warning[] {
  return attempts.flatMap((attempt) => {
    const { answer } = attempt;
    return answer?.kind === 'values' && answer.warnings.length > 0
      ? [
          {
            class: 'dependency.component' as const,
            message: `${subjectOf(attempt, options)}: answered with a warning: ${printable(answer.warnings.join('; '), MAX_SHOWN)}`,
          },
        ]
      : [];
  });
}

function evidenceOf(attempt: PrometheusAttempt, options: PrometheusOptions): { readonly [name: string]: Json } {
  return {
    address: attempt.address,
    query: options.query,
    ...(attempt.status !== undefined && { status: attempt.status }),
    ...(attempt.answer !== undefined && { answer: JSON.parse(JSON.stringify(attempt.answer)) as Json }),
    ...(attempt.stopped?.code !== undefined && { code: attempt.stopped.code }),
  };
}

/**
 * `value` where there is exactly one, so that an assertion about one value cannot be right by looking at another;
 * `values` always, and `values.all(v, v < 0.9)` also holds of none.
 */
function variablesOf(answer: QueryAnswer | undefined): { readonly [name: string]: unknown } {
  if (answer?.kind !== 'values') return {};
  const [only] = answer.samples;
  const single = answer.count === 1 && answer.nan === 0 && only !== undefined;
  // Of more values than are kept, an assertion about all of them would be a guess.
  const whole = answer.samples.length === answer.count;
  return {
    ...(single && { value: numberOf(only) }),
    ...(whole && { values: answer.samples.map(numberOf) }),
  };
}
