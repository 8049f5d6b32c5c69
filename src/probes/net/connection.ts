import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { Phases } from '../../model/run.ts';
import { ResolveError, type RunContext } from '../../ports/probe-kind.ts';
import { onAbort } from './deadline.ts';
import { deniedNameServer } from './name-server.ts';
import { certificateClass, codeOf, stoppedByError, stoppedBySignal, type Stopped } from './stopped.ts';
import { tlsConnectionFacts, type TlsConnectionFacts } from './tls-facts.ts';
import { secureContextFor, type TlsFields } from './tls-trust.ts';

/** How a host's name is looked up. */
export interface LookupFields {
  /** `address[:port]` of a name server; the system's where absent. */
  readonly resolver?: string | undefined;
  readonly family?: 4 | 6 | undefined;
}

/** What a look-up brought: either addresses (at least one) or why not. */
export interface HostLookup {
  readonly addresses: readonly string[];
  readonly cname: readonly string[];
  readonly ms: number;
  readonly stopped?: Stopped;
}

/** The addresses of a host, afresh. Never throws for what a name server does. */
export async function lookUpHost(host: string, fields: LookupFields, context: RunContext): Promise<HostLookup> {
  const began = context.monotonic();
  const denied = fields.resolver === undefined ? undefined : deniedNameServer(fields.resolver, context);
  if (denied !== undefined) return { addresses: [], cname: [], ms: 0, stopped: denied };
  try {
    const found = await context.resolver.resolve(host, {
      ...(fields.resolver !== undefined && { resolver: fields.resolver }),
      ...(fields.family !== undefined && { family: fields.family }),
      signal: context.signal,
    });
    return { addresses: found.addresses.map((a) => a.address), cname: found.cname, ms: found.ms };
  } catch (error) {
    const ms = elapsed(context, began);
    if (context.signal.aborted)
      return { addresses: [], cname: [], ms, stopped: stoppedBySignal('dns', `look up ${host}`, context.signal) };
    if (!(error instanceof ResolveError)) throw error;
    const stopped: Stopped = { at: 'dns', class: error.class, message: error.message, code: codeOf(error.cause) };
    return { addresses: [], cname: [], ms, stopped };
  }
}

/** Where to connect: one address, already looked up. */
export interface ConnectTarget {
  readonly address: string;
  readonly port: number;
  /** The name that was looked up: opens messages, and is the TLS name unless `tls.servername` says otherwise. */
  readonly host: string;
  /** Absent: no TLS. */
  readonly tls?: TlsFields | undefined;
  /** Application protocols offered in the handshake (RFC 7301), best first; `http/1.1` where absent. */
  readonly alpn?: readonly string[] | undefined;
}

const DEFAULT_ALPN: readonly string[] = ['http/1.1'];

/** An open connection, or why there is none. `tls` is there also for a certificate that was refused. */
export interface Connection {
  readonly socket?: Socket;
  readonly phases: Pick<Phases, 'connect' | 'tls'>;
  readonly tls?: TlsConnectionFacts;
  readonly stopped?: Stopped;
}

/**
 * Opens a fresh connection to one address, with TLS where asked for, after the guard has allowed it. Whoever
 * gets a socket destroys it. Never throws for what the network does.
 */
export async function openConnection(target: ConnectTarget, context: RunContext): Promise<Connection> {
  const subject = `connect to ${target.host} at ${endpoint(target)}`;
  const verdict = context.guard(target.address, target.port);
  if (!verdict.allowed) {
    const message = `${subject}: not allowed (${verdict.reason})`;
    return { phases: {}, stopped: { at: 'guard', class: 'probe.misconfigured', message } };
  }
  const began = context.monotonic();
  const opened = await openTcp(target, subject, context);
  const phases = { connect: elapsed(context, began) };
  if (opened.socket === undefined) return { phases, stopped: opened.stopped };
  if (target.tls === undefined) return { phases, socket: opened.socket };
  const secured = await secure(opened.socket, target, target.tls, context);
  return { ...secured, phases: { ...phases, ...secured.phases } };
}

type Opened = { readonly socket: Socket } | { readonly socket?: undefined; readonly stopped: Stopped };

function openTcp(target: ConnectTarget, subject: string, context: RunContext): Promise<Opened> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: target.address, port: target.port, noDelay: true });
    const settle = (opened: Opened) => {
      offAbort();
      socket.off('connect', onConnect).off('error', onError);
      socket.on('error', ignore);
      if (opened.socket === undefined) socket.destroy();
      resolve(opened);
    };
    const onConnect = () => settle({ socket });
    const onError = (error: Error) => settle({ stopped: stoppedByError('connect', subject, error) });
    socket.on('connect', onConnect).on('error', onError);
    const offAbort = onAbort(context.signal, () =>
      settle({ stopped: stoppedBySignal('connect', subject, context.signal) }),
    );
  });
}

/**
 * TLS over an open connection, with verification of chain and name. On failure the connection is destroyed.
 *
 * `rejectUnauthorized` is off so that a refused certificate can be kept as evidence (Node destroys the socket
 * otherwise, and the certificate with it). The refusal is ours, below: no byte of a request is ever sent on a
 * connection that Node did not authorise.
 */
