import type { ObservationSummary } from '../ports/log.ts';
import type { SummaryQuery } from './calls.ts';
import type { Timing } from './page/decode.ts';

/** The most steps that one summary may have. */
const MAX_STEPS = 10_000;

interface Step {
  runs: number;
  failures: number;
  unknown: number;
  readonly durationsMs: number[];
}

/**
 * Counts runs per step of time, every step between `from` and `to` in order, empty ones too. Latencies are
 * exact (nearest rank) and over the runs that found out something: an unknown one measured ourselves.
 * Throws RangeError for more than 10,000 steps.
 */
export function summarise(
  timings: Iterable<Timing>,
  { from, to, stepMs }: Omit<SummaryQuery, 'probe'>,
): ObservationSummary[] {
  const steps = Array.from({ length: stepCount(from, to, stepMs) }, (): Step => {
    return { runs: 0, failures: 0, unknown: 0, durationsMs: [] };
  });
  for (const { at, durationMs, outcome } of timings) {
    const step = at >= from && at < to ? steps[Math.floor((at - from) / stepMs)] : undefined;
    if (!step) continue;
    step.runs++;
    if (outcome === 'fail') step.failures++;
    if (outcome === 'unknown') step.unknown++;
    else step.durationsMs.push(durationMs);
  }
  return steps.map(({ runs, failures, unknown, durationsMs }, index) => {
    durationsMs.sort((a, b) => a - b);
    return {
      from: from + index * stepMs,
      to: Math.min(from + (index + 1) * stepMs, to),
      runs,
      failures,
      unknown,
      p50Ms: quantile(durationsMs, 0.5),
      p95Ms: quantile(durationsMs, 0.95),
    };
  });
}

/** How many steps a summary has; throws RangeError for too many, or for steps of no length. */
export function stepCount(from: number, to: number, stepMs: number): number {
  const count = Math.ceil((to - from) / stepMs);
  if (stepMs > 0 && count <= MAX_STEPS) return Math.max(0, count);
  throw new RangeError(`a summary from ${from} to ${to} in steps of ${stepMs} ms has more than ${MAX_STEPS} steps`);
}

/** The smallest value that at least `share` of all do not exceed. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
