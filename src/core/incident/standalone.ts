import type { AnchorFact, TroubleFact } from '../../model/entry.ts';
import type { FailureClass } from '../../model/failure.ts';
import type { IncidentId, ServiceId } from '../../model/ids.ts';
import { stageOrder } from '../detect/classes.ts';
import type { ProbeState, SeenWarning } from '../detect/probe-state.ts';
import { loudnessOf } from '../paging/loudness.ts';
import { doing, listed } from '../paging/words.ts';
import type { KnownDrift, Turn } from '../state.ts';
import { isLive, rootKey, tell } from './incident.ts';
import type { Loudness, Root } from './incident.ts';
import { close } from './close.ts';
import { openStandalone } from './open-standalone.ts';
import { unwatched, whyUnwatched } from './unwatched.ts';

/** A warning must be seen in this many runs to be told, and be absent from as many to end. */
const WARNING_RUNS = 3;

/**
 * Warnings of a run (an expiring certificate): seen in three runs it is a ticket of its own, which explains
 * nothing; absent from three it ends. Only passing runs speak: a failed one did not get to the certificate.
 */
export function noteWarnings(turn: Turn, state: ProbeState): void {
  if (state.lastOutcome !== 'pass') return;
  if (state.warnings === null && state.currentWarnings.length === 0) return;
  const warnings = state.warnings ?? new Map<FailureClass, SeenWarning>();
  const seen = new Set(state.currentWarnings.map((w) => w.class));
  for (const warning of state.currentWarnings) {
    const known = warnings.get(warning.class);
    warnings.set(warning.class, { warning, seen: (known?.seen ?? 0) + 1, absent: 0 });
  }
  for (const [failureClass, known] of [...warnings].sort(
    ([a], [b]) => stageOrder(a) - stageOrder(b) || (a < b ? -1 : 1),
  )) {
    const id = `${state.id}:${failureClass}` as IncidentId;
    const incident = turn.state.incidents.get(id);
    const open = incident !== undefined && isLive(incident);
    if (seen.has(failureClass)) {
      if (!open && known.seen >= WARNING_RUNS) openWarning(turn, state, id, failureClass, known.warning.message);
      continue;
    }
    known.absent += 1;
    if (known.absent < WARNING_RUNS) continue;
    warnings.delete(failureClass);
    if (open) close(turn, incident, 'recovered');
  }
  state.warnings = warnings.size === 0 ? null : warnings;
}

/**
 * A watched fact changed: told to the owner as loudly as `watch` asks for, whether announced or not. It ends like
 * a warning, after three passing runs in which it did not change again.
 */
export function noteWatchedDrift(turn: Turn, state: ProbeState, drift: KnownDrift): void {
  const loudness = turn.graph.probes.get(state.id)?.watch[drift.fact];
  if (loudness === undefined || loudness === 'record') return;
  const failureClass: FailureClass =
    drift.fact === 'addresses' || drift.fact === 'cname' ? 'dns.drift' : 'info.rotation';
  const message = `${drift.fact} changed from ${String(drift.before)} to ${String(drift.after)}`;
  state.warnings ??= new Map();
  state.warnings.set(failureClass, { warning: { class: failureClass, message }, seen: WARNING_RUNS, absent: 0 });
  const id = `${state.id}:${failureClass}` as IncidentId;
  const incident = turn.state.incidents.get(id);
  if (incident !== undefined && isLive(incident)) tell(incident, turn.now, 'again', message);
  else openWarning(turn, state, id, failureClass, message, loudness);
}

/** `loudness` where somebody asked for one; else that of a warning, which is never urgent. */
function openWarning(
  turn: Turn,
  state: ProbeState,
  id: IncidentId,
  failureClass: FailureClass,
  message: string,
  loudness?: Loudness,
): void {
  const probe = turn.graph.probes.get(state.id);
  if (probe === undefined) return;
  const tier = turn.graph.tiers.get(probe.service) ?? 1;
  const service = turn.graph.services.get(probe.service);
  openStandalone(turn, {
    id,
    about: 'warning',
    root: { kind: 'service', id: probe.service },
    probe: state.id,
    class: failureClass,
    message,
    loudness: loudness ?? loudnessOf('degraded', tier === 0 ? 1 : tier, false),
    owner: service?.owner ?? turn.configuration.serverOwner ?? null,
    tier,
    title: `${probe.service} ${doing(failureClass)}: ${message}`,
  });
}

