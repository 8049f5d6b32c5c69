import { isIP } from 'node:net';
import type { RunContext } from '../../ports/probe-kind.ts';
import type { Stopped } from './stopped.ts';

const DNS_PORT = 53;

/** `10.0.0.53`, `10.0.0.53:5353`, `::1`, `[::1]:53`; undefined for anything else. */
export function parseNameServer(text: string): { readonly address: string; readonly port: number } | undefined {
  if (isIP(text) !== 0) return { address: text, port: DNS_PORT };
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? '';
  const port = Number(digits);
  const right = isIP(address) === (v6 === undefined ? 4 : 6) && port > 0 && port < 65_536;
  return right ? { address, port } : undefined;
}

/** Why a name server that a probe names must not be asked, if so: it is a place to connect to like any other. */
export function deniedNameServer(server: string, context: Pick<RunContext, 'guard'>): Stopped | undefined {
  const place = parseNameServer(server);
  const verdict = place === undefined ? undefined : context.guard(place.address, place.port);
  if (verdict === undefined || verdict.allowed) return undefined;
  const message = `ask the name server ${server}: not allowed (${verdict.reason})`;
  return { at: 'guard', class: 'probe.misconfigured', message };
}
