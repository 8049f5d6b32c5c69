import type { Json, Measured, Phases } from '../model/run.ts';
import { printable } from '../ports/printable.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { healthAnswer, healthRequest, type HealthAnswer, type ServingStatus } from './grpc/health-message.ts';
import { grpcOptions, optionsOfUrl, parseTarget, type GrpcOptions } from './grpc/options.ts';
import { classOfCode, decodedMessage, nameOfCode } from './grpc/status.ts';
import { classOfStatus } from './http/status.ts';
import { findingOfAddresses, ownFaultAmong } from './judging/addresses.ts';
import { expiryWarnings, keptChain, type KeptCertificate } from './judging/expiry.ts';
import { judgementOf, type Finding } from './judging/judgement.ts';
import { openConnection } from './net/connection.ts';
import { eachAddress, factsOfLookup } from './net/each-address.ts';
import type { Answer } from './net/outgoing-request.ts';
import { sendHttp2 } from './net/send-http2.ts';
import type { Stopped } from './net/stopped.ts';
import { factsOfTls, type TlsConnectionFacts } from './net/tls-facts.ts';

const REACH = 'reach';
const CHECK = 'check';
/** A health answer has seven bytes. */
const MAX_BYTES = 4096;
const MAX_SHOWN = 200;
const PATH = '/grpc.health.v1.Health/Check';
const REACHING: ReadonlySet<string> = new Set(['dns', 'guard', 'connect', 'tls']);

/** What one address answered. */
interface GrpcAttempt {
  readonly address: string;
  readonly phases: Phases;
  readonly status?: number;
  readonly contentType?: string;
  /** `grpc-status` as it came, from the trailers or from the headers. */
  readonly code?: string;
  readonly codeMessage?: string;
  readonly answer?: HealthAnswer;
  readonly chain?: readonly KeptCertificate[];
  readonly stopped?: Stopped;
}

/** What a run of a `grpc` probe brought home. */
export interface GrpcMeasured extends Measured {
  readonly startedAt: number;
  readonly lookup?: Stopped;
  readonly lookupMs: number;
  readonly attempts: readonly GrpcAttempt[];
}

/** Asks a server's health service (grpc.health.v1) about a service. */
export const grpc: ProbeKind<GrpcOptions, GrpcMeasured> = {
  name: 'grpc',
  description:
    'Calls Check of grpc.health.v1 at each address of a target and passes where the service is SERVING. With `tls` ' +
    'over TLS. Without `service` it asks for the server as a whole, and is shallow.',
  example: `kind: grpc
target: orders.example:50051
service: shop.v1.Orders
tls: { minDaysLeft: 21 }
`,
  schema: grpcOptions,
  traits: {
    steps: [
      { name: REACH, kind: 'reach' },
      { name: CHECK, kind: 'read' },
    ],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ service }) => service !== '',
  shorthand: { example: 'grpc://orders.example:50051', schemes: ['grpc', 'grpcs'], options: optionsOfUrl },
  run,
  judge(measured, options) {
    const { attempts, lookup, startedAt } = measured;
    const findings = attempts.map((attempt) => ({ ...attempt, finding: findingOf(attempt, options) }));
    const finding: Finding | undefined =
      lookup === undefined
        ? findingOfAddresses(findings)
        : { step: REACH, class: lookup.class, message: lookup.message };
    const shown = findings.find((one) => one.finding !== undefined) ?? findings[0];
    const phases = attempts[0]?.phases ?? {};
    const plan = [
      { name: REACH, kind: 'reach' as const, ms: measured.lookupMs + (phases.connect ?? 0) + (phases.tls ?? 0) },
      { name: CHECK, kind: 'read' as const, ms: (phases.firstByte ?? 0) + (phases.transfer ?? 0) },
    ];
    const chains = attempts.flatMap(({ chain }) => chain ?? []);
    const distinct = [...new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one])).values()];
    return judgementOf(plan, finding, {
      warnings: options.tls === undefined ? [] : expiryWarnings(distinct, options.tls.minDaysLeft, startedAt),
      ...(finding !== undefined && shown !== undefined && { evidence: evidenceOf(shown) }),
    });
  },
};

async function run(options: GrpcOptions, context: RunContext): Promise<GrpcMeasured> {
  const { host, port } = parseTarget(options.target) ?? { host: options.target, port: 0 };
  const { found, tried } = await eachAddress(host, options, context, (address) =>
    check({ host, port, address }, options, context),
  );
  const attempts = tried.map((one) => one.attempt);
  const findings = attempts.map((attempt) => ({ ...attempt, finding: findingOf(attempt, options) }));
  const first = tried[0];
  return {
    facts: { ...factsOfLookup(found), ...factsOfTls(first?.tls) },
    phases: { dns: found.ms, ...first?.attempt.phases },
    ...(first !== undefined && { address: first.attempt.address }),
    ...ownFaultAmong(found.stopped, findings),
    ...(found.stopped !== undefined && { lookup: found.stopped }),
    lookupMs: found.ms,
    startedAt: context.startedAt,
    attempts,
  };
}

