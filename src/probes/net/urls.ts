/** The host of a URL without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The port of a URL, by its scheme where it names none. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** A URL as it may be shown: queries carry tokens. */
export function shownUrl(url: string | URL): string {
  const parsed = new URL(url);
  return `${parsed.origin}${parsed.pathname}${parsed.search === '' ? '' : '?…'}`;
}

/** What `tcp://host:port` and its like say: the port is left out where they name none. Nothing is checked. */
export function hostAndPortOf(url: string): { host: string; port?: number } {
  const [, host = url, port] = /^[a-z]+:\/\/(.*?)(?::(\d+))?\/?$/is.exec(url) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, '$1'), ...(port !== undefined && { port: Number(port) }) };
}
