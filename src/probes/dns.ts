import type { Measured } from '../model/run.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { comparable, faultOf, followsAliases, type ServerReply } from './dns/expectations.ts';
import { dnsOptions, type DnsOptions } from './dns/options.ts';
import { judgementOf, type Finding } from './judging/judgement.ts';
import { elapsed } from './net/connection.ts';
import { askForFlags } from './net/dns-flags.ts';
import { canonicalNames, ResolverPool } from './net/dns-query.ts';
import { deniedNameServer } from './net/name-server.ts';
import { ownFaultOf, wasCalledOff, type Stopped } from './net/stopped.ts';

const ASK = 'ask';
const MAX_ANSWERS = 100;

/** What a run of a `dns` probe brought home. */
export interface DnsMeasured extends Measured {
  readonly replies: readonly ServerReply[];
}

/** Asks name servers and compares what they say. */
export const dns: ProbeKind<DnsOptions, DnsMeasured> = {
  name: 'dns',
  description:
    'Asks name servers for the records of a name and holds the answers to what is expected; several must say the ' +
    'same unless `agree: any`. Without expected answers it is shallow.',
  example: `kind: dns
name: rekor.corp.example
resolvers: [10.0.0.53, "10.0.1.53:53"]
expect: { answers: { within: [10.2.0.0/16] } }
`,
  schema: dnsOptions,
  traits: {
    steps: [{ name: ASK, kind: 'read' }],
    facts: ['answers', 'cname', 'dnssec'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: ({ expect: { answers, cname, serialNewerThan, dnssec } }) =>
    [answers, cname, serialNewerThan, dnssec].some((wanted) => wanted !== undefined),
  shorthand: {
    example: 'dns:www.example.com',
    schemes: ['dns'],
    options: (url) => ({ name: url.replace(/^dns:(\/\/)?/, '') }),
  },
  run,
  judge(measured, options) {
    const finding = findingOf(measured.replies, options);
    const ms = Math.max(0, ...measured.replies.map((reply) => reply.ms));
    const best = measured.replies.find((reply) => faultOf(reply, options) === undefined) ?? measured.replies[0];
    const answers = best?.reply.kind === 'reply' ? best.reply.answers : undefined;
    return judgementOf([{ name: ASK, kind: 'read', ms }], finding, {
      warnings: [],
      ...(finding !== undefined && { evidence: { replies: measured.replies.map(shown) } }),
      variables: answers === undefined ? {} : { answers },
    });
  },
  variables: { answers: 'list' },
};

async function run(options: DnsOptions, context: RunContext): Promise<DnsMeasured> {
  const named = options.resolvers ?? (options.resolver === undefined ? undefined : [options.resolver]);
  // The system's servers are one resolver that fails over, not several that must agree.
  const asked = named?.map((server) => [server]) ?? [(await context.resolver.servers?.()) ?? []];
  const denied = named?.map((server) => deniedNameServer(server, context)).find((stop) => stop !== undefined);
  if (denied !== undefined) return { facts: {}, replies: [], ...ownFault(denied) };
  const pool = new ResolverPool();
  const replies = await Promise.all(asked.map((servers) => ask(pool, servers, options, context)));
  const badName = replies.find(({ reply }) => reply.kind === 'none' && reply.reason === 'bad-name');
  const stop = badName === undefined ? calledOff(context, options) : cannotAsk(options);
  return {
    facts: factsOf(replies, options),
    phases: { dns: Math.max(0, ...replies.map((reply) => reply.ms)) },
    ...ownFault(stop),
    replies,
  };
}

async function ask(
  pool: ResolverPool,
  servers: readonly string[],
  options: DnsOptions,
  context: RunContext,
): Promise<ServerReply> {
  const began = context.monotonic();
  const name = options.name.replace(/\.$/, '');
  const [reply, cname, flags] = await pool.with(servers, context.signal, (query) =>
    Promise.all([
      query(name, options.type),
      followsAliases(options.type) ? canonicalNames(name, query) : [],
      options.expect.dnssec === true ? askForFlags(servers[0] ?? '', name, options.type, context.signal) : undefined,
    ]),
  );
  const bounded = reply.kind === 'reply' ? { ...reply, answers: reply.answers.slice(0, MAX_ANSWERS) } : reply;
  const server = servers.join(' ') || 'system';
  return { server, ms: elapsed(context, began), reply: bounded, cname, ...flags };
}

function factsOf(replies: readonly ServerReply[], options: DnsOptions): Measured['facts'] {
  const best = replies.find((reply) => faultOf(reply, options) === undefined) ?? replies[0];
  if (best?.reply.kind !== 'reply') return {};
  return {
    answers: [...best.reply.answers].sort(),
    ...(best.cname.length > 0 && { cname: best.cname }),
    ...(best.authenticated !== undefined && { dnssec: best.authenticated }),
  };
}

function findingOf(replies: readonly ServerReply[], options: DnsOptions): Finding | undefined {
  const judged = replies.map((reply) => ({ reply, fault: faultOf(reply, options) }));
  const well = judged.filter((one) => one.fault === undefined);
  if (options.agree === 'any' && well.length > 0) return undefined;
  const faulty = judged.find((one) => one.fault !== undefined);
  const question = `ask for ${options.type} of ${options.name}`;
  if (faulty?.fault !== undefined) {
    const { class: failureClass, expected, got } = faulty.fault;
    const message = `${question} at ${faulty.reply.server}: expected ${expected}, got ${got}`;
    return { step: ASK, class: failureClass, message, expected, got };
  }
  const first = replies[0];
  const other = replies.find((reply) => first !== undefined && comparable(reply) !== comparable(first));
  if (first === undefined || other === undefined || options.agree === 'any') return undefined;
  const got = `${first.server} says ${comparable(first)}; ${other.server} says ${comparable(other)}`.slice(0, 500);
  const expected = 'the same answers from every name server';
  return { step: ASK, class: 'dns.drift', message: `${question}: expected ${expected}, got ${got}`, expected, got };
}

function calledOff(context: RunContext, options: DnsOptions): Stopped | undefined {
  if (!wasCalledOff(context.signal)) return undefined;
  const message = `ask for ${options.name}: the run was called off by the monitor`;
  return { at: 'dns', class: 'probe.resources', message };
}

function cannotAsk(options: DnsOptions): Stopped {
  return { at: 'dns', class: 'probe.misconfigured', message: `${options.name} is not a name that can be asked for` };
}

function ownFault(stopped: Stopped | undefined): Pick<Measured, 'ownFault'> {
  const fault = ownFaultOf(stopped);
  return fault === undefined ? {} : { ownFault: fault };
}

function shown({ server, ms, reply, cname, authenticated }: ServerReply) {
  if (reply.kind === 'none') return { server, ms, reply: reply.reason };
  return {
    server,
    ms,
    reply: reply.rcode,
    answers: reply.answers.slice(0, 20),
    cname,
    ...(authenticated !== undefined && { authenticated }),
  };
}
