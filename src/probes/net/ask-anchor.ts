import { connect } from 'node:net';
import { Client } from 'undici';
import type { Anchor } from '../../model/configuration.ts';
import { ResolveError, type NameResolver } from '../../ports/probe-kind.ts';

/**
 * Whether a place outside answers at all: a connection is accepted, a name server says something, a web server
 * gives any status. Never rejects; false when `signal` fires first.
 */
export async function askAnchor(anchor: Anchor, resolver: NameResolver, signal: AbortSignal): Promise<boolean> {
  try {
    switch (anchor.kind) {
      case 'tcp':
        return await accepts(await addressOf(anchor.host, resolver, signal), anchor.port, signal);
      case 'dns':
        await resolver.resolve(anchor.name, { signal });
        return true;
      case 'http':
        return await answers(new URL(anchor.url), resolver, signal);
      default:
        return anchor satisfies never;
    }
  } catch (error) {
    // A name server that says "no such name" has answered; that is all an anchor is asked for.
    return (
      anchor.kind === 'dns' &&
      error instanceof ResolveError &&
      (error.class === 'dns.nxdomain' || error.class === 'dns.empty')
    );
  }
}

async function addressOf(host: string, resolver: NameResolver, signal: AbortSignal): Promise<string> {
  const { addresses } = await resolver.resolve(host, { signal });
  return addresses[0]?.address ?? host;
}

function accepts(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answered: boolean): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(answered);
    };
    const onAbort = (): void => end(false);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    if (signal.aborted) end(false);
  });
}

async function answers(url: URL, resolver: NameResolver, signal: AbortSignal): Promise<boolean> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const address = await addressOf(hostname, resolver, signal);
  const client = new Client(url.origin, {
    connect: {
      servername: hostname,
      lookup: (_name, _options, done) => done(null, [{ address, family: address.includes(':') ? 6 : 4 }]),
    },
  });
  try {
    const { body } = await client.request({ path: `${url.pathname}${url.search}`, method: 'HEAD', signal });
    await body.dump();
    return true;
  } finally {
    await client.destroy();
  }
}
