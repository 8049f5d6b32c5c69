import type { Json } from '../model/run.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { findingOfRun, measuredAttempts, type Attempt, type AttemptsMeasured } from './judging/attempts.ts';
import { expiryWarnings } from './judging/expiry.ts';
import { judgementOf, type Finding } from './judging/judgement.ts';
import { endpoint, openConnection, secure, type Connection } from './net/connection.ts';
import { eachAddress } from './net/each-address.ts';
import { ALPN, startTls } from './net/starttls.ts';
import type { Stopped } from './net/stopped.ts';
import type { CertificateFacts, TlsConnectionFacts } from './net/tls-facts.ts';
import type { TlsFields } from './net/tls-trust.ts';
import { hostAndPortOf } from './net/urls.ts';
import { tlsOptions, type TlsOptions } from './tls/options.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

const REACH = 'reach';
const CERTIFICATE = 'certificate';
const OLD_CLIENTS = 'old clients';

interface TlsAttempt extends Attempt {
  readonly protocol?: string;
  readonly cipher?: string;
  readonly chain: readonly CertificateFacts[];
  /** What a client came to that trusts what `oldTrust` says; absent where that was not tried. */
  readonly old?: { readonly ms: number; readonly stopped?: Stopped };
}

/** What a run of a `tls` probe brought home. */
export type TlsMeasured = AttemptsMeasured<TlsAttempt>;

/** Shakes hands and looks at what was served. */
export const tls: ProbeKind<TlsOptions, TlsMeasured> = {
  name: 'tls',
  description:
    'Shakes hands with each address of a host and verifies name, chain and expiry of every certificate served, ' +
    'directly or by STARTTLS; with `oldTrust` also as a client with an old trust store would. Shallow: it proves ' +
    'the certificate, not what is behind it.',
  example: `kind: tls
host: mail.example
port: 587
starttls: smtp
tls: { minDaysLeft: 21 }
`,
  schema: tlsOptions,
  traits: {
    steps: stepsOf(true),
    facts: [...NETWORK_FACTS, 'names'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: () => false,
  steps: ({ oldTrust }) => stepsOf(oldTrust !== undefined),
  shorthand: { example: 'tls://www.example:443', schemes: ['tls'], options: hostAndPortOf },
  run,
  judge(measured, options) {
    const { attempts } = measured;
    const { finding, shown } = findingOfRun(measured, (attempt) => findingOf(attempt), REACH);
    const phases = attempts[0]?.phases ?? {};
    const plan = [
      { name: REACH, kind: 'reach' as const, ms: measured.lookupMs + (phases.connect ?? 0) },
      { name: CERTIFICATE, kind: 'read' as const, ms: phases.tls ?? 0 },
      { name: OLD_CLIENTS, kind: 'read' as const, ms: attempts[0]?.old?.ms ?? 0 },
    ].slice(0, stepsOf(options.oldTrust !== undefined).length);
    const chains = attempts.flatMap((attempt) => attempt.chain);
    const distinct = [...new Map(chains.map((one) => [`${one.subject} ${one.serial}`, one])).values()];
    return judgementOf(plan, finding, {
      warnings: expiryWarnings(distinct, options.tls.minDaysLeft, measured.startedAt),
      ...(finding !== undefined && shown !== undefined && { evidence: evidenceOf(shown) }),
    });
  },
};

function stepsOf(old: boolean) {
  return [
    { name: REACH, kind: 'reach' as const },
    { name: CERTIFICATE, kind: 'read' as const },
    ...(old ? [{ name: OLD_CLIENTS, kind: 'read' as const }] : []),
  ];
}

async function run(options: TlsOptions, context: RunContext): Promise<TlsMeasured> {
  const each = await eachAddress(options.host, options, context, async (address) => {
    const connection = await handshake(options, options.tls, address, context);
    connection.socket?.destroy();
    const old = connection.stopped === undefined ? await asOldClient(options, address, context) : {};
    return { attempt: { ...attemptOf(address, connection), ...old }, tls: connection.tls };
  });
  const measured = measuredAttempts(each, findingOf, context);
  return { ...measured, facts: { ...measured.facts, ...namesOf(each.tried[0]?.tls) } };
}

/** The same as a client that has an old trust store, on a connection of its own. */
async function asOldClient(
  options: TlsOptions,
  address: string,
  context: RunContext,
): Promise<Pick<TlsAttempt, 'old'>> {
  if (options.oldTrust === undefined) return {};
  const { socket, phases, stopped } = await handshake(
    options,
    { ...options.tls, ca: options.oldTrust },
    address,
    context,
  );
  socket?.destroy();
  return { old: { ms: phases.tls ?? 0, ...(stopped !== undefined && { stopped }) } };
}

async function handshake(
  options: TlsOptions,
  fields: TlsFields,
  address: string,
  context: RunContext,
): Promise<Connection> {
  const target = { address, port: options.port, host: options.host };
  if (options.starttls === undefined) return openConnection({ ...target, tls: fields }, context);
  const opened = await openConnection(target, context);
  if (opened.socket === undefined) return opened;
  const subject = `${options.host} at ${endpoint(target)}`;
  const refused = await startTls(opened.socket, options.starttls, subject, context);
  if (refused !== undefined) {
    opened.socket.destroy();
    return { phases: opened.phases, stopped: refused };
  }
  const secured = await secure(opened.socket, { ...target, alpn: ALPN[options.starttls] }, fields, context);
  return { ...secured, phases: { ...opened.phases, ...secured.phases } };
}

function attemptOf(address: string, connection: Connection): TlsAttempt {
  return {
    address,
    phases: connection.phases,
    chain: connection.tls?.chain ?? [],
    ...(connection.tls !== undefined && { protocol: connection.tls.protocol, cipher: connection.tls.cipher }),
    ...(connection.stopped !== undefined && { stopped: connection.stopped }),
  };
}

function namesOf(seen: TlsConnectionFacts | undefined) {
  const names = seen?.chain[0]?.names;
  return names === undefined ? {} : { names };
}

function findingOf({ stopped, old }: TlsAttempt): Finding | undefined {
  if (stopped === undefined) {
    const refused = old?.stopped;
    if (refused === undefined) return undefined;
    return { step: OLD_CLIENTS, class: refused.class, message: `with an old trust store: ${refused.message}` };
  }
  const step = stopped.at === 'tls' || stopped.at === 'protocol' ? CERTIFICATE : REACH;
  return { step, class: stopped.class, message: stopped.message };
}

function evidenceOf(attempt: TlsAttempt): { readonly [name: string]: Json } {
  return {
    address: attempt.address,
    chain: attempt.chain.map((certificate) => ({
      ...certificate,
      notBefore: new Date(certificate.notBefore).toISOString(),
      notAfter: new Date(certificate.notAfter).toISOString(),
    })),
    ...(attempt.protocol !== undefined && { protocol: attempt.protocol }),
    ...(attempt.stopped?.code !== undefined && { code: attempt.stopped.code }),
  };
}
