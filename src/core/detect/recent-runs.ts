/**
 * The last scheduled runs of a probe, for the ratio rule: how many there were, and which of them failed. Passing ones
 * are counted only, so that a probe that works remembers next to nothing.
 */
export interface RecentRuns {
  /** How many runs the window holds. */
  readonly length: number;
  /** Number of the newest run, counted since the window was last empty. */
  readonly newest: number;
  /** Those that failed, oldest first: number, and start. */
  readonly failed: readonly { readonly nth: number; readonly at: number }[];
}

/** A window that no run has entered yet. */
export const NO_RUNS: RecentRuns = { length: 0, newest: 0, failed: [] };

/** The window one run later; it holds `size` runs at most. */
export function withRun(runs: RecentRuns, at: number, hasFailed: boolean, size: number): RecentRuns {
  const newest = runs.newest + 1;
  const length = Math.min(runs.length + 1, size);
  if (!hasFailed && runs.failed.length === 0) return { length, newest, failed: NO_RUNS.failed };
  const failed = hasFailed ? [...runs.failed, { nth: newest, at }] : runs.failed;
  return { length, newest, failed: failed.filter(({ nth }) => nth > newest - length) };
}
