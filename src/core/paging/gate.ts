import type { ProbeId } from '../../model/ids.ts';
import { stageOf } from '../detect/classes.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import { viewFrom } from '../detect/views.ts';
import type { ProbeState } from '../detect/probe-state.ts';
import type { Assessment } from '../incident/assess.ts';
import type { Held, Incident } from '../incident/incident.ts';
import type { Silence, Turn, Window } from '../state.ts';
import { lastWindowEnd, windowOver } from './maintenance.ts';
import { silenceFor } from './silence.ts';
import { spokenDuration } from './words.ts';

/** May it be told now? If not: why, and when to look again by the clock alone (null: an observation decides). */
export type Gate =
  | { readonly kind: 'send'; readonly reason: string; readonly verified: boolean }
  | (Held & { readonly kind: 'held'; readonly until: number | null })
  /** Its owner is muted; the others are not. */
  | { readonly kind: 'silenced'; readonly silence: Silence }
  /** A planned window: affected owners may have to hear of it. */
  | { readonly kind: 'planned'; readonly window: Window };

/** The conditions of a page or ticket, in the order in which a person would want to hear them (docs/engine.md 5). */
export function gate(turn: Turn, incident: Incident, assessment: Assessment): Gate {
  const window = windowOver(turn, incident);
  if (window !== undefined) return { kind: 'planned', window };
  const ended = lastWindowEnd(turn, incident);
  // For an inferred cause the newest run of any one supporter suffices.
  const witnesses = incident.rootProbes.length > 0 ? incident.rootProbes : [...incident.symptoms.keys()];
  const fresh = witnesses.some((id) => failsFreshly(turn, id, ended));
  if (!fresh)
    return { kind: 'held', reason: 'recovering', by: 'its newest run did not fail, or is too old', until: null };
  const held = verification(turn, incident);
  if (held.kind === 'held') return held;
  const dueAt = incident.startedAt + assessment.pageAfterMs;
  if (turn.now < dueAt)
    return { kind: 'held', reason: 'not-yet', by: `pageAfter ${spokenDuration(assessment.pageAfterMs)}`, until: dueAt };
  const silence = assessment.loudness === 'record' ? undefined : silenceFor(turn, incident, assessment.owner);
  if (silence !== undefined) return { kind: 'silenced', silence };
  return { kind: 'send', reason: because(turn, incident, held.unanswered), verified: held.unanswered.length === 0 };
}

/** Not for heartbeats, pushes and ratios, which have no run to be asked for. */
function failsFreshly(turn: Turn, id: ProbeId, after: number): boolean {
  const state = turn.state.probes.get(id);
  const probe = turn.graph.probes.get(id);
  if (state === undefined || probe === undefined || !countsAsFailing(state) || state.stale) return false;
  if (state.failure?.byRatio === true || probe.schedule.kind === 'pushed')
    return (state.lastStartedAt ?? turn.now) >= after || probe.schedule.kind === 'pushed';
  if (
    state.status === 'recovering' ||
    state.lastOutcome !== 'fail' ||
    state.lastStartedAt === null ||
    state.lastStartedAt < after
  )
    return false;
  return turn.now - state.lastStartedAt <= probe.confirm.everyMs + probe.timeoutMs;
}

/** The hold: at least `hold.min` from confirmation, and while anything asked is unanswered or suspect; at most `hold.max`. */
function verification(
  turn: Turn,
  incident: Incident,
): { kind: 'over'; unanswered: readonly ProbeId[] } | Extract<Gate, { kind: 'held' }> {
  const { hold } = incident;
  if (hold === null) return { kind: 'over', unanswered: [] };
  const { minMs, maxMs } = turn.configuration.hold;
  const waiting = [...hold.asked].filter(([id, after]) => isAwaited(turn, id, after, hold.place)).map(([id]) => id);
  const unanswered = [...hold.asked.keys()].filter(
    (id) => waiting.includes(id) || seenFrom(turn, id, hold.place)?.lastOutcome === 'unknown',
  );
  const endsAt = hold.startedAt + maxMs;
  if (turn.now >= endsAt) return { kind: 'over', unanswered };
  if (turn.now < hold.startedAt + minMs)
    return { kind: 'held', reason: 'verifying', by: 'hold.min', until: hold.startedAt + minMs };
  if (waiting.length === 0) return { kind: 'over', unanswered };
  return { kind: 'held', reason: 'verifying', by: `waiting for ${waiting.slice(0, 5).join(', ')}`, until: endsAt };
}

