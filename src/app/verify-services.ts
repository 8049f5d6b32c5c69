import { probesToVerify } from '../core/verify/probes-to-verify.ts';
import type { VerifyQuestion } from '../core/verify/probes-to-verify.ts';
import { armProbes } from '../daemon/armed-probe.ts';
import { Lanes } from '../daemon/lanes.ts';
import { verification } from '../daemon/verification.ts';
import type { Verification } from '../daemon/verification.ts';
import { WakeUps } from '../daemon/wake-ups.ts';
import type { Refusal } from '../model/view.ts';
import type { LoadedConfiguration } from '../ports/loaded.ts';
import { allKinds, NO_SCREEN } from './kinds.ts';
import { runArmed } from './probe-once.ts';
import type { ProbedOnce } from './probe-once.ts';
import { systemClock } from './system-clock.ts';

const AT_ONCE = { total: 50, perTarget: 8 };

/** What became of each probe, with the whole run that failed. */
export type VerifiedServices = Verification<ProbedOnce>;

/** Runs the probes that can tell whether a change did harm, outside of any daemon, for so long. */
export async function verifyServices(
  loaded: LoadedConfiguration,
  question: VerifyQuestion & { readonly forMs: number },
): Promise<VerifiedServices | Refusal> {
  const probes = probesToVerify(loaded.configuration, question);
  if ('kind' in probes) return probes;
  const armed = armProbes(loaded, allKinds(NO_SCREEN).probes);
  const lanes = new Lanes(AT_ONCE);
  using wakeUps = new WakeUps(systemClock.monotonic, (thrown) => {
    throw thrown;
  });
  return await verification({
    probes,
    forMs: question.forMs,
    wakeUps,
    outcomeOf: ({ judged }) => judged.outcome,
    run: async ({ id }) => {
      const found = armed.get(id);
      if (found === undefined) return undefined;
      const turn = Promise.withResolvers<void>();
      const ticket = lanes.enter(found.target, turn.resolve);
      try {
        await turn.promise;
        return await runArmed(found);
      } finally {
        lanes.leave(ticket);
      }
    },
  });
}
