import { createSocket } from 'node:dgram';
import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv4, isIPv6 } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  RCODES,
  readQuestion,
  RECORD_TYPES,
  writeAddress,
  writeAnswer,
  writeName,
  writeSoa,
  writeTexts,
} from './dns-message.ts';
import type { Answer, Question, RecordType, ResourceRecord } from './dns-message.ts';
import { listenError } from './loopback-server.ts';

/**
 * What the server says about a name. `addresses` may mix IPv4 and IPv6; `empty` is an answer without records
 * (NODATA); `silent` is no answer at all. A name never set does not exist.
 */
export type NameRecord =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'cname'; readonly target: string }
  | { readonly kind: 'text'; readonly texts: readonly string[] }
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'servfail' }
  | { readonly kind: 'silent' };

export interface DnsOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: one that is free for both UDP and TCP. */
  readonly port?: number;
  /** The zone it is the authority for, named in SOA records. Default `corp.test`. */
  readonly zone?: string;
}

const MAX_ALIASES = 8;
const MAX_QUERY_BYTES = 512;
const TCP_IDLE_MS = 5_000;
const PORT_ATTEMPTS = 20;

/** Starts an authoritative name server on UDP and TCP. Its records live for no time: what is set holds at once. */
export async function startDns(options: DnsOptions = {}): Promise<NameServer> {
  const { host = '127.0.0.1', port = 0, zone = 'corp.test' } = options;
  for (let attempt = 1; ; attempt++) {
    const server = new NameServer(host, zone);
    try {
      await server.listen(port);
      return server;
    } catch (error) {
      // A port that was free for TCP may be taken for UDP: with a port of our choosing, try another.
      await server.close();
      if (port !== 0 || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

/** A name server whose answers can be changed, and broken, name by name. */
export class NameServer implements AsyncDisposable {
  readonly #host: string;
  readonly #zone: string;
  readonly #records = new Map<string, NameRecord>();
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #serial = 1;

  constructor(host: string, zone: string) {
    this.#host = host;
    this.#zone = zone;
    this.#udp = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    this.#tcp = createServer((socket) => this.#serveTcp(socket));
  }

  /** For `startDns` alone. */
  async listen(port: number): Promise<void> {
    try {
      this.#tcp.listen(port, this.#host);
      await once(this.#tcp, 'listening');
      this.#port = (this.#tcp.address() as AddressInfo).port;
      this.#udp.bind(this.#port, this.#host);
      await once(this.#udp, 'listening');
    } catch (cause) {
      throw listenError('the name server', this.#host, port, cause);
    }
    this.#udp.on('error', () => undefined);
    this.#udp.on('message', (query, peer) => {
      const answer = this.#answer(query, 'udp');
      if (answer !== undefined) this.#udp.send(answer, peer.port, peer.address, () => undefined);
    });
  }

  get port(): number {
    return this.#port;
  }

  /** `address:port`, as configurations name a resolver. */
  get address(): string {
    return `${isIPv6(this.#host) ? `[${this.#host}]` : this.#host}:${this.#port}`;
  }

  /** Counts every change, as a zone's serial does. */
  get serial(): number {
    return this.#serial;
  }

  /** What is said about a name now. */
  get(name: string): NameRecord {
    return this.#records.get(name.toLowerCase()) ?? { kind: 'nxdomain' };
  }

  /** Says something else about a name from now on. */
  set(name: string, record: NameRecord): void {
    this.#records.set(name.toLowerCase(), record);
    this.#serial += 1;
  }

  /** Points a name at these addresses. */
  point(name: string, ...addresses: readonly string[]): void {
    this.set(name, { kind: 'addresses', addresses });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed: Promise<unknown>[] = [];
    if (this.#tcp.listening) {
      closed.push(once(this.#tcp, 'close'));
      this.#tcp.close();
    }
    try {
      const udpClosed = once(this.#udp, 'close');
      this.#udp.close();
      closed.push(udpClosed);
    } catch {
      // It is closed already.
    }
    await Promise.all(closed);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #serveTcp(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2) {
        const length = received.readUInt16BE(0);
        if (length > MAX_QUERY_BYTES) return void socket.destroy();
        if (received.length < 2 + length) return;
        const answer = this.#answer(received.subarray(2, 2 + length), 'tcp');
        received = received.subarray(2 + length);
        if (answer === undefined) continue;
        const prefix = Buffer.alloc(2);
        prefix.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([prefix, answer]));
      }
    });
  }

  #answer(query: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
    const question = readQuestion(query);
    const answer = question && this.#look(question);
    return answer && writeAnswer(query, question, answer, transport);
  }

  /** Undefined is silence. */
  #look(question: Question): Answer | undefined {
    const answers: ResourceRecord[] = [];
    let name = question.name;
    for (let alias = 0; alias <= MAX_ALIASES; alias++) {
      const record = this.get(name);
      switch (record.kind) {
        case 'silent':
          return undefined;
        case 'servfail':
          return { rcode: RCODES.SERVFAIL, answers: [], authority: [] };
        case 'nxdomain':
          if (name === this.#zone) return this.#answered(question, answers);
          return { rcode: RCODES.NXDOMAIN, answers, authority: [this.#soa()] };
        case 'empty':
          return this.#answered(question, answers);
        case 'addresses':
          for (const address of record.addresses) {
            const type: RecordType = isIPv4(address) ? 'A' : 'AAAA';
            if (question.type === RECORD_TYPES[type]) answers.push(fresh(name, type, writeAddress(address)));
          }
          return this.#answered(question, answers);
        case 'text':
          if (question.type === RECORD_TYPES.TXT) answers.push(fresh(name, 'TXT', writeTexts(record.texts)));
          return this.#answered(question, answers);
        case 'cname':
          answers.push(fresh(name, 'CNAME', writeName(record.target)));
          if (question.type === RECORD_TYPES.CNAME) return this.#answered(question, answers);
          name = record.target.toLowerCase();
      }
    }
    return { rcode: RCODES.SERVFAIL, answers: [], authority: [] };
  }

  /** An answer without records carries the zone's SOA as its authority (RFC 2308). */
  #answered(question: Question, answers: readonly ResourceRecord[]): Answer {
    if (question.type === RECORD_TYPES.SOA && question.name === this.#zone)
      return { rcode: RCODES.NOERROR, answers: [this.#soa()], authority: [] };
    return { rcode: RCODES.NOERROR, answers, authority: answers.length > 0 ? [] : [this.#soa()] };
  }

  #soa(): ResourceRecord {
    return fresh(this.#zone, 'SOA', writeSoa(this.#zone, this.#serial));
  }
}

function fresh(name: string, type: RecordType, data: Buffer): ResourceRecord {
  return { name, type, ttlSeconds: 0, data };
}
