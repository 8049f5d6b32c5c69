import type { ProbeId } from '../../model/ids.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import { diagnose } from '../diagnose/explain.ts';
import type { DiagnosisInput } from '../diagnose/explain.ts';
import { diagnoseWithSharedCauses } from '../diagnose/shared-cause.ts';
import type { DiagnosisWithCauses } from '../diagnose/shared-cause.ts';
import { remind, say, update } from '../paging/announce.ts';
import { escalate } from '../paging/escalate.ts';
import type { Turn } from '../state.ts';
import { assess } from './assess.ts';
import type { Assessment } from './assess.ts';
import { attribute } from './attribute.ts';
import { forgetOldest } from './close.ts';
import { isLive, liveFailures } from './incident.ts';
import type { Incident } from './incident.ts';
import { isRecovering, lostExplanations } from './lost-explanation.ts';
import { move } from './move.ts';
import { nameDeepestSuspects } from './name-deepest.ts';
import { sayStandalone } from './open-standalone.ts';
import type { RootNow } from './roots-now.ts';
import { relevantTo } from './relevant.ts';

/**
 * Brings incidents in line with what fails now: diagnosis, attribution, lifecycle, and what people are told.
 * Called whenever something that matters changed; doing it again without a change does nothing.
 */
export function settle(turn: Turn): void {
  turn.state.settledAt = turn.now;
  nameDeepestSuspects(turn);
  const { found, staying } = diagnosed(turn);
  const attribution = attribute(turn, found, staying);
  let wakeAt: number | null = null;
  const wake = (at: number | null): void => {
    if (at !== null && at > turn.now && (wakeAt === null || at < wakeAt)) wakeAt = at;
  };
  for (const incident of liveFailures(turn.state)) {
    move(turn, incident, attribution, wake);
    if (!isLive(incident)) continue;
    const assessment = assess(turn, incident, attribution.roots.get(incident.id)?.failures ?? new Map());
    note(incident, assessment, failsStill(turn, attribution.roots.get(incident.id)));
    wake(assessment.nextExpiry);
    if (attribution.roots.has(incident.id)) wake(say(turn, incident, assessment));
    else update(turn, incident);
    wake(escalate(turn, incident));
    wake(remind(turn, incident));
  }
  for (const incident of turn.state.incidents.values()) {
    if (!isLive(incident) || incident.about === 'failure') continue;
    wake(sayStandalone(turn, incident));
    wake(escalate(turn, incident));
    wake(remind(turn, incident));
  }
  for (const window of turn.state.windows.values()) {
    wake(window.from);
    wake(window.until);
  }
  forgetOldest(turn);
  turn.state.wakeAt = wakeAt;
  turn.state.relevant = relevantTo(turn);
}

interface Diagnosed {
  readonly found: DiagnosisWithCauses;
  /** Failing probes that stay with an incident that explained them a moment ago. */
  readonly staying: ReadonlyMap<ProbeId, Incident>;
}

function diagnosed(turn: Turn): Diagnosed {
  const failing = [...turn.state.troubled].filter((id) => {
    const state = turn.state.probes.get(id);
    return state !== undefined && countsAsFailing(state);
  });
  const input: DiagnosisInput = {
    graph: turn.graph,
    states: (id) => turn.state.probes.get(id),
    failing: failing.sort(),
    now: turn.now,
    causeWithinMs: turn.configuration.causeWithinMs,
  };
  const first = diagnose(input);
  const staying = lostExplanations(turn, first.rootProbes);
  const found = diagnoseWithSharedCauses(input, first, ({ probes }, candidate) =>
    probes.some((id) => {
      const incident = staying.get(id);
      return incident === undefined || !isRecovering(turn, incident) || incident.root.id === candidate.service.id;
    }),
  );
  return { found, staying };
}

/** Whether a root fails, and has not begun to recover: what rests on it recovers as early, and was hit all the same. */
function failsStill(turn: Turn, root: RootNow | undefined): boolean {
  return root?.witnesses.some((id) => turn.state.probes.get(id)?.status === 'failing') === true;
}

/** Takes over what an assessment says. While the root is back or on its way, what was hit stays as it was last told. */
function note(incident: Incident, assessment: Assessment, rootFails: boolean): void {
  incident.tier = assessment.tier;
  // Once told, it passes on only with a word to both (paging/announce.ts).
  if (incident.loudness === null) incident.owner = assessment.owner;
  if (!rootFails) return;
  incident.wanted = assessment.loudness;
  incident.impact = assessment.impact;
  incident.unaffected = assessment.unaffected;
  incident.title = assessment.title;
}
