import { printable } from '../ports/printable.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { findingOfRun, measuredAttempts, type Attempt, type AttemptsMeasured } from './judging/attempts.ts';
import { judgementOf, type Finding } from './judging/judgement.ts';
import { found as patternFound } from './judging/text-pattern.ts';
import { endpoint, openConnection } from './net/connection.ts';
import { eachAddress } from './net/each-address.ts';
import { readUntil, type Received } from './net/read-until.ts';
import { hostAndPortOf } from './net/urls.ts';
import { tcpOptions, type TcpOptions } from './tcp/options.ts';
import { LOOKUP_FACTS } from './net/fact-names.ts';

const REACH = 'reach';
const ANSWER = 'answer';
/** More than any banner; what comes beyond is not looked at. */
const MAX_READ = 16 * 1024;
const MAX_SHOWN = 200;

interface TcpAttempt extends Attempt {
  readonly answerMs: number;
  /** What was read, as UTF-8; absent where nothing was expected. */
  readonly received?: string;
  readonly ended?: Received['ended'];
}

/** What a run of a `tcp` probe brought home. */
export type TcpMeasured = AttemptsMeasured<TcpAttempt>;

/** Connects, says something if asked to, and reads until what was expected has come. */
export const tcp: ProbeKind<TcpOptions, TcpMeasured> = {
  name: 'tcp',
  description:
    'Connects to each address of a host; with `expect`, reads until the expected text has come. Without `expect` it ' +
    'is shallow: it proves that something listens.',
  example: `kind: tcp
host: mail.example
port: 25
expect: { matches: "^220 " }
`,
  schema: tcpOptions,
  traits: {
    steps: [
      { name: REACH, kind: 'reach' },
      { name: ANSWER, kind: 'read' },
    ],
    facts: LOOKUP_FACTS,
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: (options) => options.expect !== undefined,
  shorthand: { example: 'tcp://db.example:5432', schemes: ['tcp'], options: hostAndPortOf },
  steps: (options) => [
    { name: REACH, kind: 'reach' },
    ...(options.expect === undefined ? [] : [{ name: ANSWER, kind: 'read' } as const]),
  ],
  run,
  judge(measured, options) {
    const { attempts } = measured;
    const { finding, shown } = findingOfRun(measured, (attempt) => findingOf(attempt, options), REACH);
    const first = attempts[0];
    const plan = [
      { name: REACH, kind: 'reach' as const, ms: measured.lookupMs + (first?.phases.connect ?? 0) },
      ...(options.expect === undefined ? [] : [{ name: ANSWER, kind: 'read' as const, ms: first?.answerMs ?? 0 }]),
    ];
    return judgementOf(plan, finding, {
      warnings: [],
      ...(finding !== undefined && shown !== undefined && { evidence: evidenceOf(shown) }),
      variables: first?.received === undefined ? {} : { body: first.received },
    });
  },
  variables: { body: 'string' },
};

async function run(options: TcpOptions, context: RunContext): Promise<TcpMeasured> {
  const each = await eachAddress(options.host, options, context, async (address) => ({
    attempt: await talk(options, address, context),
  }));
  return measuredAttempts(each, (attempt) => findingOf(attempt, options), context);
}

async function talk(options: TcpOptions, address: string, context: RunContext): Promise<TcpAttempt> {
  const target = { address, port: options.port, host: options.host };
  const { socket, phases, stopped } = await openConnection(target, context);
  if (socket === undefined) return { address, phases, answerMs: 0, ...(stopped !== undefined && { stopped }) };
  try {
    const began = context.monotonic();
    if (options.send !== undefined) socket.write(options.send);
    if (options.expect === undefined) return { address, phases, answerMs: 0 };
    const subject = `read from ${options.host} at ${endpoint(target)}`;
    const holds = (bytes: Buffer) => isExpected(bytes.toString('utf8'), options);
    const received = await readUntil(socket, subject, MAX_READ, holds, context);
    return {
      address,
      phases,
      answerMs: context.monotonic() - began,
      received: received.bytes.toString('utf8'),
      ended: received.ended,
      ...(received.stopped !== undefined && { stopped: received.stopped }),
    };
  } finally {
    socket.destroy();
  }
}

function isExpected(text: string, { expect }: TcpOptions): boolean {
  if (expect?.contains !== undefined && !text.includes(expect.contains)) return false;
  return expect?.matches === undefined || patternFound(text, expect.matches);
}

function findingOf(attempt: TcpAttempt, options: TcpOptions): Finding | undefined {
  const { stopped, received, ended } = attempt;
  if (received === undefined) return stopped && { step: REACH, class: stopped.class, message: stopped.message };
  if (isExpected(received, options)) return undefined;
  const expected = [
    options.expect?.contains !== undefined && `text that contains ${printable(options.expect.contains, MAX_SHOWN)}`,
    options.expect?.matches !== undefined && `text that matches /${options.expect.matches}/`,
  ]
    .filter(Boolean)
    .join(' and ');
  const got = received === '' ? 'nothing' : printable(received, MAX_SHOWN);
  if (stopped !== undefined) {
    const message = `${stopped.message}; expected ${expected}, got ${got}`;
    return { step: ANSWER, class: stopped.class, message, expected, got };
  }
  const subject = `${options.host} at ${endpoint({ address: attempt.address, port: options.port })}`;
  const how = ended === 'closed' ? ' before the connection was closed' : '';
  return {
    step: ANSWER,
    class: received === '' ? 'connect.reset' : ended === 'full' ? 'protocol.too_large' : 'semantic.wrong_value',
    message: `${subject}: expected ${expected}, got ${got}${how}`,
    expected,
    got,
  };
}

function evidenceOf(attempt: TcpAttempt) {
  return {
    address: attempt.address,
    ...(attempt.received !== undefined && { received: printable(attempt.received, 2000) }),
    ...(attempt.stopped?.code !== undefined && { code: attempt.stopped.code }),
  };
}
