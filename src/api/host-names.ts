/** Whether a host (a name or an address, IPv6 with or without brackets) is this machine's loopback. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const mapped = bare.startsWith('::ffff:') ? bare.slice('::ffff:'.length) : bare;
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(mapped);
}

/**
 * Whether we answer to a Host header: the public URL's host, or loopback. A page of a stranger whose name was
 * made to point at us (DNS rebinding) comes with the stranger's name. Ports do not matter: names are what lies.
 */
export function isOurName(hostHeader: string | undefined, publicUrl: string | undefined): boolean {
  const host = hostNameOf(hostHeader);
  if (host === undefined) return false;
  return isLoopback(host) || (publicUrl !== undefined && host === hostNameOf(new URL(publicUrl).host));
}

/** The host of a Host header without its port, in lower case; undefined where it is no host. */
export function hostNameOf(hostHeader: string | undefined): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[^:/?#@\\\s]+)(?::\d{1,5})?$/i.exec(hostHeader ?? '')?.[1];
  return found?.toLowerCase().replace(/\.$/, '');
}
