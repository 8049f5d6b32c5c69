import type { Measured } from '../model/run.ts';
import type { ObservationFact } from '../model/entry.ts';
import type { Refusal } from '../ports/daemon-view.ts';
import type { ArmedProbe } from './armed-probe.ts';
import { reasonOf } from './daemon-error.ts';
import type { Prober } from './prober.ts';

/** Judges what somebody pushed to a probe, as a run that began and ended at `at`. */
export function observePushed(
  armed: ArmedProbe | undefined,
  body: unknown,
  at: number,
  prober: Prober,
): ObservationFact | Refusal {
  const receive = armed?.kind.receive;
  if (armed === undefined || receive === undefined)
    return { kind: 'not-found', message: 'there is no probe of that name that takes heartbeats' };
  let measured: Measured;
  try {
    measured = receive(body, armed.options, at);
  } catch (thrown) {
    return { kind: 'invalid', message: `read what was pushed to ${armed.probe.id}: ${reasonOf(thrown)}` };
  }
  return prober.observe(armed, {
    cause: 'pushed',
    startedAt: at,
    endedAt: at,
    durationMs: 0,
    measured,
    judge: (seen) => armed.kind.judge(seen, armed.options),
    loopDelayMs: 0,
    clockStepMs: 0,
    timeoutMs: armed.probe.timeoutMs,
  });
}
