import { cidrContains, parseAddress, parseCidr } from '../core/address/cidr.ts';
import type { Cidr } from '../core/address/cidr.ts';
import type { AllowRules } from '../ports/loaded.ts';
import type { AddressGuard } from '../ports/probe-kind.ts';
import { DaemonError } from './daemon-error.ts';

/** What no probe may reach, whatever the rules say, and why. */
const ALWAYS_DENIED: readonly (readonly [range: string, reason: string])[] = [
  ['169.254.169.254', 'the cloud metadata address'],
  ['fd00:ec2::254', 'the cloud metadata address'],
  ['fd20:ce::254', 'the cloud metadata address'],
  ['100.100.100.200', 'the cloud metadata address'],
  ['192.0.0.192', 'the cloud metadata address'],
  ['169.254.0.0/16', 'a link-local address'],
  ['fe80::/10', 'a link-local address'],
  ['0.0.0.0/8', 'an unspecified address'],
  ['::/128', 'an unspecified address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['ff00::/8', 'a multicast address'],
  ['255.255.255.255', 'the broadcast address'],
];

/**
 * IPv6 ranges whose addresses lead to the IPv4 address they carry, and where it begins in them:
 * `64:ff9b::a9fe:a9fe` is the metadata address to whoever has a translator on the way.
 */
const CARRIERS: readonly { readonly within: Cidr; readonly from: number }[] = [
  // NAT64: RFC 6052 §2.1, RFC 8215.
  { within: range('64:ff9b::/96'), from: 12 },
  { within: range('64:ff9b:1::/48'), from: 12 },
  // Stateless translation: RFC 2765 §2.1.
  { within: range('::ffff:0:0:0/96'), from: 12 },
  // IPv4-compatible addresses: RFC 4291 §2.5.5.1.
  { within: range('::/96'), from: 12 },
  // 6to4: RFC 3056 §2.
  { within: range('2002::/16'), from: 2 },
];
const LOOPBACK = [range('127.0.0.0/8'), range('::1')];
const UNSPECIFIED = [range('0.0.0.0'), range('::')];

/**
 * The guard that every run asks before it connects, after its name was resolved. Rules narrow each other: an
 * address must satisfy the server's and, where it has them, the probe's own. `listen` is where we listen
 * ourselves; a probe that could reach it could speak for an operator on this host.
 */
export function addressGuard(
  rules: readonly AllowRules[],
  listen: { readonly host: string; readonly port: number } | undefined,
): AddressGuard {
  const always = ALWAYS_DENIED.map(([text, reason]) => ({ range: range(text), reason }));
  const allowed = rules.flatMap((rule) => (rule.cidrs === undefined ? [] : [rule.cidrs.map(range)]));
  const denied = rules.flatMap((rule) => rule.deny.map(range));
  const own = listen === undefined ? undefined : { hosts: ownAddresses(listen.host), port: listen.port };

  return (text, port) => {
    const address = parseAddress(text);
    if (address === undefined) return refused(`${text} is not an address`);
    // `::1` is itself, not the 0.0.0.1 that it would carry.
    const itself = LOOPBACK.some((cidr) => cidrContains(cidr, address));
    const carried = itself ? [] : CARRIERS.filter(({ within }) => cidrContains(within, address));
    const seen = [address, ...carried.map(({ from }) => address.slice(from, from + 4))];
    const within = (cidr: Cidr): boolean => seen.some((bytes) => cidrContains(cidr, bytes));
    for (const rule of always) if (within(rule.range)) return refused(`${text} is ${rule.reason}`);
    if (own !== undefined && port === own.port && own.hosts.some(within))
      return refused(`${text}:${port} is where this daemon itself listens`);
    if (denied.some(within)) return refused(`${text} is in a denied range`);
    for (const list of allowed)
      if (!list.some((cidr) => cidrContains(cidr, address))) return refused(`${text} is in no allowed range`);
    return { allowed: true };
  };
}

function refused(reason: string): ReturnType<AddressGuard> {
  return { allowed: false, reason };
}

/** Where a listening host can be reached from this host. Names are left to whoever resolves them: loopback it is. */
function ownAddresses(host: string): readonly Cidr[] {
  const address = parseAddress(host);
  if (address === undefined || UNSPECIFIED.some((cidr) => cidrContains(cidr, address))) return LOOPBACK;
  return [{ base: address, bits: address.length * 8 }];
}

function range(text: string): Cidr {
  const cidr = parseCidr(text);
  // Refusing to start beats guessing what a rule for safety was meant to say.
  if (cidr === undefined) throw new DaemonError('bad-range', `read ${text} as an address range: it is none`);
  return cidr;
}