interface Tried {
  readonly attempt: GrpcAttempt;
  readonly tls?: TlsConnectionFacts | undefined;
}

async function check(
  at: { readonly host: string; readonly port: number; readonly address: string },
  { tls, target, service }: GrpcOptions,
  context: RunContext,
): Promise<Tried> {
  const { address } = at;
  const connection = await openConnection({ ...at, tls, alpn: ['h2'] }, context);
  const { socket, phases, stopped } = connection;
  const chain = connection.tls === undefined ? {} : { chain: keptChain(connection.tls.chain) };
  if (socket === undefined) {
    return { attempt: { address, phases, ...chain, ...(stopped !== undefined && { stopped }) }, tls: connection.tls };
  }
  const request = {
    url: new URL(`${tls === undefined ? 'http' : 'https'}://${target}${PATH}`),
    method: 'POST',
    headers: { 'content-type': 'application/grpc', te: 'trailers' },
    body: healthRequest(service),
    maxBytes: MAX_BYTES,
    address,
    absoluteForm: false,
  };
  const answer = await sendHttp2(socket, request, context);
  const attempt = { address, ...chain, ...keptAnswer(answer), phases: { ...phases, ...answer.phases } };
  return { attempt, tls: connection.tls };
}

function keptAnswer(answer: Answer): Omit<GrpcAttempt, 'address' | 'phases'> {
  const { status, headers, trailers, body, stopped } = answer;
  const fields = { ...headers, ...trailers };
  const contentType = textOf(headers?.['content-type']);
  const code = textOf(fields['grpc-status']);
  const codeMessage = textOf(fields['grpc-message']);
  return {
    ...(status !== undefined && { status }),
    ...(contentType !== undefined && { contentType }),
    ...(code !== undefined && { code }),
    ...(codeMessage !== undefined && { codeMessage: printable(decodedMessage(codeMessage), MAX_SHOWN) }),
    ...(code === '0' && body !== undefined && { answer: healthAnswer(body) }),
    ...(stopped !== undefined && { stopped }),
  };
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  const one = typeof header === 'string' ? header : header?.[0];
  return one === undefined ? undefined : printable(one, MAX_SHOWN);
}

function findingOf(attempt: GrpcAttempt, options: GrpcOptions): Finding | undefined {
  const { stopped, status, contentType, code, answer } = attempt;
  const what = (failureClass: Finding['class'], got: string) => refused(attempt, options, failureClass, got);
  // An answer that is already there says more than a connection that ends badly after it.
  if (stopped !== undefined && code === undefined) {
    const step = REACHING.has(stopped.at) ? REACH : CHECK;
    return { step, class: stopped.class, message: stopped.message };
  }
  if (status !== undefined && status !== 200) return what(classOfStatus(status), `HTTP status ${status}`);
  if (contentType?.startsWith('application/grpc') !== true) {
    return what('protocol.malformed', `an answer of type ${contentType ?? 'none'}`);
  }
  if (code === undefined) return what('protocol.malformed', 'an answer without grpc-status');
  if (code !== '0') {
    const words = attempt.codeMessage === undefined ? '' : ` (${attempt.codeMessage})`;
    return what(classOfCode(code), `${nameOfCode(code)}${words}`);
  }
  if (answer === undefined || answer.kind === 'malformed') {
    return what('protocol.malformed', answer?.reason ?? 'OK without a message');
  }
  const failureClass = CLASS_OF_SERVING[answer.status];
  return failureClass === undefined ? undefined : what(failureClass, answer.status);
}

const CLASS_OF_SERVING: Readonly<Record<ServingStatus, Finding['class'] | undefined>> = {
  SERVING: undefined,
  NOT_SERVING: 'semantic.not_ready',
  UNKNOWN: 'semantic.not_ready',
  SERVICE_UNKNOWN: 'semantic.missing',
};

function refused(attempt: GrpcAttempt, options: GrpcOptions, failureClass: Finding['class'], got: string): Finding {
  const about = options.service === '' ? 'the server' : options.service;
  const message = `health of ${about} from ${options.target} at ${attempt.address}: expected SERVING, got ${got}`;
  return { step: CHECK, class: failureClass, message, expected: 'SERVING', got };
}

function evidenceOf(attempt: GrpcAttempt): { readonly [name: string]: Json } {
  const { address, status, contentType, code, codeMessage, stopped } = attempt;
  return {
    address,
    ...(status !== undefined && { status }),
    ...(contentType !== undefined && { contentType }),
    ...(code !== undefined && { code: nameOfCode(code) }),
    ...(codeMessage !== undefined && { message: codeMessage }),
    ...(stopped?.code !== undefined && { stopped: stopped.code }),
  };
}