/** The monitor's own trouble: told to its owner as soon as it is known, ended when it ends. */
export function noteTrouble(turn: Turn, trouble: TroubleFact): void {
  const { channel } = trouble;
  const root: Root = channel === undefined ? { kind: 'monitor', id: trouble.what } : { kind: 'channel', id: channel };
  const generation = turn.state.generations.get(`warning:${rootKey(root)}`) ?? 0;
  const current = turn.state.incidents.get(`${root.kind}-${root.id}-${String(generation)}` as IncidentId);
  const open = current !== undefined && isLive(current);
  if (trouble.state === 'end') {
    if (open) close(turn, current, 'recovered');
    return;
  }
  if (open) {
    current.first = { ...current.first, message: trouble.message };
    tell(current, turn.now, 'again', trouble.message);
    return;
  }
  openStandalone(turn, {
    id: `${root.kind}-${root.id}-${String(generation + 1)}` as IncidentId,
    about: 'monitor',
    root,
    probe: null,
    class: trouble.what === 'reload' ? 'probe.misconfigured' : 'probe.resources',
    message: trouble.message,
    loudness: trouble.what === 'reload' || trouble.what === 'schedule' ? 'ticket' : 'page',
    owner: turn.configuration.serverOwner ?? null,
    tier: 0,
    title: channel === undefined ? TITLES[trouble.what] : `Tocsin's channel ${channel} takes no messages`,
  });
}

/** So many checks in a row that no anchor answered are our own outage. */
const BLIND_CHECKS = 3;

/**
 * Is it us? While no anchor answers, failures are unknown, and after three such checks one incident says so by
 * every channel. When an anchor answers again, all that is unknown for that reason is run again at once.
 */
export function noteAnchor(turn: Turn, check: AnchorFact): void {
  const { state } = turn;
  const root: Root = { kind: 'monitor', id: 'network' };
  const generation = state.generations.get(`warning:${rootKey(root)}`) ?? 0;
  const current = state.incidents.get(`monitor-network-${String(generation)}` as IncidentId);
  const open = current !== undefined && isLive(current);
  if (check.answered) {
    state.unansweredAnchors = 0;
    for (const id of [...state.probes.keys()].sort()) {
      if (state.probes.get(id)?.unknownBecause !== 'probe.network') continue;
      turn.effects.push({ kind: 'reprobe', probe: id, cause: 'verify', notBefore: turn.now });
    }
    if (open) close(turn, current, 'recovered');
    return;
  }
  state.unansweredAnchors += 1;
  if (open || state.unansweredAnchors < BLIND_CHECKS) return;
  openStandalone(turn, {
    id: `monitor-network-${String(generation + 1)}` as IncidentId,
    about: 'monitor',
    root,
    probe: null,
    class: 'probe.network',
    message: check.detail,
    loudness: 'page',
    owner: turn.configuration.serverOwner ?? null,
    tier: 0,
    title: 'Tocsin has lost its own network: it cannot tell how anything stands, and says nothing about services',
  });
}

/**
 * "X is unwatched": one incident per cause for probes that have not been able to tell for three runs and three
 * minutes; a page where one of them is tier 0. It ends when all of them can tell again.
 */
export function noteUnwatched(turn: Turn, state: ProbeState): void {
  const because = whyUnwatched(turn, state);
  for (const incident of turn.state.incidents.values()) {
    if (!isLive(incident) || !incident.root.id.startsWith('unwatched:')) continue;
    if (!unwatched(turn).has(incident.first.class)) close(turn, incident, 'recovered');
  }
  if (because === undefined) return;
  const root: Root = { kind: 'monitor', id: `unwatched:${because}` };
  const generation = turn.state.generations.get(`warning:${rootKey(root)}`) ?? 0;
  const current = turn.state.incidents.get(`unwatched-${because}-${String(generation)}` as IncidentId);
  if (current !== undefined && isLive(current)) return;
  const probes = unwatched(turn).get(because) ?? [state.id];
  const tiers = probes.map((id) => turn.graph.tiers.get(turn.graph.probes.get(id)?.service ?? ('' as ServiceId)) ?? 1);
  openStandalone(turn, {
    id: `unwatched-${because}-${String(generation + 1)}` as IncidentId,
    about: 'monitor',
    root,
    probe: state.id,
    class: because,
    message: turn.state.probes.get(state.id)?.unknownMessage ?? 'its runs cannot tell',
    loudness: tiers.includes(0) ? 'page' : 'ticket',
    owner: turn.configuration.serverOwner ?? null,
    tier: Math.min(...tiers),
    title: `${listed(probes)} ${probes.length === 1 ? 'is' : 'are'} unwatched`,
  });
}

const TITLES: Readonly<Record<TroubleFact['what'], string>> = {
  log: 'Tocsin cannot write its log: it goes on probing and paging from memory',
  reload: 'Tocsin refused a changed configuration: the one before stays in effect',
  reduce: 'Tocsin could not take an entry of its log into account',
  schedule: 'Tocsin cannot keep its schedule',
  channel: 'A channel of Tocsin takes no messages',
};
