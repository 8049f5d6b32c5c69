import { BlockList, isIP } from 'node:net';
import type { FailureClass } from '../../model/failure.ts';
import type { DnsReply, RecordType } from '../net/dns-query.ts';
import type { DnsOptions } from './options.ts';

/** What one name server said. */
export interface ServerReply {
  /** `address[:port]`, or `system`. */
  readonly server: string;
  readonly ms: number;
  readonly reply: DnsReply;
  /** Canonical names that were followed. */
  readonly cname: readonly string[];
  /** Whether the server vouches for the answer by DNSSEC; absent where that was not asked, or not answered. */
  readonly authenticated?: boolean;
}

/** What is wrong with a reply. */
export interface ReplyFault {
  readonly class: FailureClass;
  readonly expected: string;
  readonly got: string;
}

/** The first thing that is wrong with a server's reply, if anything. */
export function faultOf(said: ServerReply, options: DnsOptions): ReplyFault | undefined {
  const { reply, cname } = said;
  const { expect, type } = options;
  if (reply.kind === 'none') {
    const silent = reply.reason === 'timeout' || reply.reason === 'cancelled';
    return { class: silent ? 'dns.timeout' : 'dns.servfail', expected: 'an answer', got: `none (${reply.code})` };
  }
  if (reply.rcode !== expect.rcode) {
    return { class: classOfRcode(reply.rcode), expected: expect.rcode, got: withAnswers(reply) };
  }
  const least = expect.minAnswers ?? (expect.rcode === 'NOERROR' ? 1 : 0);
  if (reply.answers.length < least) {
    return { class: 'dns.empty', expected: `at least ${least} ${type}`, got: withAnswers(reply) };
  }
  return answersFault(reply.answers, cname, options) ?? dnssecFault(said, options);
}

/** A signature that does not hold is no answer at all (SERVFAIL): without AD, nobody has looked at one. */
function dnssecFault({ authenticated, reply }: ServerReply, { expect }: DnsOptions): ReplyFault | undefined {
  if (expect.dnssec === undefined || authenticated === true || reply.kind === 'none') return undefined;
  const why = authenticated === false ? 'without the AD bit: unsigned, or not validated there' : 'no word about DNSSEC';
  return { class: 'dns.drift', expected: 'an answer authenticated by DNSSEC', got: `${withAnswers(reply)}, ${why}` };
}

/** Answers in an order of their own, for comparing one server's with another's. */
export function comparable({ reply }: ServerReply): string {
  if (reply.kind === 'none') return reply.reason;
  return [reply.rcode, ...reply.answers.map((answer) => answer.toLowerCase()).sort()].join(' ');
}

function answersFault(
  answers: readonly string[],
  cname: readonly string[],
  { expect, type }: DnsOptions,
): ReplyFault | undefined {
  const { allOf, anyOf, within } = expect.answers ?? {};
  const got = answers.join(', ');
  const missing = allOf?.filter((wanted) => !answers.some((answer) => same(wanted, answer)));
  if (missing !== undefined && missing.length > 0) {
    return { class: 'dns.drift', expected: `${missing.join(', ')} among the answers`, got };
  }
  if (anyOf !== undefined && !anyOf.some((wanted) => answers.some((answer) => same(wanted, answer)))) {
    return { class: 'dns.drift', expected: `one of ${anyOf.join(', ')}`, got };
  }
  const stray = within && answers.filter((answer) => !within.some((range) => isWithin(range, answer)));
  if (stray !== undefined && stray.length > 0) {
    return { class: 'dns.drift', expected: `only answers within ${within?.join(', ')}`, got };
  }
  if (expect.cname !== undefined && !followsOnly(expect.cname, cname)) {
    const followed = cname.length === 0 ? 'no canonical name' : cname.join(', ');
    return { class: 'dns.drift', expected: `a canonical name among ${expect.cname.join(', ')}`, got: followed };
  }
  if (type === 'SOA' && expect.serialNewerThan !== undefined) return serialFault(answers, expect.serialNewerThan);
  return undefined;
}

function serialFault(answers: readonly string[], than: number): ReplyFault | undefined {
  const serial = Number(answers[0]?.split(' ')[2]);
  if (isNewerSerial(serial, than)) return undefined;
  return { class: 'freshness.stale_read', expected: `a serial newer than ${than}`, got: String(serial) };
}

/** RFC 1982 §3.2: serials are compared on a circle of 2^32. */
export function isNewerSerial(serial: number, than: number): boolean {
  const ahead = (((serial - than) % 2 ** 32) + 2 ** 32) % 2 ** 32;
  return ahead > 0 && ahead < 2 ** 31;
}

function followsOnly(allowed: readonly string[], cname: readonly string[]): boolean {
  return cname.length > 0 && cname.every((name) => allowed.some((one) => same(one, name)));
}

/** Names without regard to case and final dot; anything else as it is. */
function same(wanted: string, answer: string): boolean {
  return bare(wanted) === bare(answer);
}

function bare(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

/** An address in a CIDR range, a name below `*.domain`, or the same text. */
export function isWithin(range: string, answer: string): boolean {
  if (same(range, answer)) return true;
  if (range.startsWith('*.')) return bare(answer).endsWith(bare(range.slice(1)));
  const [network = '', prefix = ''] = range.split('/');
  const family = isIP(network);
  const bits = Number(prefix);
  if (family === 0 || isIP(answer) !== family || !/^\d{1,3}$/.test(prefix) || bits > (family === 4 ? 32 : 128)) {
    return false;
  }
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, bits, type);
  return list.check(answer, type);
}

function classOfRcode(rcode: Extract<DnsReply, { kind: 'reply' }>['rcode']): FailureClass {
  switch (rcode) {
    case 'NXDOMAIN':
      return 'dns.nxdomain';
    case 'NOERROR':
      return 'semantic.wrong_value';
    case 'FORMERR':
    case 'SERVFAIL':
    case 'NOTIMP':
    case 'REFUSED':
      return 'dns.servfail';
  }
}

function withAnswers(reply: Extract<DnsReply, { kind: 'reply' }>): string {
  return [reply.rcode, ...reply.answers].join(' ').slice(0, 500);
}

/** Whether a record type has canonical names followed before it. */
export function followsAliases(type: RecordType): boolean {
  return type === 'A' || type === 'AAAA';
}
