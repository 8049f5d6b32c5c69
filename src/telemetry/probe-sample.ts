import { isIPv4, isIPv6 } from 'node:net';
import type { ObservationFact } from '../model/entry.ts';
import type { FailureClass } from '../model/failure.ts';
import type { Facts } from '../model/run.ts';
import { measuredHttp } from './measured-http.ts';

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
  const { outcome, startedAt, endedAt, phases, address } = observation;
  const { status, certificateEnds } = measuredHttp(observation);
  const ofHttp = (value: number): number => (probeKind === 'http' ? value : Number.NaN);
  return {
    success: outcome === 'unknown' ? Number.NaN : outcome === 'pass' ? 1 : 0,
    duration: (endedAt - startedAt) / 1000,
    dnsLookup: phases?.dns === undefined ? Number.NaN : phases.dns / 1000,
    httpStatus: ofHttp(status ?? 0),
    httpVersion: ofHttp(status === undefined ? 0 : HTTP_VERSION),
    resolve: ofHttp(seconds(phases?.dns)),
    connect: ofHttp(seconds(phases?.connect)),
    tls: ofHttp(seconds(phases?.tls)),
    processing: ofHttp(seconds(phases?.firstByte)),
    transfer: ofHttp(seconds(phases?.transfer)),
    earliestCertExpiry: earliestExpiry(certificateEnds, observation.facts),
    ipProtocol: address === undefined ? Number.NaN : isIPv4(address) ? 4 : isIPv6(address) ? 6 : Number.NaN,
    ipAddrHash: address === undefined ? Number.NaN : addressHash(address),
    failedDueToRegex: ofHttp(observation.class === UNEXPECTED_CONTENT ? 1 : 0),
  };
}

/** Probes speak no other version of HTTP. */
const HTTP_VERSION = 1.1;
/** What blackbox_exporter's only expectations about content, its regular expressions, are here. */
const UNEXPECTED_CONTENT: FailureClass = 'semantic.wrong_value';

/** A phase that a run did not come to took no time. */
function seconds(ms = 0): number {
  return ms / 1000;
}

/** Unix seconds of the first certificate to end: of all that were served, else of the leaf alone. */
function earliestExpiry(certificateEnds: readonly number[], { notAfter }: Facts): number {
  const leaf = typeof notAfter === 'string' ? [Date.parse(notAfter)] : [];
  const ends = certificateEnds.length > 0 ? certificateEnds : leaf;
  return ends.length === 0 ? Number.NaN : Math.floor(Math.min(...ends) / 1000);
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
