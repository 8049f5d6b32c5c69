/** Time, as the shell sees it. Only `app` makes the real one. */
export interface Clock {
  /** Wall time in integer milliseconds since 1970. May jump. */
  readonly wall: () => number;
  /** Monotonic milliseconds with fractions, from an arbitrary origin. Never jumps back. */
  readonly monotonic: () => number;
}
