import { Resolver } from 'node:dns/promises';
import { onAbort } from './deadline.ts';
import { codeOf } from './stopped.ts';

/** The record types that can be asked for. */
export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'NS', 'SOA', 'SRV'] as const;

/** A record type that can be asked for. */
export type RecordType = (typeof RECORD_TYPES)[number];

/** A response code (RFC 1035 §4.1.1, RFC 6895 §2.3) that a server may answer with. */
export const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

/** A response code. */
export type Rcode = (typeof RCODES)[number];

/**
 * What a name server said, or that it said nothing. `NOERROR` without answers is an empty answer (NODATA).
 * Answers are in presentation form: `10.0.0.1`, `10 mx.example`, `0 5 443 srv.example`; names without final dot.
 */
export type DnsReply =
  | { readonly kind: 'reply'; readonly rcode: Rcode; readonly answers: readonly string[] }
  | {
      readonly kind: 'none';
      readonly reason: 'timeout' | 'unreachable' | 'malformed' | 'bad-name' | 'cancelled';
      readonly code: string;
    };

/** One question to a name server. Never rejects. */
export type Query = (name: string, type: RecordType) => Promise<DnsReply>;

/** A wait for one answer, before the next server or try; each try waits longer. The caller's signal bounds it all. */
const TRY_MS = 1500;
const TRIES = 3;
const MAX_IDLE = 64;
const MAX_CNAMES = 8;

/**
 * c-ares resolvers by the servers they ask, each lent to one look-up at a time: cancelling a resolver cancels
 * everything it has under way. An idle one holds no socket. They keep no answers.
 */
export class ResolverPool {
  readonly #idle = new Map<string, Resolver[]>();

  /** Runs `work` with a resolver of its own, whose queries are cancelled when the signal fires. */
  async with<T>(servers: readonly string[], signal: AbortSignal, work: (query: Query) => Promise<T>): Promise<T> {
    const key = servers.join(' ');
    const resolver = this.#idle.get(key)?.pop() ?? makeResolver(servers);
    const offAbort = onAbort(signal, () => resolver.cancel());
    try {
      return await work((name, type) => query(resolver, name, type, signal));
    } finally {
      offAbort();
      // Whatever nobody waits for any more must not outlive the look-up.
      resolver.cancel();
      this.#giveBack(key, resolver);
    }
  }

  #giveBack(key: string, resolver: Resolver): void {
    const idle = this.#idle.get(key) ?? [];
    if (idle.length < MAX_IDLE) idle.push(resolver);
    this.#idle.set(key, idle);
    const oldest = this.#idle.keys().next();
    if (this.#idle.size > MAX_IDLE && !oldest.done) this.#idle.delete(oldest.value);
  }
}

function makeResolver(servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
}

async function query(resolver: Resolver, name: string, type: RecordType, signal: AbortSignal): Promise<DnsReply> {
  if (signal.aborted) return { kind: 'none', reason: 'cancelled', code: 'ECANCELLED' };
  try {
    return { kind: 'reply', rcode: 'NOERROR', answers: await records(resolver, name, type) };
  } catch (error) {
    return replyOfError(codeOf(error));
  }
}

async function records(resolver: Resolver, name: string, type: RecordType): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'NS':
      return resolver.resolveNs(name);
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((chunks) => chunks.join(''));
    case 'MX':
      return (await resolver.resolveMx(name)).map((r) => `${r.priority} ${r.exchange}`);
    case 'SRV':
      return (await resolver.resolveSrv(name)).map((r) => `${r.priority} ${r.weight} ${r.port} ${r.name}`);
    case 'SOA': {
      const r = await resolver.resolveSoa(name);
      return [`${r.nsname} ${r.hostmaster} ${r.serial} ${r.refresh} ${r.retry} ${r.expire} ${r.minttl}`];
    }
  }
}

/** c-ares' codes, as Node spells them. */
function replyOfError(code: string): DnsReply {
  switch (code) {
    case 'ENOTFOUND':
      return { kind: 'reply', rcode: 'NXDOMAIN', answers: [] };
    case 'ENODATA':
      return { kind: 'reply', rcode: 'NOERROR', answers: [] };
    case 'ESERVFAIL':
      return { kind: 'reply', rcode: 'SERVFAIL', answers: [] };
    case 'EREFUSED':
      return { kind: 'reply', rcode: 'REFUSED', answers: [] };
    case 'EFORMERR':
      return { kind: 'reply', rcode: 'FORMERR', answers: [] };
    case 'ENOTIMP':
      return { kind: 'reply', rcode: 'NOTIMP', answers: [] };
    case 'ETIMEOUT':
      return { kind: 'none', reason: 'timeout', code };
    case 'ECANCELLED':
    case 'EDESTRUCTION':
      return { kind: 'none', reason: 'cancelled', code };
    case 'EBADNAME':
      return { kind: 'none', reason: 'bad-name', code };
    case 'EBADRESP':
      return { kind: 'none', reason: 'malformed', code };
    default:
      return { kind: 'none', reason: 'unreachable', code };
  }
}

/** The answers of a reply; undefined where there are none. */
export function answersOf(reply: DnsReply | undefined): readonly string[] | undefined {
  return reply?.kind === 'reply' && reply.answers.length > 0 ? reply.answers : undefined;
}

/** The chain of canonical names, one question a link: c-ares does not show those that it followed. */
export async function canonicalNames(name: string, query: Query): Promise<readonly string[]> {
  const names: string[] = [];
  for (let asked = name; names.length < MAX_CNAMES;) {
    const target = answersOf(await query(asked, 'CNAME'))?.[0]?.toLowerCase();
    if (target === undefined || names.includes(target)) break;
    names.push(target);
    asked = target;
  }
  return names;
}
