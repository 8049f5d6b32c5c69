import type { ObservationFact } from '../../model/entry.ts';
import { indexFactors } from '../diagnose/factors.ts';
import { recent } from '../recent.ts';
import type { KnownDrift, Turn } from '../state.ts';
import type { ProbeState } from './probe-state.ts';

/** Records every change of a fact and gives them; one that is merely missing from a failed run is not a change. */
export function noteFacts(turn: Turn, state: ProbeState, run: ObservationFact): readonly KnownDrift[] {
  if (run.factsHash === state.factsHash) return [];
  const drifts: KnownDrift[] = [];
  for (const [fact, after] of Object.entries(run.facts)) {
    const before = state.facts[fact];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(after))
      drifts.push({ at: run.startedAt, probe: run.probe, fact, before, after });
  }
  // Most runs measure the same facts: theirs are kept as they are, not copied.
  const isWhole = Object.keys(state.facts).every((fact) => fact in run.facts);
  const merged = isWhole ? run.facts : { ...state.facts, ...run.facts };
  indexFactors(turn.state, turn.graph, state, () => (state.facts = merged));
  state.factsHash = run.factsHash;
  if (drifts.length > 0) turn.state.drifts = recent([...turn.state.drifts, ...drifts], turn.now);
  return drifts;
}
