import type { Json, Judgement, Step, Warning } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { findingOfAddresses } from '../judging/addresses.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { judgementOf, type Finding, type PlannedStep } from '../judging/judgement.ts';
import { matchesText } from '../judging/text-pattern.ts';
import { parseJson } from '../net/mask.ts';
import { shownUrl } from '../net/urls.ts';
import { bodyChecks, type Checked, type Unmet } from './body-checks.ts';
import type { KeptBody } from './body.ts';
import type { HttpAttempt, HttpMeasured } from './measured.ts';
import type { HttpOptions, TextExpectation } from './options.ts';
import { classOfStatus, isWanted } from './status.ts';

/** The step that resolves, connects and shakes hands. */
export const REACH = 'reach';
/** The step that asks and judges the answer. */
export const ANSWER = 'answer';

const REACHING: ReadonlySet<string> = new Set(['dns', 'guard', 'proxy', 'connect', 'tls']);
const MAX_EVIDENCE = 2000;
const MAX_SAID = 200;

/** What of a probe's options judges one answer. */
export type JudgedOptions = Pick<HttpOptions, 'method' | 'url' | 'expect'>;

/** What a measurement amounts to. Pure. */
export function judgeHttp(measured: HttpMeasured, options: HttpOptions, answerKind: Step['kind']): Judgement {
  const { attempts } = measured;
  const findings = attempts.map((one) => ({ ...one, finding: findingOfAttempt(one, attempts, options) }));
  const lookup: Finding | undefined = measured.lookup && {
    step: REACH,
    class: measured.lookup.class,
    message: measured.lookup.message,
  };
  const finding = lookup ?? findingOfAddresses(findings);
  const shown = findings.find((one) => one.finding !== undefined) ?? attempts[0];
  return judgementOf(planOf(measured, answerKind), finding, {
    warnings: warningsOf(measured, options),
    ...(shown !== undefined && finding !== undefined && { evidence: evidenceOf(shown, attempts) }),
    ...(attempts[0] !== undefined && { variables: variablesOf(attempts[0], attempts) }),
  });
}

/** What is wrong with one address's answer: the first thing in causal order, if anything. */
export function findingOfAttempt(
  attempt: HttpAttempt,
  attempts: readonly HttpAttempt[],
  options: JudgedOptions,
): Finding | undefined {
  const { expect } = options;
  const { status, stopped } = attempt;
  const step = stopped !== undefined && REACHING.has(stopped.at) ? REACH : ANSWER;
  const redirectWanted = stopped?.at === 'redirect' && status !== undefined && expect.status.includes(status);
  if (stopped !== undefined && !redirectWanted && !(stopped.at === 'body' && statusFails(attempt, options))) {
    return { step, class: stopped.class, message: stopped.message };
  }
  if (!attempt.asked) return undefined;
  return (
    statusFinding(attempt, attempts, options) ??
    headerFinding(attempt, options) ??
    hashFinding(attempt, options) ??
    bodyFinding(attempt, attempts, options) ??
    latencyFinding(attempt, options)
  );
}

function statusFails(attempt: HttpAttempt, options: JudgedOptions): boolean {
  return attempt.status !== undefined && !isWanted(attempt.status, options.expect.status);
}

function statusFinding(
  attempt: HttpAttempt,
  attempts: readonly HttpAttempt[],
  options: JudgedOptions,
): Finding | undefined {
  const wanted = options.expect.status;
  if (attempt.status === undefined || isWanted(attempt.status, wanted)) return undefined;
  return answerFinding(attempt, options, {
    class: classOfStatus(attempt.status),
    expected: `status ${wanted.join(' or ')}`,
    got: `status ${attempt.status}${attempt.status < 500 ? '' : saying(bodyOf(attempt, attempts))}`,
  });
}

/** What a broken server says of itself, on one line: who is called at night need not go and look. */
function saying(body: KeptBody | undefined): string {
  const text = body?.kind === 'whole' ? body.text : body?.kind === 'seen' ? body.start : '';
  // Bytes that are no text say nothing.
  const words = text.includes('\uFFFD') ? '' : printable(text.replace(/\s+/g, ' ').trim(), MAX_SAID);
  return words === '' ? '' : `: ${words}`;
}

function headerFinding(attempt: HttpAttempt, options: JudgedOptions): Finding | undefined {
  for (const [name, expected] of Object.entries(options.expect.headers ?? {})) {
    const header = attempt.headers?.[name.toLowerCase()];
    if (header === undefined) {
      return answerFinding(attempt, options, {
        class: 'semantic.missing',
        expected: `header ${name}: ${expected}`,
        got: `no header ${name}`,
      });
    }
    const values = typeof header === 'string' ? [header] : header;
    if (!values.some((value) => matchesText(expected, value))) {
      return answerFinding(attempt, options, {
        class: 'semantic.wrong_value',
        expected: `header ${name}: ${expected}`,
        got: `${name}: ${printable(values.join(', '), 200)}`,
      });
    }
  }
  return undefined;
}

function hashFinding(attempt: HttpAttempt, options: JudgedOptions): Finding | undefined {
  const wanted = options.expect.sha256;
  if (wanted === undefined) return undefined;
  const got = attempt.body?.sha256;
  if (got === wanted) return undefined;
  return answerFinding(attempt, options, {
    class: 'integrity.digest_mismatch',
    expected: `a body with SHA-256 ${wanted}`,
    got: got === undefined ? 'no body' : `SHA-256 ${got} over ${attempt.body?.length} bytes`,
  });
}

