import type { FailureClass } from '../../src/model/failure.ts';
import { outageAt } from './truth.ts';
import type { Truth } from './truth.ts';
import { isNoise } from './world.ts';
import { luckAt } from './random.ts';

/** What a run of a probe brings home, and how long it takes. */
export interface Sight {
  readonly failed: FailureClass | null;
  readonly ms: number;
}

/** A run of a member's probe that starts at `at` and may take `timeoutMs`. */
export function look(truth: Truth, member: number, at: number, timeoutMs: number): Sight {
  const failed = failureSeen(truth, member, at);
  const quickMs = 20 + Math.floor(luckAt(truth.world.seed, member + 10_000, at) * 280);
  return { failed, ms: failed !== null && isSilence(failed) ? timeoutMs : Math.min(quickMs, timeoutMs) };
}

function failureSeen(truth: Truth, member: number, at: number): FailureClass | null {
  const watch = truth.world.members[member]?.watch ?? null;
  if (watch === null) return null;
  const outage = outageAt(truth, member, at);
  if (outage !== undefined && (watch.kind !== 'shallow' || (outage.isOwn && isSeenShallowly(outage.class))))
    return outage.class;
  return isNoise(truth.world, member, at) ? 'connect.reset' : null;
}

/** A shallow probe sees that nothing answers; what the answer says is beyond it. */
export function isSeenShallowly(failureClass: FailureClass): boolean {
  return failureClass.startsWith('connect.');
}

function isSilence(failureClass: FailureClass): boolean {
  return failureClass === 'connect.timeout' || failureClass === 'latency.timeout';
}
