import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { onAbort } from './deadline.ts';
import type { RecordType } from './dns-query.ts';
import { parseNameServer } from './name-server.ts';

/** What the header of a name server's answer says, beyond what c-ares passes on. */
export interface DnsFlags {
  /** The server validated the answer by DNSSEC and vouches for it: AD (RFC 4035 §3.2.3). */
  readonly authenticated: boolean;
}

/** RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 2782. */
const TYPE_CODES: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};
const HEADER_BYTES = 12;
const RECURSION_DESIRED = 0x01_00;
const RESPONSE = 0x80_00;
const AUTHENTICATED_DATA = 0x00_20;
/** As `net/dns-query.ts` waits. */
const TRY_MS = 1500;
const TRIES = 3;

/**
 * Asks a name server over UDP with the AD bit set, which asks for it in the answer (RFC 6840 §5.7), and reads the
 * answer's header; a truncated answer has one too. Undefined where none came. Never rejects.
 */
export async function askForFlags(
  server: string,
  name: string,
  type: RecordType,
  signal: AbortSignal,
): Promise<DnsFlags | undefined> {
  const place = parseNameServer(server);
  if (place === undefined) return undefined;
  for (let each = 0; each < TRIES && !signal.aborted; each++) {
    const flags = await once(place, flagsQuery(name, type, randomInt(0x1_00_00)), signal);
    if (flags !== undefined) return flags;
  }
  return undefined;
}

function once(
  { address, port }: { readonly address: string; readonly port: number },
  query: Buffer,
  signal: AbortSignal,
): Promise<DnsFlags | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    let settled = false;
    const settle = (flags: DnsFlags | undefined) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      offAbort();
      socket.close();
      resolve(flags);
    };
    const timer = setTimeout(() => settle(undefined), TRY_MS);
    const offAbort = onAbort(signal, () => settle(undefined));
    socket.on('error', () => settle(undefined));
    socket.on('message', (answer) => {
      const flags = flagsOf(answer, query);
      // Anything else is not the answer to this question: whoever guessed the port must not decide.
      if (flags !== undefined) settle(flags);
    });
    socket.connect(port, address, () => !settled && socket.send(query));
  });
}

/** A question (RFC 1035 §4.1) for one name and type. */
export function flagsQuery(name: string, type: RecordType, id: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED | AUTHENTICATED_DATA, 2);
  header.writeUInt16BE(1, 4);
  const labels = name.split('.').filter((label) => label !== '');
  const question = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([header, ...question, Buffer.from([0, 0, TYPE_CODES[type], 0, 1])]);
}

/** The flags of an answer to this question; undefined where it is none. */
export function flagsOf(answer: Buffer, query: Buffer): DnsFlags | undefined {
  if (answer.length < query.length) return undefined;
  const flags = answer.readUInt16BE(2);
  const isAnswer = answer.readUInt16BE(0) === query.readUInt16BE(0) && (flags & RESPONSE) !== 0;
  // The question comes back as it was asked; in other capitals, from some.
  const asked = (message: Buffer) => message.toString('latin1', HEADER_BYTES, query.length).toLowerCase();
  if (!isAnswer || asked(answer) !== asked(query)) return undefined;
  return { authenticated: (flags & AUTHENTICATED_DATA) !== 0 };
}