function bodyFinding(
  attempt: HttpAttempt,
  attempts: readonly HttpAttempt[],
  options: JudgedOptions,
): Finding | undefined {
  const fault = bodyFault(bodyOf(attempt, attempts), options.expect);
  return fault && answerFinding(attempt, options, fault);
}

/** The first expectation that a kept body does not fulfil, if any; without a body it is judged as an empty one. */
export function bodyFault(body: KeptBody | undefined, expect: TextExpectation): Unmet | undefined {
  const checks = bodyChecks(expect);
  // Without a question about it the body is not looked at: it may be long, and of an old run it may be gone.
  if (checks.length === 0) return undefined;
  const text = body === undefined ? '' : body.kind === 'whole' ? body.text : undefined;
  const json = text === undefined ? undefined : parseJson(text);
  for (const check of checks) {
    const seen = body?.kind === 'whole' || body?.kind === 'seen' ? body.seen?.[check.id] : undefined;
    const checked: Checked = seen ?? (text === undefined ? notKept(check.id, body) : check.test(text, json));
    if (!checked.holds) return checked;
  }
  return undefined;
}

function notKept(id: string, body: KeptBody | undefined): Checked {
  return {
    holds: false,
    class: 'semantic.unevaluable',
    expected: id,
    got: `a body of ${body?.length ?? 0} bytes that was not kept whole and was not asked this when it was read`,
  };
}

function latencyFinding(attempt: HttpAttempt, options: JudgedOptions): Finding | undefined {
  const { maxLatency } = options.expect;
  if (maxLatency === undefined || attempt.ms <= maxLatency) return undefined;
  return answerFinding(attempt, options, {
    class: 'latency.saturated',
    expected: `an answer within ${maxLatency} ms`,
    got: `one after ${Math.round(attempt.ms)} ms`,
  });
}

/** A finding about an answer, in words that name the request. */
export function answerFinding(
  attempt: Pick<HttpAttempt, 'address'>,
  options: JudgedOptions,
  what: Pick<Finding, 'class'> & { readonly expected: string; readonly got: string },
): Finding {
  const subject = `${options.method} ${shownUrl(options.url)} at ${attempt.address}`;
  return { step: ANSWER, ...what, message: `${subject}: expected ${what.expected}, got ${what.got}` };
}

/** The body that an attempt brought, looked up where it was the same as an earlier one's. */
function bodyOf(attempt: HttpAttempt, attempts: readonly HttpAttempt[]): KeptBody | undefined {
  const own = attempt.body;
  if (own?.kind !== 'same') return own;
  return attempts.map((a) => a.body).find((b) => b?.sha256 === own.sha256 && b.kind !== 'same') ?? own;
}

function planOf(measured: HttpMeasured, answerKind: Step['kind']): readonly PlannedStep[] {
  const phases = measured.attempts[0]?.phases ?? {};
  return [
    { name: REACH, kind: 'reach', ms: measured.lookupMs + (phases.connect ?? 0) + (phases.tls ?? 0) },
    { name: ANSWER, kind: answerKind, ms: (phases.firstByte ?? 0) + (phases.transfer ?? 0) },
  ];
}

function warningsOf(measured: HttpMeasured, options: HttpOptions): readonly Warning[] {
  const chains = measured.attempts.flatMap((attempt) => attempt.chain ?? []);
  const distinct = new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one]));
  return expiryWarnings([...distinct.values()], options.tls.minDaysLeft, measured.startedAt);
}

/** What of an answer is worth keeping beside a failure. */
export function evidenceOf(
  attempt: HttpAttempt,
  attempts: readonly HttpAttempt[],
): { readonly [name: string]: Json | undefined } {
  const body = bodyOf(attempt, attempts);
  return {
    address: attempt.address,
    ...(attempt.status !== undefined && { status: attempt.status }),
    ...(attempt.headers !== undefined && { headers: attempt.headers }),
    ...(attempt.redirects.length > 0 && { redirects: attempt.redirects.map((hop) => ({ ...hop })) }),
    // Read when it is kept: a judgement itself does not need it, and of an old run it may be gone.
    get body() {
      const text = body?.kind === 'whole' ? body.text : body?.kind === 'seen' ? body.start : undefined;
      return text?.slice(0, MAX_EVIDENCE);
    },
    get bodySha256() {
      return body?.sha256;
    },
    ...(body !== undefined && { bodyLength: body.length }),
    ...(attempt.stopped?.code !== undefined && { code: attempt.stopped.code }),
  };
}

/**
 * What assertions see of an answer. What cannot be known (a body that was not kept) is undefined, so that an
 * assertion about it says so. The body is not touched before somebody asks.
 */
export function variablesOf(
  attempt: HttpAttempt,
  attempts: readonly HttpAttempt[],
): { readonly [name: string]: unknown } {
  const text = (): string | undefined => {
    const body = bodyOf(attempt, attempts);
    return body?.kind === 'whole' ? body.text : undefined;
  };
  return {
    ...(attempt.status !== undefined && { status: attempt.status }),
    ...(attempt.headers !== undefined && { headers: attempt.headers }),
    get body() {
      return text();
    },
    get json() {
      const body = text();
      return body === undefined ? undefined : parseJson(body);
    },
  };
}
