import type { FailureClass } from '../../model/failure.ts';
import type { ProbeId } from '../../model/ids.ts';
import type { ProbeState } from '../detect/probe-state.ts';
import type { Turn } from '../state.ts';

/** A probe that could not tell so often in a row … */
const RUNS = 3;
/** … and for so long is no watch at all. */
const FOR_MS = 180_000;

/** Probes that nobody can count on, by why: blindness of our own network is told by itself. */
export function unwatched(turn: Turn): ReadonlyMap<FailureClass, readonly ProbeId[]> {
  const found = new Map<FailureClass, ProbeId[]>();
  for (const state of turn.state.probes.values()) {
    const because = whyUnwatched(turn, state);
    if (because !== undefined) found.set(because, [...(found.get(because) ?? []), state.id].sort());
  }
  return found;
}

/** Why a probe has not been able to tell for three runs and three minutes; undefined where it has. */
export function whyUnwatched(turn: Turn, state: ProbeState): FailureClass | undefined {
  const { unknownBecause, unknownRuns, unknownSince } = state;
  if (unknownBecause === null || unknownBecause === 'probe.network' || unknownSince === null) return undefined;
  return unknownRuns >= RUNS && turn.now - unknownSince >= FOR_MS ? unknownBecause : undefined;
}
