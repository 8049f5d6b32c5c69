import type { Socket } from 'node:net';
import type { RunContext } from '../../ports/probe-kind.ts';
import { printable } from '../../ports/printable.ts';
import { readUntil, type Received } from './read-until.ts';
import type { Stopped } from './stopped.ts';

/** The protocols that begin in the clear and can then be asked for TLS. */
export const STARTTLS = ['smtp', 'imap', 'postgres'] as const;

/** A protocol that begins in the clear and is then asked for TLS. */
export type StartTls = (typeof STARTTLS)[number];

/**
 * What is offered in the handshake as the protocol to come (RFC 7301): PostgreSQL 17 refuses any other name than its
 * own, and the mail protocols have none.
 */
export const ALPN: Readonly<Record<StartTls, readonly string[]>> = { smtp: [], imap: [], postgres: ['postgresql'] };

/** What is said, and what answer lets the dialogue go on. The first line is only listened for. */
interface Turn {
  readonly say?: string | Buffer;
  /** Whether the answer is complete. */
  readonly complete: (text: string) => boolean;
  /** Whether a complete answer is the right one. */
  readonly right: (text: string) => boolean;
}

const MAX_ANSWER = 8 * 1024;

/** RFC 3207 §4: a reply's last line has a space behind its code. */
const smtpComplete = (text: string) => /(^|\n)\d{3} [^\n]*\n$|(^|\n)\d{3}\r?\n$/.test(text);

const DIALOGUES: Readonly<Record<StartTls, readonly Turn[]>> = {
  smtp: [
    { complete: smtpComplete, right: (text) => text.startsWith('220') },
    { say: 'EHLO tocsin.invalid\r\n', complete: smtpComplete, right: (text) => /^250[ -]STARTTLS\s*$/im.test(text) },
    { say: 'STARTTLS\r\n', complete: smtpComplete, right: (text) => text.startsWith('220') },
  ],
  // RFC 9051 §6.2.1
  imap: [
    { complete: (text) => text.endsWith('\n'), right: (text) => text.startsWith('* OK') },
    {
      say: 'a1 STARTTLS\r\n',
      complete: (text) => /(^|\n)a1 [^\n]*\n$/.test(text),
      right: (text) => /(^|\n)a1 OK/.test(text),
    },
  ],
  // PostgreSQL protocol 3.0, SSLRequest: length 8, code 80877103; the answer is one byte.
  postgres: [
    {
      say: Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]),
      complete: (text) => text.length > 0,
      right: (text) => text === 'S',
    },
  ],
};

/**
 * Asks a server that begins in the clear for TLS. Undefined when it agreed. Bytes that came behind its
 * agreement would be taken for TLS's own, so they are refused (as in CVE-2011-0411).
 */
export async function startTls(
  socket: Socket,
  protocol: StartTls,
  subject: string,
  context: RunContext,
): Promise<Stopped | undefined> {
  for (const turn of DIALOGUES[protocol]) {
    if (turn.say !== undefined) socket.write(turn.say);
    const received = await readUntil(
      socket,
      `${subject}, ${protocol} in the clear`,
      MAX_ANSWER,
      (bytes) => turn.complete(bytes.toString('latin1')),
      context,
    );
    if (received.stopped !== undefined) return received.stopped;
    const text = received.bytes.toString('latin1');
    if (received.ended !== 'enough' || !turn.right(text)) return refused(protocol, subject, received, text);
  }
  return undefined;
}

function refused(protocol: StartTls, subject: string, received: Received, text: string): Stopped {
  const got = text === '' ? 'nothing' : printable(text, 200);
  const how = received.ended === 'closed' ? ', then closed the connection' : '';
  return {
    at: 'protocol',
    class: text === '' && received.ended === 'closed' ? 'connect.reset' : 'protocol.malformed',
    message: `${subject}: asked for TLS by ${protocol}, it answered ${got}${how}`,
  };
}
