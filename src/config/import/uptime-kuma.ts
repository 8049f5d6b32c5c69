import type { Foreign } from './foreign.ts';
import { nameOf, present } from './imported.ts';
import type { Importer } from './imported.ts';
import { probeOfUrl } from './probe-of-url.ts';
import type { Fields } from './probe-of-url.ts';

/** What an export holds of Uptime Kuma's own state, or of forms left at what they were. */
const BOOKKEEPING = `
  id weight pathName path childrenIDs parent notificationIDList includeSensitiveData
  httpBodyEncoding authMethod dns_last_result mqttSuccessMessage packetSize screenshot forceInactive maintenance
  docker_host kafkaProducerSaslOptions gamedigGivenPortOnly resendInterval expiryNotification oauth_auth_method conditions cacheBust
  ipFamily
`
  .trim()
  .split(/\s+/);

/** Uptime Kuma's backup (Settings → Backup → Export, JSON): every monitor becomes a service with one probe. */
export const importUptimeKuma: Importer = (documents, services) => {
  for (const document of documents) {
    document.ignore('version');
    for (const monitor of document.at('monitorList')?.items() ?? []) {
      const title = monitor.at('name')?.text() ?? 'monitor';
      const probe = probeOf(monitor);
      if (probe === undefined) continue;
      monitor.ignore(...BOOKKEEPING);
      services.add({
        name: services.free(nameOf(title)),
        file: monitor.file,
        line: monitor.line,
        fields: present({ title, description: monitor.at('description')?.text(), external: true }),
        probes: { [String(probe['kind'])]: probe },
        needs: [],
      });
    }
  }
};

function probeOf(monitor: Foreign): Fields | undefined {
  const type = monitor.at('type')?.text() ?? '';
  const base = baseOf(type, monitor);
  if (base === undefined) {
    monitor.leave(`a monitor of type ${type === '' ? 'unknown' : type} has no counterpart`);
    return undefined;
  }
  const everyS = Number(monitor.at('interval')?.text() ?? '60');
  const retryS = Number(monitor.at('retryInterval')?.text() ?? '60');
  const timeoutS = Number(monitor.at('timeout')?.text() ?? '48');
  const retries = monitor.at('maxretries')?.text();
  const pushed = base['kind'] === 'heartbeat';
  return {
    ...base,
    every: `${String(everyS)}s`,
    ...(pushed ? {} : { timeout: `${String(Math.min(Math.max(1, Math.floor(timeoutS)), everyS))}s` }),
    ...(retries === undefined || pushed
      ? {}
      : { confirm: { failures: Number(retries) + 1, every: `${String(Math.min(retryS, everyS))}s` } }),
    ...(monitor.keys().includes('active') && monitor.at('active') === undefined ? { enabled: false } : {}),
  };
}

function baseOf(type: string, monitor: Foreign): Fields | undefined {
  monitor.ignore('active');
  const host = monitor.at('hostname')?.text();
  switch (type) {
    case 'http':
    case 'keyword':
      return http(monitor);
    case 'port': {
      const port = Number(monitor.at('port')?.text());
      return host === undefined || !Number.isInteger(port) ? undefined : { kind: 'tcp', host, port };
    }
    case 'ping':
      return host === undefined ? undefined : { kind: 'ping', host };
    case 'dns': {
      const resolver = monitor.at('dns_resolve_server')?.text();
      monitor.ignore('port');
      return host === undefined
        ? undefined
        : present({ kind: 'dns', name: host, type: monitor.at('dns_resolve_type')?.text(), resolver });
    }
    case 'push':
      monitor.at('pushToken')?.leave('a secret: pushes go to the API here, with a token of it');
      return { kind: 'heartbeat' };
    default:
      return undefined;
  }
}

function http(monitor: Foreign): Fields | undefined {
  const base = probeOfUrl(monitor.at('url')?.text() ?? '');
  if (base?.['kind'] !== 'http') return undefined;
  monitor.ignore('hostname', 'port', 'dns_resolve_type', 'dns_resolve_server');
  const status = monitor.at('accepted_statuscodes');
  const codes = (status?.items() ?? []).map((code) => statusOf(code.text() ?? ''));
  if (codes.includes(undefined)) status?.leave('write it as expect: { status: … }');
  const keyword = monitor.at('keyword');
  if (monitor.at('invertKeyword') !== undefined) keyword?.leave('an inverted keyword is expect: { notMatches: … }');
  const contains = monitor.at('invertKeyword') === undefined ? keyword?.text() : undefined;
  const [only, ...more] = codes;
  const accepted = only === undefined || codes.includes(undefined) ? undefined : more.length === 0 ? only : codes;
  const expect = present({ status: accepted, contains });
  const redirects = monitor.at('maxredirects')?.text();
  const secrets = ['headers', 'basic_auth_user', 'basic_auth_pass', 'bearer_token', 'oauth_client_secret', 'body'];
  for (const key of secrets) monitor.at(key)?.leave('it may hold a secret: write it as "${env:NAME}"');
  monitor.at('ignoreTls')?.leave('certificates are always verified; name the authority in tls: { ca: … }');
  return {
    ...base,
    ...present({ method: monitor.at('method')?.text() }),
    ...(redirects === undefined ? { follow: 'any' } : redirects === '0' ? { follow: 'never' } : { follow: 'any' }),
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
  };
}

/** `200-299` → `2xx`, `404` → 404; undefined for other ranges. */
function statusOf(code: string): string | number | undefined {
  const hundred = /^([1-5])00-\1(99)$/.exec(code)?.[1];
  if (hundred !== undefined) return `${hundred}xx`;
  return /^[1-5]\d\d$/.test(code) ? Number(code) : undefined;
}
