import { STAGES } from '../../model/failure.ts';
import type { FailureClass, Mode, Stage } from '../../model/failure.ts';

/** The stage of a class: the word before its dot. */
export function stageOf(failureClass: FailureClass): Stage {
  return failureClass.slice(0, failureClass.indexOf('.')) as Stage;
}

/** Position in the causal order of stages: smaller is nearer to the wire. */
export function stageOrder(failureClass: FailureClass): number {
  return STAGES.indexOf(stageOf(failureClass));
}

/** How a failure of this class is felt by dependents. */
export function modeOf(failureClass: FailureClass): Mode {
  if (failureClass === 'latency.saturated') return 'slow';
  const stage = stageOf(failureClass);
  switch (stage) {
    case 'dns':
    case 'connect':
    case 'tls':
    case 'latency':
      return 'unreachable';
    case 'http':
    case 'protocol':
    case 'quota':
    case 'dependency':
      return 'error';
    case 'auth':
    case 'identity':
    case 'integrity':
    case 'freshness':
    case 'semantic':
      return 'wrong';
    case 'probe':
    case 'info':
      return 'error';
    default:
      return stage satisfies never;
  }
}

/** What a failure of this class makes of a capability, unless the probe says otherwise. */
export function effectOf(failureClass: FailureClass): 'down' | 'degraded' {
  return failureClass === 'latency.saturated' || failureClass === 'quota.rate_limited' ? 'degraded' : 'down';
}

/** A wrong key does not flap: these are confirmed by one re-read. */
export function confirmedByOneReread(failureClass: FailureClass): boolean {
  const stage = stageOf(failureClass);
  return stage === 'auth' || stage === 'identity' || stage === 'integrity';
}
