import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { issueAuthority, issueServerCertificate } from '../../src/world/certificate.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';

/** At which command a mail server refuses, and how. `stall`: never answers it; `drop`: hangs up at it. */
export interface Refusal {
  readonly at: 'connect' | 'auth' | 'recipient' | 'data';
  readonly how: { readonly code: number; readonly text: string } | 'stall' | 'drop';
  /** Only this recipient; everyone where absent. */
  readonly recipient?: string;
}

/** A mail that was taken. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The whole message, lines ending in CRLF. */
  readonly raw: string;
  readonly encrypted: boolean;
  readonly user: string | undefined;
}

/** How a mail server is set up: TLS from the start, offered, or not at all; and which password it wants. */
export interface MailServerOptions {
  readonly encryption: 'implicit' | 'starttls' | 'none';
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** A real SMTP server on loopback that keeps what it is sent and refuses what it is told to refuse. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  /** PEM of the authority that issued its certificate (for 127.0.0.1). */
  readonly ca: string;
  readonly mails: readonly ReceivedMail[];
  refuse: Refusal | undefined;
  /** Resolves when the next session comes to the command at which it is refused. */
  readonly nextRefusal: () => Promise<void>;
}

/** Starts one on any free port of 127.0.0.1. */
export async function startMailServer({ encryption, credentials }: MailServerOptions): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const refusals = new EventEmitter();
  const state: { refuse: Refusal | undefined } = { refuse: undefined };
  const { ca, cert, key } = certificates();

  /** Lets a command pass, or does to it what the server was told. */
  const gate = (at: Refusal['at'], pass: () => void, fail: (error: Error) => void, recipient?: string): void => {
    const { refuse } = state;
    if (refuse?.at !== at || (refuse.recipient !== undefined && refuse.recipient !== recipient)) return pass();
    refusals.emit('refusal');
    if (refuse.how === 'stall') return;
    if (refuse.how === 'drop') return hangUp();
    fail(Object.assign(new Error(refuse.how.text), { responseCode: refuse.how.code }));
  };

  const server = new SMTPServer({
    secure: encryption === 'implicit',
    cert,
    key,
    disableReverseLookup: true,
    disabledCommands: [...(encryption === 'none' ? ['STARTTLS'] : []), ...(credentials === undefined ? ['AUTH'] : [])],
    logger: false,
    onConnect: (_session, done) => gate('connect', () => done(), done),
    onAuth: ({ username, password }, _session, done) =>
      gate(
        'auth',
        () => {
          if (username === credentials?.username && password === credentials?.password) done(null, { user: username });
          else done(Object.assign(new Error('authentication failed'), { responseCode: 535 }));
        },
        done,
      ),
    onRcptTo: ({ address }, _session, done) => gate('recipient', () => done(), done, address),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        gate(
          'data',
          () => {
            mails.push({
              from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
              to: session.envelope.rcptTo.map(({ address }) => address),
              raw: Buffer.concat(chunks).toString('utf8'),
              encrypted: session.secure,
              user: typeof session.user === 'string' ? session.user : undefined,
            });
            done();
          },
          done,
        ),
      );
    },
  });
  // A client that hangs up in the middle is part of some tests.
  server.on('error', () => undefined);
  const sockets = new Set<{ destroy: () => void }>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  function hangUp(): void {
    for (const socket of sockets) socket.destroy();
  }
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(state, {
    port,
    ca,
    mails,
    nextRefusal: async () => {
      await once(refusals, 'refusal');
    },
    [Symbol.asyncDispose]: async () => {
      hangUp();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

/** One header of a raw mail, unfolded; undefined where it has none. */
export function header(raw: string, name: string): string | undefined {
  const head = raw.split('\r\n\r\n')[0]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
  const line = head.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim();
}

function certificates(): { ca: string; cert: string; key: string } {
  const notBefore = Date.now() - 60_000;
  const notAfter = notBefore + 86_400_000;
  const authority = issueAuthority({ commonName: 'test authority', keys: newKeyPair(), notBefore, notAfter });
  const request = { commonName: 'mail', keys: newKeyPair(), notBefore, notAfter, names: ['127.0.0.1', 'target.test'] };
  const leaf = issueServerCertificate(request, authority);
  return { ca: authority.pem, cert: leaf.pem, key: leaf.keyPem };
}