export async function secure(
  raw: Socket,
  target: Pick<ConnectTarget, 'host' | 'port' | 'address' | 'alpn'>,
  fields: TlsFields,
  context: RunContext,
): Promise<Connection> {
  const name = fields.servername ?? target.host;
  const subject = `TLS with ${name} at ${endpoint(target)}`;
  const began = context.monotonic();
  const handshake = await shakeHands(raw, { name, fields, subject, alpn: target.alpn ?? DEFAULT_ALPN }, context);
  const phases = { tls: elapsed(context, began) };
  const { socket, tls } = handshake;
  const proof = tls === undefined ? {} : { tls };
  if (socket === undefined) return { phases, ...proof, stopped: handshake.stopped };
  if (socket.authorized) return { phases, ...proof, socket };
  socket.destroy();
  // Node's types say Error; what it sets is the code, as a string.
  const refusal: unknown = socket.authorizationError;
  const code = typeof refusal === 'string' ? refusal : codeOf(refusal);
  const failureClass = certificateClass(code);
  const outOfDate = failureClass === 'tls.expired' ? aboutDates(tls, context.startedAt) : '';
  const message = `${subject}: certificate refused (${code || 'not authorised'}${outOfDate}${aboutLeaf(tls)})`;
  return { phases, ...proof, stopped: { at: 'tls', class: failureClass, code, message } };
}

type Handshake = { readonly tls?: TlsConnectionFacts } & (
  { readonly socket: TLSSocket } | { readonly socket?: undefined; readonly stopped: Stopped }
);

interface Greeting {
  readonly name: string;
  readonly fields: TlsFields;
  readonly subject: string;
  readonly alpn: readonly string[];
}

function shakeHands(raw: Socket, greeting: Greeting, context: RunContext): Promise<Handshake> {
  const { name, fields, subject } = greeting;
  let secureContext;
  try {
    secureContext = secureContextFor(fields);
  } catch (error) {
    raw.destroy();
    const code = codeOf(error);
    const message = `${subject}: the configured certificates, key or groups cannot be loaded (${code || 'unreadable'})`;
    return Promise.resolve({ stopped: { at: 'tls', class: 'probe.misconfigured', code, message } });
  }
  return new Promise((resolve) => {
    let certificate: DetailedPeerCertificate | undefined;
    const socket = connectTls({
      socket: raw,
      secureContext,
      // RFC 6066 §3: literal addresses are not sent as a server name.
      ...(isIP(name) === 0 && { servername: name }),
      ALPNProtocols: [...greeting.alpn],
      rejectUnauthorized: false,
      checkServerIdentity: (_host, seen) => {
        certificate = seen as DetailedPeerCertificate;
        return checkServerIdentity(name, seen);
      },
    });
    const settle = (handshake: Handshake) => {
      offAbort();
      socket.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
      socket.on('error', ignore);
      if (handshake.socket === undefined) socket.destroy();
      resolve(handshake);
    };
    const onSecure = () => {
      const seen = certificate ?? socket.getPeerCertificate(true);
      settle({ socket, tls: tlsConnectionFacts(socket, seen) });
    };
    const onError = (error: Error) => settle({ stopped: stoppedByError('tls', subject, error) });
    const onClose = () => onError(new Error('closed'));
    socket.on('secureConnect', onSecure).on('error', onError).on('close', onClose);
    const offAbort = onAbort(context.signal, () =>
      settle({ stopped: stoppedBySignal('tls', subject, context.signal) }),
    );
  });
}

/** Which certificate of the chain is out of date, and by what clock: it is not always the leaf, nor always the server's fault. */
function aboutDates(tls: TlsConnectionFacts | undefined, now: number): string {
  const culprits = (tls?.chain ?? []).flatMap(({ subject, notBefore, notAfter }) => {
    if (notAfter < now) return [`${subject} ended ${new Date(notAfter).toISOString()}`];
    return notBefore > now ? [`${subject} begins ${new Date(notBefore).toISOString()}`] : [];
  });
  return culprits.length === 0
    ? ''
    : `; ${culprits.join(', ')}, by this host's clock it is ${new Date(now).toISOString()}`;
}

function aboutLeaf(tls: TlsConnectionFacts | undefined): string {
  const leaf = tls?.chain[0];
  if (leaf === undefined) return '';
  const names = leaf.names.length === 0 ? leaf.subject : leaf.names.slice(0, 5).join(' ');
  return `; it is for ${names}, issued by ${leaf.issuer}, ends ${new Date(leaf.notAfter).toISOString()}`;
}

/** `10.0.0.1:443`, `[::1]:443`. */
export function endpoint(target: { readonly address: string; readonly port: number }): string {
  return isIP(target.address) === 6 ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`;
}

/** Milliseconds since `began`, to a hundredth. */
export function elapsed(context: Pick<RunContext, 'monotonic'>, began: number): number {
  return Math.round((context.monotonic() - began) * 100) / 100;
}

/** A socket that fails after its story is told must not end the process. */
function ignore(): void {}
