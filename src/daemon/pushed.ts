import type { Measured } from '../model/run.ts';
import type { ObservationFact } from '../model/entry.ts';
import type { Refusal } from '../ports/daemon-view.ts';
import type { ArmedProbe } from './armed-probe.ts';
import { reasonOf } from './daemon-error.ts';
import type { Prober } from './prober.ts';

/** Something pushed: a sign of life, or a result, with when it was found there. */
export interface Pushed {
  readonly what: 'beat' | 'result';
  readonly body: unknown;
  /** On the same clock as entries. */
  readonly at: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly location?: string | undefined;
}

const NAMES = { beat: 'heartbeats', result: 'results' } as const;

/** Judges what somebody pushed to a probe. */
export function observePushed(
  armed: ArmedProbe | undefined,
  { what, body, at, startedAt, endedAt, location }: Pushed,
  prober: Prober,
): ObservationFact | Refusal {
  const receive = armed?.kind.receive;
  if (armed === undefined || receive === undefined || armed.kind.receives !== what)
    return { kind: 'not-found', message: `there is no probe of that name that takes ${NAMES[what]}` };
  let measured: Measured;
  try {
    measured = receive(body, armed.options, at);
  } catch (thrown) {
    return { kind: 'invalid', message: `read what was pushed to ${armed.probe.id}: ${reasonOf(thrown)}` };
  }
  const observation = prober.observe(armed, {
    cause: 'pushed',
    startedAt,
    endedAt,
    durationMs: endedAt - startedAt,
    measured,
    judge: (seen) => armed.kind.judge(seen, armed.options),
    loopDelayMs: 0,
    clockStepMs: 0,
    timeoutMs: armed.probe.timeoutMs,
  });
  return location === undefined ? observation : { ...observation, location };
}
