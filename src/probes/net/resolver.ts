import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { FailureClass } from '../../model/failure.ts';
import { ResolveError, type NameResolver, type Resolution, type ResolveOptions } from '../../ports/probe-kind.ts';
import { answersOf, canonicalNames, ResolverPool, type DnsReply, type Query, type RecordType } from './dns-query.ts';
import { parseHosts, parseResolvConf, readSystemFile, searchNames, type Hosts, type ResolvConf } from './host-files.ts';

/** How names are resolved; the system's way where nothing is said. */
export interface ResolverSettings {
  /** `address[:port]` of name servers. */
  readonly servers?: readonly string[];
  /** Instead of /etc/hosts. */
  readonly hostsFile?: string;
  /** Search domains instead of those of /etc/resolv.conf. */
  readonly search?: readonly string[];
}

type Found = Pick<Resolution, 'addresses' | 'cname'>;
type Missing = { readonly class: FailureClass; readonly words: string };

/** System files are read again when they are older than this: look-ups stay fresh without a disk in each run. */
const FILES_FRESH_MS = 2000;
/** Once one answer is there, how long those to the other questions about the name are waited for. */
const STRAGGLER_MS = 1000;

/**
 * Resolves as a consumer's stub resolver does: literal addresses, localhost, the hosts file, then A and AAAA
 * over sockets with search domains. Nothing is remembered from one look-up to the next. A look-up with a
 * `resolver` of its own asks that server for the name as it is: what *this* host's files say is beside the point.
 */
export function createResolver(settings: ResolverSettings = {}): NameResolver {
  const pool = new ResolverPool();
  const files = systemFiles(settings);
  return {
    servers: async () => (await files()).conf.servers,
    async resolve(host, options) {
      const began = performance.now();
      const done = (found: Found): Resolution => ({
        ...found,
        ms: Math.round((performance.now() - began) * 100) / 100,
      });
      const literal = isIP(host);
      if (literal !== 0) return done(known(host, [host], options));
      if (isLocalhost(host)) return done(known(host, [options.family === 6 ? '::1' : '127.0.0.1'], options));

      const { hosts, conf } = await files();
      const listed = hosts.get(host.toLowerCase().replace(/\.$/, ''));
      if (listed !== undefined && options.resolver === undefined) return done(known(host, listed, options));

      const own = options.resolver !== undefined;
      const servers = own ? [options.resolver] : conf.servers;
      const names = own ? searchNames(host, { search: [], ndots: 1 }) : searchNames(host, conf);
      return done(await pool.with(servers, options.signal, (query) => firstOf(host, names, query, options)));
    },
  };
}

function systemFiles(settings: ResolverSettings): () => Promise<{ hosts: Hosts; conf: ResolvConf }> {
  let read: Promise<{ hosts: Hosts; conf: ResolvConf }> | undefined;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (read !== undefined && now - readAt < FILES_FRESH_MS) return read;
    readAt = now;
    read = Promise.all([readSystemFile(settings.hostsFile ?? '/etc/hosts'), readSystemFile('/etc/resolv.conf')]).then(
      ([hostsText, confText]) => {
        const conf = parseResolvConf(confText);
        const servers = settings.servers ?? conf.servers;
        return { hosts: parseHosts(hostsText), conf: { ...conf, servers, search: settings.search ?? conf.search } };
      },
    );
    return read;
  };
}

/**
 * RFC 6761 §6.3: never asked of a server. One address, the IPv4 one unless IPv6 is asked for: one host stands
 * behind both, and most servers listen on one.
 */
function isLocalhost(host: string): boolean {
  return /(^|\.)localhost\.?$/i.test(host);
}

function known(host: string, addresses: readonly string[], options: ResolveOptions): Found {
  const wanted = addresses.map(withFamily).filter((a) => options.family === undefined || a.family === options.family);
  if (wanted.length === 0) throw missing(host, { class: 'dns.empty', words: `no IPv${options.family} address` });
  return { addresses: wanted, cname: [] };
}

async function firstOf(host: string, names: readonly string[], query: Query, options: ResolveOptions): Promise<Found> {
  let worst: Missing | undefined;
  for (const name of names) {
    const result = await lookUp(name, query, options);
    if ('addresses' in result) return result;
    // As stub resolvers do: an absent name goes on to the next, a server that fails ends it.
    if (result.class !== 'dns.nxdomain' && result.class !== 'dns.empty') throw missing(host, result);
    if (worst === undefined || result.class === 'dns.empty') worst = result;
  }
  throw missing(host, worst ?? { class: 'dns.nxdomain', words: 'no name to ask for' });
}

async function lookUp(name: string, query: Query, options: ResolveOptions): Promise<Found | Missing> {
  const types: readonly RecordType[] = options.family === 4 ? ['A'] : options.family === 6 ? ['AAAA'] : ['A', 'AAAA'];
  const questions = types.map((type) => query(name, type));
  const aliases = canonicalNames(name, query);
  const replies = await withoutStragglers(questions);
  const addresses = replies.flatMap((reply) => answersOf(reply) ?? []);
  if (addresses.length === 0) return whyNone(replies, types);
  return { addresses: addresses.map(withFamily), cname: (await within(STRAGGLER_MS, aliases)) ?? [] };
}

/**
 * The replies, undefined for those that are not there soon after the first that brought answers: a server that
 * answers one question and drops the other must not make a good name slow.
 */
async function withoutStragglers(questions: readonly Promise<DnsReply>[]): Promise<readonly (DnsReply | undefined)[]> {
  const replies = questions.map((): DnsReply | undefined => undefined);
  const answered = new Promise<void>((resolve) => {
    questions.forEach((question, index) => {
      void question.then((reply) => {
        replies[index] = reply;
        if (answersOf(reply) !== undefined) resolve();
      });
    });
  });
  const settled = Promise.all(questions);
  await Promise.race([answered, settled]);
  await within(STRAGGLER_MS, settled);
  return replies;
}

/** What a promise gives, or undefined where that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function whyNone(replies: readonly (DnsReply | undefined)[], types: readonly RecordType[]): Missing {
  const seen = replies.filter((reply) => reply !== undefined);
  const silent = seen.find((reply) => reply.kind === 'none');
  if (silent?.kind === 'none') {
    switch (silent.reason) {
      case 'timeout':
      case 'cancelled':
        return { class: 'dns.timeout', words: 'no answer from the name server' };
      case 'unreachable':
        return { class: 'dns.servfail', words: `the name server cannot be asked (${silent.code})` };
      case 'malformed':
        return { class: 'dns.servfail', words: 'the name server answered with something that is no answer' };
      case 'bad-name':
        return { class: 'probe.misconfigured', words: 'not a name that can be asked for' };
    }
  }
  const rcodes = seen.flatMap((reply) => (reply.kind === 'reply' ? [reply.rcode] : []));
  const refused = rcodes.find((rcode) => rcode !== 'NOERROR' && rcode !== 'NXDOMAIN');
  if (refused !== undefined) return { class: 'dns.servfail', words: `the name server answered ${refused}` };
  if (rcodes.includes('NXDOMAIN')) return { class: 'dns.nxdomain', words: 'no such name (NXDOMAIN)' };
  return { class: 'dns.empty', words: `the name exists but has no ${types.join(' or ')} record` };
}

function withFamily(address: string): { readonly address: string; readonly family: 4 | 6 } {
  return { address, family: isIP(address) === 6 ? 6 : 4 };
}

function missing(host: string, why: Missing): ResolveError {
  return new ResolveError(why.class, `look up ${host}: ${why.words}`);
}
