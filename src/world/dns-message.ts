import { isIPv4, isIPv6 } from 'node:net';

/** The record types that the world's name server knows, by their numbers (RFC 1035, 3596). */
export const RECORD_TYPES = { A: 1, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28 } as const;

/** A record type by name. */
export type RecordType = keyof typeof RECORD_TYPES;

/** Response codes in use (RFC 1035, section 4.1.1). */
export const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** The one question of a query. `type` is a number, as clients may ask for types unknown here. */
export interface Question {
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: number;
  /** The question as it was sent, to be repeated in the answer (its case is part of some clients' checks). */
  readonly wire: Buffer;
}

/** A record to be sent. */
export interface ResourceRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly ttlSeconds: number;
  readonly data: Buffer;
}

/** What to answer. */
export interface Answer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
}

const HEADER_BYTES = 12;
/** Without EDNS a datagram holds no more (RFC 1035, section 2.3.4). */
const MAX_UDP_BYTES = 512;
const CLASS_IN = 1;

/** Reads the question of a query; undefined for anything that is not a well-formed query of one question. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER_BYTES + 5 || message.readUInt16BE(4) !== 1) return undefined;
  const isResponse = (message.readUInt8(2) & 0x80) !== 0;
  if (isResponse) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  const wire = message.subarray(HEADER_BYTES, at + 4);
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at), wire };
}

/** Writes an authoritative answer to `query`. Over UDP, what does not fit is cut and marked as cut (TC). */
export function writeAnswer(query: Buffer, question: Question, answer: Answer, transport: 'udp' | 'tcp'): Buffer {
  const whole = assemble(query, question, answer, false);
  if (transport === 'tcp' || whole.length <= MAX_UDP_BYTES) return whole;
  return assemble(query, question, { ...answer, answers: [], authority: [] }, true);
}

function assemble(query: Buffer, question: Question, answer: Answer, cut: boolean): Buffer {
  const recursionDesired = query.readUInt8(2) & 0x01;
  const flags = Buffer.from([0x84 | (cut ? 0x02 : 0) | recursionDesired, 0x80 | answer.rcode]);
  const counts = [1, answer.answers.length, answer.authority.length, 0].map(u16);
  const records = [...answer.answers, ...answer.authority].map(writeRecord);
  return Buffer.concat([query.subarray(0, 2), flags, ...counts, question.wire, ...records]);
}

function writeRecord({ name, type, ttlSeconds, data }: ResourceRecord): Buffer {
  const head = [writeName(name), u16(RECORD_TYPES[type]), u16(CLASS_IN), u32(ttlSeconds), u16(data.length)];
  return Buffer.concat([...head, data]);
}

/** A domain name as labels, uncompressed. */
export function writeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([...labels.map(characterString), Buffer.from([0])]);
}

/** The data of an A or AAAA record. */
export function writeAddress(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address)) throw new RangeError(`${address} is no address`);
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.concat([...before, ...zeros, ...after].map((group) => u16(Number.parseInt(group, 16))));
}

/** The data of a TXT record: strings of at most 255 bytes each. */
export function writeTexts(texts: readonly string[]): Buffer {
  return Buffer.concat(texts.map(characterString));
}

/** The data of an SOA record for `zone`. All its intervals are short: nothing of the world should be cached. */
export function writeSoa(zone: string, serial: number): Buffer {
  const [refresh, retry, expire, minimum] = [60, 60, 60, 0];
  return Buffer.concat([
    writeName(`ns.${zone}`),
    writeName(`hostmaster.${zone}`),
    ...[serial, refresh, retry, expire, minimum].map(u32),
  ]);
}

function characterString(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new RangeError(`a string of ${bytes.length} bytes, at most 255 fit`);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
