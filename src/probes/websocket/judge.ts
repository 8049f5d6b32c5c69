import type { FailureClass } from '../../model/failure.ts';
import type { Json, Judgement } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { bodyFault } from '../http/judge.ts';
import { classOfStatus } from '../http/status.ts';
import { findingOfRun } from '../judging/attempts.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { judgementOf, type Finding } from '../judging/judgement.ts';
import { parseJson } from '../net/mask.ts';
import { shownUrl } from '../net/urls.ts';
import type { WebsocketAttempt, WebsocketMeasured } from './measured.ts';
import type { WebsocketOptions } from './options.ts';

/** The step that resolves, connects and shakes hands. */
export const REACH = 'reach';
/** The step that asks for the upgrade. */
export const UPGRADE = 'upgrade';
/** The step that says something and listens. */
const ANSWER = 'answer';

const REACHING: ReadonlySet<string> = new Set(['dns', 'guard', 'connect', 'tls']);
const MAX_EVIDENCE = 2000;

/** The steps of a run with these options. */
export function stepsOf(options: WebsocketOptions) {
  return [
    { name: REACH, kind: 'reach' as const },
    { name: UPGRADE, kind: 'read' as const },
    ...(options.expect === undefined ? [] : [{ name: ANSWER, kind: 'read' as const }]),
  ];
}

/** What a measurement amounts to. Pure. */
export function judgeWebsocket(measured: WebsocketMeasured, options: WebsocketOptions): Judgement {
  const { attempts } = measured;
  const { finding, shown } = findingOfRun(measured, (attempt) => findingOf(attempt, options), REACH);
  const first = attempts[0];
  const ms: Readonly<Record<string, number>> = {
    [REACH]: measured.lookupMs + (first?.phases.connect ?? 0) + (first?.phases.tls ?? 0),
    [UPGRADE]: first?.phases.firstByte ?? 0,
    [ANSWER]: first?.answerMs ?? 0,
  };
  const chains = attempts.flatMap(({ chain }) => chain ?? []);
  const distinct = [...new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one])).values()];
  return judgementOf(
    stepsOf(options).map((step) => ({ ...step, ms: ms[step.name] ?? 0 })),
    finding,
    {
      warnings: expiryWarnings(distinct, options.tls.minDaysLeft, measured.startedAt),
      ...(finding !== undefined && shown !== undefined && { evidence: evidenceOf(shown) }),
      ...(first !== undefined && { variables: variablesOf(first) }),
    },
  );
}

/** What is wrong with one address's conversation: the first thing in causal order, if anything. */
export function findingOf(attempt: WebsocketAttempt, options: WebsocketOptions): Finding | undefined {
  const { stopped, status, opened } = attempt;
  if (stopped !== undefined && !opened) {
    return { step: REACHING.has(stopped.at) ? REACH : UPGRADE, class: stopped.class, message: stopped.message };
  }
  const subject = `${shownUrl(options.url)} at ${attempt.address}`;
  if (!opened) {
    const expected = 'an upgrade (status 101)';
    const got = status === undefined ? 'the end of the connection' : refusalOf(attempt);
    const message = `${subject}: expected ${expected}, got ${got}`;
    return { step: UPGRADE, class: classOfRefusal(status), message, expected, got };
  }
  return options.expect === undefined ? undefined : answerFinding(attempt, options.expect, subject);
}

function answerFinding(
  attempt: WebsocketAttempt,
  expect: NonNullable<WebsocketOptions['expect']>,
  subject: string,
): Finding | undefined {
  const { message: heard, stopped, closed, messages } = attempt;
  const fault = bodyFault(heard, expect);
  if (heard !== undefined && fault === undefined) return undefined;
  // A frame that is broken or too large says more than the messages before it.
  if (stopped !== undefined && (heard === undefined || stopped.class !== 'latency.timeout')) {
    return { step: ANSWER, class: stopped.class, message: stopped.message };
  }
  const ending = closed === undefined ? undefined : `the end of the connection (${shownClose(closed)})`;
  if (heard === undefined || fault === undefined) {
    const expected = 'a message';
    const got = ending ?? 'none';
    const message = `${subject}: expected ${expected}, got ${got}`;
    return { step: ANSWER, class: classOfClose(closed?.code), message, expected, got };
  }
  const got = `${fault.got} as the last of ${messages} messages${ending === undefined ? '' : `, then ${ending}`}`;
  const message = `${subject}: expected ${fault.expected}, got ${got}`;
  return { step: ANSWER, class: fault.class, message, expected: fault.expected, got };
}

/** An answer that is no refusal but no upgrade either (a web page) is not of this protocol. */
function classOfRefusal(status: number | undefined): FailureClass {
  if (status === undefined) return 'connect.reset';
  return status < 300 ? 'protocol.malformed' : classOfStatus(status);
}

function refusalOf({ status, location, challenge }: WebsocketAttempt): string {
  const more = [location !== undefined && `to ${location}`, challenge !== undefined && `asking for ${challenge}`];
  return [`status ${status}`, ...more.filter((one) => one !== false)].join(' ');
}

/** RFC 6455 §7.4.1 and IANA's registry of close codes. */
function classOfClose(code: number | undefined): FailureClass {
  switch (code) {
    case 1006:
      return 'connect.reset';
    case 1002:
    case 1003:
    case 1007:
    case 1009:
    case 1010:
      return 'protocol.malformed';
    case 1011:
    case 1014:
      return 'http.5xx';
    case 1012:
    case 1013:
      return 'semantic.not_ready';
    case 3000:
      return 'auth.unauthorized';
    case 3003:
      return 'auth.forbidden';
    default:
      return 'semantic.missing';
  }
}

function shownClose({ code, reason }: NonNullable<WebsocketAttempt['closed']>): string {
  return reason === '' ? `code ${code}` : `code ${code}: ${printable(reason, 200)}`;
}

function evidenceOf(attempt: WebsocketAttempt): { readonly [name: string]: Json } {
  const { address, status, location, challenge, messages, message, closed, stopped } = attempt;
  const text = message?.kind === 'whole' ? message.text : message?.kind === 'seen' ? message.start : undefined;
  return {
    address,
    ...(status !== undefined && { status }),
    ...(location !== undefined && { location }),
    ...(challenge !== undefined && { challenge }),
    messages,
    ...(text !== undefined && { message: text.slice(0, MAX_EVIDENCE) }),
    ...(closed !== undefined && { closed: shownClose(closed) }),
    ...(stopped?.code !== undefined && { code: stopped.code }),
  };
}

function variablesOf({ status, message }: WebsocketAttempt): { readonly [name: string]: unknown } {
  const text = message?.kind === 'whole' ? message.text : undefined;
  const json = text === undefined ? undefined : parseJson(text);
  return {
    ...(status !== undefined && { status }),
    ...(text !== undefined && { body: text }),
    ...(json !== undefined && { json }),
  };
}
