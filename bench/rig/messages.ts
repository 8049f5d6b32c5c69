/** What a bench asks of the daemon's process. Times in milliseconds. */
export type Ask =
  /** Makes so many runs, one probe after the other, so many of them in flight at any time. */
  | { readonly kind: 'saturate'; readonly runs: number; readonly inFlight: number }
  /** Collects garbage and says what is left. */
  | { readonly kind: 'weigh' }
  /** Looks on for a while at what the schedule does. */
  | { readonly kind: 'watch'; readonly forMs: number; readonly everyMs: number };

/** What the daemon's process says. */
export type Answer =
  /** Every probe has had its first run. */
  | { readonly kind: 'ready'; readonly probes: number }
  | {
      readonly kind: 'saturated';
      readonly runs: number;
      readonly notPassed: number;
      readonly cpuMs: number;
      readonly ms: number;
    }
  | { readonly kind: 'weighed'; readonly liveMb: number }
  | { readonly kind: 'watched'; readonly seen: Watched };

/** What the schedule did in a stretch of time. */
export interface Watched {
  /** Regular runs that were due in it and began, and those of them whose observation was recorded. */
  readonly started: number;
  readonly observed: number;
  /** Regular runs that never began: a probe was silent for longer than its interval. */
  readonly missed: number;
  readonly notPassed: number;
  readonly latenessMs: Spread;
  readonly loopDelayMs: Spread;
  readonly cpuMs: number;
  /** Entries committed, and the longest commit. */
  readonly committed: number;
  readonly longestCommitMs: number;
}

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}
