import { isIPv4, isIPv6 } from 'node:net';
import type { ObservationFact } from '../model/entry.ts';

/** One run as blackbox_exporter's metrics tell it; NaN where there is nothing to tell. Durations in seconds. */
export interface ProbeSample {
  readonly success: number;
  readonly duration: number;
  readonly dnsLookup: number;
  readonly httpStatus: number;
  readonly httpVersion: number;
  readonly resolve: number;
  readonly connect: number;
  readonly tls: number;
  readonly processing: number;
  readonly transfer: number;
  /** Unix seconds. */
  readonly earliestCertExpiry: number;
  readonly ipProtocol: number;
  readonly ipAddrHash: number;
  readonly failedDueToRegex: number;
}

/**
 * A run in numbers. A run whose outcome is unknown has no success, neither 0 nor 1: the monitor's own fault
 * must not look like the target's in anybody's dashboard.
 */
export function probeSample(observation: ObservationFact, probeKind: string): ProbeSample {
  const { outcome, startedAt, endedAt, phases, address, measured } = observation;
  const isHttp = probeKind === 'http';
  return {
    success: outcome === 'unknown' ? Number.NaN : outcome === 'pass' ? 1 : 0,
    duration: (endedAt - startedAt) / 1000,
    dnsLookup: seconds(phases?.dns),
    httpStatus: isHttp ? (finite(measured?.['status']) ?? 0) : Number.NaN,
    httpVersion: isHttp ? version(measured?.['httpVersion']) : Number.NaN,
    resolve: isHttp ? seconds(phases?.dns) : Number.NaN,
    connect: isHttp ? seconds(phases?.connect) : Number.NaN,
    tls: isHttp ? seconds(phases?.tls) : Number.NaN,
    processing: isHttp ? seconds(phases?.firstByte) : Number.NaN,
    transfer: isHttp ? seconds(phases?.transfer) : Number.NaN,
    earliestCertExpiry: earliestExpiry(observation),
    ipProtocol: address === undefined ? Number.NaN : isIPv4(address) ? 4 : isIPv6(address) ? 6 : Number.NaN,
    ipAddrHash: address === undefined ? Number.NaN : addressHash(address),
    failedDueToRegex: isHttp ? Number(failedByPattern(observation)) : Number.NaN,
  };
}

function seconds(ms: number | undefined): number {
  return ms === undefined ? Number.NaN : ms / 1000;
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function version(value: unknown): number {
  const parsed = typeof value === 'string' ? Number(value) : finite(value);
  return parsed === undefined || Number.isNaN(parsed) ? 0 : parsed;
}

/** The leaf's end is a fact; kinds that look at the whole chain measure its earliest one. */
function earliestExpiry({ facts, measured }: ObservationFact): number {
  const expiry = measured?.['expiry'];
  const chain =
    typeof expiry === 'object' && expiry !== null && 'notAfter' in expiry ? finite(expiry.notAfter) : undefined;
  const leaf = typeof facts['notAfter'] === 'string' ? Date.parse(facts['notAfter']) : Number.NaN;
  const ends = [chain, leaf].filter((end): end is number => end !== undefined && !Number.isNaN(end));
  return ends.length === 0 ? Number.NaN : Math.floor(Math.min(...ends) / 1000);
}

/** Steps that hold an answer against a regular expression. */
const PATTERN_STEPS = new Set(['matches', 'notMatches']);

function failedByPattern({ steps }: ObservationFact): boolean {
  return steps?.some(({ name, outcome }) => outcome === 'fail' && PATTERN_STEPS.has(name)) ?? false;
}

/** FNV-1a, 32 bits, over an address's bytes: as blackbox_exporter hashes it, so that a change can be seen. */
export function addressHash(address: string): number {
  const bytes = isIPv4(address) ? address.split('.').map(Number) : isIPv6(address) ? ipv6Bytes(address) : [];
  if (bytes.length === 0) return Number.NaN;
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

function ipv6Bytes(address: string): number[] {
  // The URL parser writes any form (embedded IPv4 too) as hexadecimal groups.
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
