import type { Json } from '../model/run.ts';
import { printable } from '../ports/printable.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { healthAnswer, healthRequest, type HealthAnswer, type ServingStatus } from './grpc/health-message.ts';
import { grpcOptions, optionsOfUrl, parseTarget, type GrpcOptions } from './grpc/options.ts';
import { classOfCode, decodedMessage, nameOfCode } from './grpc/status.ts';
import { classOfStatus } from './http/status.ts';
import { findingOfRun, measuredAttempts, type Attempt, type AttemptsMeasured, type Tried } from './judging/attempts.ts';
import { expiryWarnings, keptChain, type KeptCertificate } from './judging/expiry.ts';
import { judgementOf, type Finding } from './judging/judgement.ts';
import { openConnection } from './net/connection.ts';
import { eachAddress } from './net/each-address.ts';
import type { Answer } from './net/outgoing-request.ts';
import { sendHttp2 } from './net/send-http2.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

const REACH = 'reach';
const CHECK = 'check';
/** A health answer has seven bytes. */
const MAX_BYTES = 4096;
const MAX_SHOWN = 200;
const PATH = '/grpc.health.v1.Health/Check';
const REACHING: ReadonlySet<string> = new Set(['dns', 'guard', 'connect', 'tls']);

/** What one address answered. */
interface GrpcAttempt extends Attempt {
  readonly status?: number;
  readonly contentType?: string;
  /** `grpc-status` as it came, from the trailers or from the headers. */
  readonly code?: string;
  readonly codeMessage?: string;
  readonly answer?: HealthAnswer;
  readonly chain?: readonly KeptCertificate[];
}

/** What a run of a `grpc` probe brought home. */
export type GrpcMeasured = AttemptsMeasured<GrpcAttempt>;

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
    facts: NETWORK_FACTS,
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ service }) => service !== '',
  shorthand: { example: 'grpc://orders.example:50051', schemes: ['grpc', 'grpcs'], options: optionsOfUrl },
  run,
  judge(measured, options) {
    const { attempts, startedAt } = measured;
    const { finding, shown } = findingOfRun(measured, (attempt) => findingOf(attempt, options), REACH);
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
  const each = await eachAddress(host, options, context, (address) => check({ host, port, address }, options, context));
  return measuredAttempts(each, (attempt) => findingOf(attempt, options), context);
}

async function check(
  at: { readonly host: string; readonly port: number; readonly address: string },
  { tls, target, service }: GrpcOptions,
  context: RunContext,
): Promise<Tried<GrpcAttempt>> {
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
