import type { Mode } from '../../model/failure.ts';
import type { ProbeId } from '../../model/ids.ts';
import type { Node } from '../graph/graph.ts';
import { effectOf, modeOf } from './classes.ts';
import { countsAsFailing } from './probe-state.ts';
import type { Onset, ProbeState } from './probe-state.ts';

/** A capability fails by its own evidence: at least one failing probe counts against it. */
export interface OwnFailure {
  readonly state: 'down' | 'degraded';
  readonly mode: Mode;
  readonly since: number;
  readonly onset: Onset;
  /** All failing probes that count against it, by id. */
  readonly probes: readonly ProbeId[];
  /** Whether every one of them fails by ratio: single passes of dependents then clear nothing. */
  readonly byRatio: boolean;
}

/** What a capability's own probes say of it. */
export type OwnEvidence =
  | { readonly kind: 'failing'; readonly failure: OwnFailure }
  /** `provenAt`: start of the newest run that proved it. */
  | { readonly kind: 'up'; readonly deep: boolean; readonly provenAt: number }
  | { readonly kind: 'unknown' };

/** Reads probe states; given as a function so that diagnosis can leave some out. */
export type ProbeStates = (id: ProbeId) => ProbeState | undefined;

/**
 * `down` if any failing probe makes it so, else `degraded` if any does, else up by a deep run, else up by a
 * shallow one, else unknown. An explained probe counts only against what explains it (`ProbeState.excused`);
 * diagnosis, which finds that out, gives its own `skip` instead.
 */
export function ownEvidence(
  node: Node,
  states: ProbeStates,
  skip: (state: ProbeState) => boolean = (s) => s.excused.includes(node.id),
): OwnEvidence {
  let worst: OwnFailure | undefined;
  const failing: ProbeId[] = [];
  let byRatio = true;
  let deepAt = -1;
  let shallowAt = -1;
  for (const probe of node.probes) {
    const state = states(probe.id);
    if (state === undefined) continue;
    const failure = countsAsFailing(state) ? state.failure : null;
    if (failure !== null && failure.against.includes(node.id)) {
      if (skip(state)) continue;
      const mode = modeOf(failure.class);
      const effect = failure.byRatio || failure.from !== null ? 'degraded' : (probe.effect ?? effectOf(failure.class));
      failing.push(probe.id);
      byRatio &&= failure.byRatio;
      const candidate: OwnFailure = {
        state: effect,
        mode,
        since: failure.since,
        onset: failure.onset,
        probes: [],
        byRatio: false,
      };
      if (worst === undefined || isWorse(candidate, worst)) worst = candidate;
      continue;
    }
    const provenAt = state.proven.get(node.id);
    // Steps skipped after a failing one are no evidence: what this probe proved before it failed says nothing now.
    if (provenAt === undefined || (failure !== null && provenAt < failure.since)) continue;
    if (probe.deep) deepAt = Math.max(deepAt, provenAt);
    else shallowAt = Math.max(shallowAt, provenAt);
  }
  if (worst !== undefined) return { kind: 'failing', failure: { ...worst, probes: failing, byRatio } };
  if (deepAt >= 0) return { kind: 'up', deep: true, provenAt: deepAt };
  if (shallowAt >= 0) return { kind: 'up', deep: false, provenAt: shallowAt };
  return { kind: 'unknown' };
}

/** Down before degraded; then the one that began first, so that `since` is the true beginning. */
function isWorse(a: OwnFailure, b: OwnFailure): boolean {
  if (a.state !== b.state) return a.state === 'down';
  return a.onset.end < b.onset.end;
}
