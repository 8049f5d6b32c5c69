import type { FailureClass } from '../model/failure.ts';

/** What other hosts' clocks say about ours, when enough of them agree. */
export interface ClockSkew {
  /** Theirs minus ours, in milliseconds: positive where this host's clock is behind. */
  readonly behindMs: number;
  /** How many hosts agree, and of how many that were heard. */
  readonly agreeing: number;
  readonly heard: number;
}

interface HeardClock {
  /** What their clock said when the monotonic one stood at zero. */
  readonly originMs: number;
  readonly heardAt: number;
}

/** A header that is older says nothing about now. */
const FRESH_MS = 600_000;
/** Fewer hosts may all be wrong together; and so may one that answers under several ports. */
const LEAST_HEARD = 3;
/** `Date` counts in seconds, and hosts are rarely a minute apart. */
const SKEW_MS = 60_000;
/** Hosts that are right are this close to each other. */
const CLOSE_MS = 30_000;
const MAX_REMEMBERED = 256;

/**
 * The clocks of the hosts that probes talked to, by their `Date` headers (RFC 9110 §6.6.1). One of them off is
 * that host's affair. Where most of several hosts agree with each other and not with us, ours is off, and every
 * verdict that compares a date with it is noise.
 */
export class RemoteClocks {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  readonly #heard = new Map<string, HeardClock>();

  /** `wall` is the clock that is doubted: the system's, which certificates are held to. */
  constructor(wall: () => number, monotonic: () => number) {
    this.#wall = wall;
    this.#monotonic = monotonic;
  }

  /** Wall time, as this host has it. */
  wall(): number {
    return this.#wall();
  }

  /** A host at this address said that it is `dateMs` now. */
  hear(address: string, dateMs: number): void {
    const heardAt = this.#monotonic();
    this.#heard.delete(address);
    this.#heard.set(address, { originMs: dateMs - heardAt, heardAt });
    const oldest = this.#heard.keys().next();
    if (this.#heard.size > MAX_REMEMBERED && !oldest.done) this.#heard.delete(oldest.value);
  }

  /** How far our clock is off, if most of at least three hosts agree that it is. */
  skew(): ClockSkew | undefined {
    const now = this.#monotonic();
    // Held to our wall clock as it stands now: once that is set right, what was heard before agrees with it.
    const ours = this.#wall() - now;
    const offsets = [...this.#heard.values()]
      .filter(({ heardAt }) => now - heardAt <= FRESH_MS)
      .map(({ originMs }) => originMs - ours)
      .sort((a, b) => a - b);
    const median = offsets[Math.floor(offsets.length / 2)];
    if (median === undefined || offsets.length < LEAST_HEARD || Math.abs(median) <= SKEW_MS) return undefined;
    const agreeing = offsets.filter((offset) => Math.abs(offset - median) <= CLOSE_MS).length;
    if (agreeing < LEAST_HEARD || agreeing * 3 < offsets.length * 2) return undefined;
    return { behindMs: Math.round(median), agreeing, heard: offsets.length };
  }
}

/** What is found by holding a date of the target's against our own clock. */
const BY_OUR_CLOCK: ReadonlySet<FailureClass> = new Set(['tls.expired', 'freshness.expired_metadata']);

/** Whether a failure of this class may come from our own clock. */
export function hangsOnTheClock(failureClass: FailureClass | undefined): boolean {
  return failureClass !== undefined && BY_OUR_CLOCK.has(failureClass);
}

/** What is said of a clock that is off. */
export function skewWords({ behindMs, agreeing, heard }: ClockSkew): string {
  const how = behindMs > 0 ? 'behind' : 'ahead';
  const off = Math.round(Math.abs(behindMs) / 1000);
  return `this host's clock is ${off} s ${how}, by the Date headers of ${agreeing} of ${heard} hosts`;
}
