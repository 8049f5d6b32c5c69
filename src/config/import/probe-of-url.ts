import type { Foreign } from './foreign.ts';

/** A probe's fields, as they are written. */
export type Fields = Record<string, unknown>;

/** The probe that a URL asks for, in full; undefined where no kind speaks its scheme, or it is none. */
export function probeOfUrl(url: string): Fields | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  const [, host = '', port] = /^[a-z]+:\/\/(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/i.exec(url) ?? [];
  if (host === '') return undefined;
  const at = { host: host.replace(/^\[(.*)\]$/, '$1'), ...(port === undefined ? {} : { port: Number(port) }) };
  switch (scheme) {
    case 'http':
    case 'https':
      return URL.canParse(url) ? { kind: 'http', url } : undefined;
    case 'tcp':
      return port === undefined ? undefined : { kind: 'tcp', ...at };
    case 'tls':
      return { kind: 'tls', ...at };
    case 'starttls':
      return { kind: 'tls', ...at, starttls: 'smtp' };
    case 'icmp':
      return { kind: 'ping', host: at.host };
    case 'ws':
    case 'wss':
      return URL.canParse(url) ? { kind: 'websocket', url } : undefined;
    default:
      return undefined;
  }
}

const IN_PATH_OR_QUERY =
  /([?&;](?:[\w.-]*(?:token|secret|passw(?:or)?d|api[-_]?key|signature)|key|sig|auth)=)[^&#;]+/gi;

/**
 * A URL, or an address without a scheme, as text without credentials: these do not belong in a file, so they are
 * taken out, and listed with what to write instead.
 */
export function addressOf(written: Foreign | undefined): string | undefined {
  const text = written?.text();
  if (written === undefined || text === undefined) return undefined;
  const open = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, '$1');
  if (open !== text) {
    written.remark(
      'credentials stand in it and are not copied: write auth: { basic: { username: …, password: "${env:NAME}" } }',
    );
  }
  const bare = open.replaceAll(IN_PATH_OR_QUERY, '$1');
  if (bare !== open) written.remark('what looks like a secret in its query is not copied: write it as ${env:NAME}');
  return bare;
}

/** The host of an address, with a scheme or without one. */
export function hostOf(address: string): string {
  const authority = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/[/?#].*$/s, '');
  const [, inBrackets] = /^\[([^\]]*)\]/.exec(authority) ?? [];
  // Several colons without brackets: a bare IPv6 address.
  return inBrackets ?? (/:.*:/.test(authority) ? authority : authority.replace(/:.*$/, ''));
}
