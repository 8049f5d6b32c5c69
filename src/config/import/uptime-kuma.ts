import type { Foreign } from './foreign.ts';
import { nameOf, present } from './imported.ts';
import type { Importer } from './imported.ts';
import { NOTES } from './notes.ts';
import { addressOf, probeOfUrl } from './probe-of-url.ts';
import type { Fields } from './probe-of-url.ts';
import { ignoreOtherForms, ignoreUnset } from './uptime-kuma-form.ts';

/** Uptime Kuma's backup (Settings → Backup → Export, JSON): every monitor becomes a service with one probe. */
export const importUptimeKuma: Importer = (documents, services) => {
  for (const document of documents) {
    document.ignore('version');
    for (const monitor of document.at('monitorList')?.items() ?? []) {
      const title = monitor.at('name')?.text() ?? 'monitor';
      const notes: string[] = [];
      const probe = probeOf(monitor, notes);
      if (probe === undefined) continue;
      services.add({
        name: services.free(nameOf(title)),
        file: monitor.file,
        line: monitor.line,
        fields: present({ title, description: monitor.at('description')?.text(), external: true }),
        probes: { [String(probe['kind'])]: probe },
        needs: [],
        notes,
      });
    }
  }
};

function probeOf(monitor: Foreign, notes: string[]): Fields | undefined {
  const type = monitor.at('type')?.text() ?? '';
  ignoreOtherForms(type, monitor);
  const base = baseOf(type, monitor, notes);
  if (base === undefined) {
    monitor.leave(`a monitor of type ${type === '' ? 'unknown' : type} has no counterpart`);
    return undefined;
  }
  ignoreUnset(monitor);
  return {
    ...base,
    ...(base['kind'] === 'heartbeat' ? beats(monitor, notes) : schedule(monitor, notes)),
    ...(monitor.at('active')?.flag() === false || monitor.at('active')?.text() === '0' ? { enabled: false } : {}),
  };
}

/** Seconds, or what the program itself takes where nothing is written. */
function secondsOf(monitor: Foreign, key: string, usual: number): number {
  const written = Number(monitor.at(key)?.text() ?? usual);
  return Number.isFinite(written) && written > 0 ? written : usual;
}

function schedule(monitor: Foreign, notes: string[]): Fields {
  const everyS = secondsOf(monitor, 'interval', 60);
  const retryS = secondsOf(monitor, 'retryInterval', 60);
  const timeoutS = Math.max(1, Math.floor(secondsOf(monitor, 'timeout', 48)));
  const retries = monitor.at('maxretries')?.text();
  const atMost = (what: string, seconds: number): string => {
    if (seconds > everyS) notes.push(`${what}: ${String(seconds)}s there, here not more than the interval`);
    return `${String(Math.min(seconds, everyS))}s`;
  };
  return {
    every: `${String(everyS)}s`,
    timeout: atMost('timeout', timeoutS),
    ...(retries === undefined
      ? {}
      : { confirm: { failures: Number(retries) + 1, every: atMost('confirm.every', retryS) } }),
  };
}

/** A pushed monitor is late after `grace`, and has no re-runs. */
function beats(monitor: Foreign, notes: string[]): Fields {
  monitor.ignore('retryInterval', 'timeout');
  monitor.ignoreWhere('maxretries', ['0', 'null']);
  monitor.at('maxretries')?.leave('a push is not repeated here; write grace: for how late it may be');
  notes.push('a push may be 10m late here; write grace: for less or more');
  return { every: `${String(secondsOf(monitor, 'interval', 60))}s` };
}

function baseOf(type: string, monitor: Foreign, notes: string[]): Fields | undefined {
  const host = (): string | undefined => addressOf(monitor.at('hostname'));
  switch (type) {
    case 'http':
    case 'keyword':
      return http(monitor, notes);
    case 'port':
      return probeOfUrl(`tcp://${host() ?? ''}:${monitor.at('port')?.text() ?? ''}`);
    case 'ping':
      return probeOfUrl(`icmp://${host() ?? ''}`);
    case 'dns': {
      const port = monitor.at('port')?.text() ?? '53';
      const server = monitor.at('dns_resolve_server')?.text();
      const resolver = server === undefined || port === '53' ? server : `${server}:${port}`;
      const name = host();
      return name === undefined
        ? undefined
        : present({ kind: 'dns', name, type: monitor.at('dns_resolve_type')?.text(), resolver });
    }
    case 'push':
      monitor.at('pushToken')?.leave('a secret: pushes go to the API here, with a token of it');
      return { kind: 'heartbeat' };
    default:
      return undefined;
  }
}

const SECRET = ['headers', 'basic_auth_user', 'basic_auth_pass', 'bearer_token', 'oauth_client_secret', 'body'];

function http(monitor: Foreign, notes: string[]): Fields | undefined {
  const base = probeOfUrl(addressOf(monitor.at('url')) ?? '');
  if (base?.['kind'] !== 'http') return undefined;
  const status = monitor.at('accepted_statuscodes');
  const codes = (status?.items() ?? []).map((code) => statusOf(code.text() ?? ''));
  if (codes.includes(undefined)) status?.leave('write it as expect: { status: … }');
  const keyword = monitor.at('keyword');
  const isInverted = monitor.at('invertKeyword')?.flag() === true;
  if (isInverted) keyword?.leave('an inverted keyword is expect: { notMatches: … }');
  const contains = isInverted ? undefined : keyword?.text();
  const [only, ...more] = codes;
  const accepted = only === undefined || codes.includes(undefined) ? undefined : more.length === 0 ? only : codes;
  const expect = present({ status: accepted, contains });
  const redirects = monitor.at('maxredirects')?.text();
  for (const key of SECRET) {
    monitor.ignoreWhere(key, ['null', '']);
    monitor.at(key)?.leave('it may hold a secret: write it as "${env:NAME}"');
  }
  monitor.ignoreWhere('ignoreTls', ['false']);
  monitor.at('ignoreTls')?.leave('certificates are always verified; name the authority in tls: { ca: … }');
  if (redirects !== '0') notes.push(NOTES.follow);
  return {
    ...base,
    ...present({ method: monitor.at('method')?.text() }),
    follow: redirects === '0' ? 'never' : 'any',
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
  };
}

/** `200-299` → `2xx`, `404` → 404; undefined for other ranges. */
function statusOf(code: string): string | number | undefined {
  const hundred = /^([1-5])00-\1(99)$/.exec(code)?.[1];
  if (hundred !== undefined) return `${hundred}xx`;
  return /^[1-5]\d\d$/.test(code) ? Number(code) : undefined;
}
