import { open } from 'node:fs/promises';
import { isIP } from 'node:net';

/** What /etc/hosts says: addresses by name in lower case, in the file's order. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** What /etc/resolv.conf says, as far as we follow it (resolv.conf(5)). */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** A name with fewer dots is first tried below the search domains. */
  readonly ndots: number;
}

/** Files beyond this are cut: nobody's name resolution depends on more. */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_NDOTS = 15;
const MAX_SERVERS = 3;

/** hosts(5): `address name name…`, `#` begins a comment. Lines that say something else are skipped. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const [address, ...names] of fieldsOf(text)) {
    if (address === undefined || isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = hosts.get(key) ?? [];
      if (!known.includes(address)) known.push(address);
      hosts.set(key, known);
    }
  }
  return hosts;
}

/** resolv.conf(5): `nameserver`, `search`, `domain`, `options ndots:n`; the last `search` or `domain` counts. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  for (const [keyword, ...values] of fieldsOf(text)) {
    if (keyword === 'nameserver' && isIP(values[0] ?? '') !== 0 && servers.length < MAX_SERVERS) {
      servers.push(values[0] ?? '');
    } else if (keyword === 'search' || keyword === 'domain') {
      search = values.map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== '');
    } else if (keyword === 'options') {
      for (const option of values) {
        const number = /^ndots:(\d{1,3})$/.exec(option)?.[1];
        if (number !== undefined) ndots = Math.min(Number(number), MAX_NDOTS);
      }
    }
  }
  return { servers, search, ndots };
}

/** The names to ask for, in order, as a stub resolver does: a final dot means the name as it is. */
export function searchNames(host: string, conf: Pick<ResolvConf, 'search' | 'ndots'>): readonly string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  const below = conf.search.map((domain) => `${host}.${domain}`);
  const dots = host.split('.').length - 1;
  return dots >= conf.ndots ? [host, ...below] : [...below, host];
}

/** A small system file's text; empty where it cannot be read. */
export async function readSystemFile(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_FILE_BYTES), position: 0 });
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}

function* fieldsOf(text: string): Generator<readonly string[]> {
  for (const line of text.split('\n')) {
    const fields = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (fields[0] !== '') yield fields;
  }
}
