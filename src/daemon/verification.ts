import { afterRun, UNTRIED, verdictOf, verdictOfAll } from '../core/verify/standing.ts';
import type { Probe } from '../model/configuration.ts';
import type { ProbeId } from '../model/ids.ts';
import type { Outcome } from '../model/run.ts';
import type { Verdict } from '../model/view.ts';
import type { WakeUps } from './wake-ups.ts';

/** What became of one probe. `failure` is its newest run that failed, with all that can be told of it. */
export interface VerifiedProbe<Run> {
  readonly probe: ProbeId;
  readonly verdict: Verdict;
  readonly runs: number;
  readonly failures: number;
  readonly failure: Run | null;
}

/** What became of them all. */
export interface Verification<Run> {
  readonly verdict: Verdict;
  readonly probes: readonly VerifiedProbe<Run>[];
}

export interface VerificationParts<Run> {
  readonly probes: readonly Probe[];
  readonly forMs: number;
  readonly wakeUps: WakeUps;
  /** One run, now; undefined where there is nothing to run any more. */
  readonly run: (probe: Probe) => Promise<Run | undefined>;
  readonly outcomeOf: (run: Run) => Outcome;
}

/**
 * Runs probes again and again, each at the pace at which it is confirmed, for as long as asked. A failure that is
 * confirmed ends it all at once; one that is not yet, when the time is over, is looked at until it is clear.
 */
export async function verification<Run>(parts: VerificationParts<Run>): Promise<Verification<Run>> {
  const { probes, forMs, wakeUps } = parts;
  const failed = new AbortController();
  const untilMs = wakeUps.now() + forMs;
  const verified = await Promise.all(probes.map((probe) => watch(parts, probe, untilMs, failed)));
  return { verdict: verdictOfAll(verified.map(({ verdict }) => verdict)), probes: verified };
}

async function watch<Run>(
  { run, outcomeOf, wakeUps }: VerificationParts<Run>,
  probe: Probe,
  untilMs: number,
  failed: AbortController,
): Promise<VerifiedProbe<Run>> {
  const { failures: needed, everyMs } = probe.confirm;
  let standing = UNTRIED;
  let failure: Run | null = null;
  let verdict: Verdict | undefined;
  for (;;) {
    const nextMs = wakeUps.now() + everyMs;
    const made = await run(probe);
    if (made === undefined) break;
    const outcome = outcomeOf(made);
    standing = afterRun(standing, outcome);
    if (outcome === 'fail') failure = made;
    verdict = verdictOf(standing, needed);
    if (verdict === 'failed') failed.abort();
    if (failed.signal.aborted || (verdict !== undefined && nextMs > untilMs)) break;
    if (!(await cameTo(wakeUps, nextMs, failed.signal))) break;
  }
  const { runs, failures } = standing;
  return { probe: probe.id, verdict: verdict ?? 'unknown', runs, failures, failure };
}

/** Waits for a moment: true once it came, false where `signal` fired before. */
function cameTo(wakeUps: WakeUps, atMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (): void => {
      wakeUps.cancel(wakeUp);
      signal.removeEventListener('abort', done);
      resolve(!signal.aborted);
    };
    const wakeUp = wakeUps.at(atMs, done);
    signal.addEventListener('abort', done);
  });
}
