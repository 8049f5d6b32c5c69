/** A probe's fields, as they are written. */
export type Fields = Record<string, unknown>;

/** The probe that a URL asks for, in full; undefined where no kind speaks its scheme. */
export function probeOfUrl(url: string): Fields | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  const [, host = '', port] = /^[a-z]+:\/\/(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/i.exec(url) ?? [];
  const at = { host: host.replace(/^\[(.*)\]$/, '$1'), ...(port === undefined ? {} : { port: Number(port) }) };
  switch (scheme) {
    case 'http':
    case 'https':
      // Credentials do not belong in a file; whoever calls says that they were there.
      return { kind: 'http', url: url.replace(/^(https?:\/\/)[^/?#@]*@/i, '$1') };
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
      return { kind: 'websocket', url };
    default:
      return undefined;
  }
}