/**
 * Unanswered, suspect, or unable to tell: its word is still open. One that has been unable to for as long as a page may
 * be held is not waited for: it has nothing to say.
 */
export function isAwaited(turn: Turn, id: ProbeId, after: number, place: string | null): boolean {
  const state = seenFrom(turn, id, place);
  if (state === undefined || turn.graph.probes.get(id)?.enabled !== true) return false;
  if (state.status === 'suspect' || state.lastStartedAt === null || state.lastStartedAt < after) return true;
  return state.lastOutcome === 'unknown' && turn.now - (state.unknownSince ?? 0) < turn.configuration.hold.maxMs;
}

/** Whether a pending incident waits for this probe, whose newest run could not tell. */
export function mustBeAskedAgain(turn: Turn, id: ProbeId): boolean {
  for (const { state, hold } of turn.state.incidents.values()) {
    const after = state === 'pending' ? hold?.asked.get(id) : undefined;
    if (hold === null || after === undefined || seenFrom(turn, id, hold.place)?.lastOutcome !== 'unknown') continue;
    if (isAwaited(turn, id, after, hold.place)) return true;
  }
  return false;
}

/** A probe as it looks from one place, or on the whole. */
function seenFrom(turn: Turn, id: ProbeId, place: string | null): ProbeState | undefined {
  const known = turn.state.probes.get(id);
  return known === undefined || place === null ? known : (viewFrom(known, place) ?? known);
}

function because(turn: Turn, incident: Incident, unanswered: readonly ProbeId[]): string {
  const first = incident.first.probe === null ? undefined : turn.state.probes.get(incident.first.probe);
  const failure = first?.failure;
  const parts: string[] = [];
  if (failure !== null && failure !== undefined) {
    const lastedMs = Math.max(0, (first?.lastEndedAt ?? turn.now) - failure.since);
    parts.push(
      failure.byRatio
        ? failure.message
        : `${String(failure.count)} ${failure.count === 1 ? 'failure' : 'failures'} in ${spokenDuration(lastedMs)}`,
    );
  }
  const hasDependencies = incident.capabilities.some((id) => (turn.graph.byId.get(id)?.needs.length ?? 0) > 0);
  if (unanswered.length > 0) parts.push(`not verified: no clear answer from ${unanswered.slice(0, 5).join(', ')}`);
  else if (hasDependencies) parts.push('dependencies verified passing');
  if (stageOf(incident.first.class) === 'auth')
    parts.push('either our credential is no longer good, or this is not the service that knows it');
  parts.push(...brokenPromises(turn, incident));
  return parts.join('; ');
}

/** A declared cache that should still hold and evidently does not: the declaration is fiction, and says so. */
function brokenPromises(turn: Turn, incident: Incident): readonly string[] {
  return incident.capabilities.flatMap((id) => {
    const node = turn.graph.byId.get(id);
    return (node?.needs ?? []).flatMap(({ need, to }) => {
      if (need.kind !== 'cached') return [];
      const failing = to.some((n) => n.probes.some((p) => countsAsFailingNow(turn, p.id)));
      return failing ? [`its declared cache of ${need.of} (ttl ${spokenDuration(need.ttlMs)}) did not hold`] : [];
    });
  });
}

function countsAsFailingNow(turn: Turn, id: ProbeId): boolean {
  const state = turn.state.probes.get(id);
  return state !== undefined && countsAsFailing(state);
}
