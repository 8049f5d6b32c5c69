import type { ChannelId, ProbeId } from '../../model/ids.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import { diagnose } from '../diagnose/explain.ts';
import type { DiagnosisInput } from '../diagnose/explain.ts';
import { diagnoseWithSharedCauses } from '../diagnose/shared-cause.ts';
import type { DiagnosisWithCauses } from '../diagnose/shared-cause.ts';
import { gate, isAwaited } from '../paging/gate.ts';
import { destinations } from '../paging/route.ts';
import type { Destination } from '../paging/route.ts';
import { audible, remember, routed, send } from '../paging/send.ts';
import { listed, spokenDuration } from '../paging/words.ts';
import type { Turn } from '../state.ts';
import { assess } from './assess.ts';
import type { Assessment } from './assess.ts';
import { attribute } from './attribute.ts';
import type { Attribution } from './attribute.ts';
import { quietAt } from './flapping.ts';
import { isLive, tell } from './incident.ts';
import { isRecovering, lostExplanations } from './lost-explanation.ts';
import type { Incident, Loudness } from './incident.ts';
import { relevantTo } from './relevant.ts';
import { serviceOfRoot } from './roots-now.ts';

/** Closed incidents are kept for showing, this many. */
const CLOSED_KEPT = 200;

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
  for (const incident of liveIncidents(turn)) {
    bring(turn, incident, attribution, wake);
    if (!isLive(incident)) continue;
    const assessment = assess(turn, incident, attribution.roots.get(incident.id)?.failures ?? new Map());
    note(incident, assessment, attribution.roots.has(incident.id));
    wake(assessment.nextExpiry);
    if (attribution.roots.has(incident.id)) wake(say(turn, incident, assessment));
    else if (incident.loudness !== null) update(turn, incident);
    wake(remind(turn, incident));
  }
  for (const incident of turn.state.incidents.values())
    if (isLive(incident) && incident.about !== 'failure') wake(remind(turn, incident));
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

function liveIncidents(turn: Turn): readonly Incident[] {
  return [...turn.state.incidents.values()]
    .filter((i) => isLive(i) && i.about === 'failure')
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** At `hold.max` the deepest dependency that is still suspect is named instead of its dependent. */
function nameDeepestSuspects(turn: Turn): void {
  for (const incident of liveIncidents(turn)) {
    if (
      incident.hold === null ||
      incident.state !== 'pending' ||
      turn.now < incident.hold.startedAt + turn.configuration.hold.maxMs
    )
      continue;
    const suspects = [...incident.hold.asked].flatMap(([id, after]) => {
      const state = turn.state.probes.get(id);
      return state?.status === 'suspect' && state.failure !== null && isAwaited(turn, id, after) ? [state] : [];
    });
    const depth = (id: ProbeId): number =>
      Math.min(
        ...(turn.state.probes.get(id)?.failure?.against ?? []).map(
          (c) => turn.graph.byId.get(c)?.component ?? Infinity,
        ),
      );
    const dependencies = suspects.filter((s) => isDependencyOf(turn, s.failure?.against ?? [], incident));
    const deepest = dependencies.sort((a, b) => depth(a.id) - depth(b.id) || (a.id < b.id ? -1 : 1))[0];
    if (deepest?.failure === undefined || deepest.failure === null) continue;
    deepest.status = 'failing';
    deepest.failure.confirmedAt = turn.now;
    deepest.since = deepest.failure.since;
  }
}

function isDependencyOf(turn: Turn, capabilities: readonly string[], incident: Incident): boolean {
  const work = incident.capabilities.flatMap((id) => turn.graph.byId.get(id) ?? []);
  const seen = new Set(work);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (!incident.capabilities.includes(node.id) && capabilities.includes(node.id)) return true;
    for (const edge of node.needs) {
      for (const target of edge.to) {
        if (seen.has(target)) continue;
        seen.add(target);
        work.push(target);
      }
    }
  }
  return false;
}

/** Moves one incident: its root goes on, turned out to be a symptom, or ended. */
function bring(turn: Turn, incident: Incident, attribution: Attribution, wake: (at: number) => void): void {
  const root = attribution.roots.get(incident.id);
  const symptoms: Incident['symptoms'] = new Map(attribution.symptoms.get(incident.id));
  const passed = [...incident.symptoms.keys()].filter((id) => !symptoms.has(id) && !isFailing(turn, id));
  incident.symptoms = symptoms;
  for (const [id, { by }] of incident.symptoms) {
    if (incident.suppressed.has(id)) continue;
    incident.suppressed.set(id, { probe: id, reason: 'explained', by: by.join(', ') || incident.root.id });
    tell(incident, turn.now, 'suppressed', `${id} fails too; explained by ${by.join(', ') || incident.root.id}`);
  }
  if (root !== undefined) {
    incident.rootProbes = root.probes;
    incident.quietSince = null;
    const capabilities = new Set([...incident.capabilities, ...(root.isFactor ? [] : root.failures.keys())]);
    if (capabilities.size > incident.capabilities.length) incident.capabilities = [...capabilities].sort();
    // A symptom that passes hints that the root is back.
    if (passed.length > 0)
      for (const id of root.probes)
        turn.effects.push({ kind: 'reprobe', probe: id, cause: 'recover', notBefore: turn.now });
    return;
  }
  const into = absorber(turn, incident, attribution);
  if (into !== undefined) {
    mergeInto(turn, incident, into);
    return;
  }
  if (incident.symptoms.size > 0) {
    if (incident.rootProbes.length > 0)
      tell(incident, turn.now, 'root-passing', `root passing, ${String(incident.symptoms.size)} still failing`);
    incident.rootProbes = [];
    return;
  }
  const removed =
    (incident.capabilities.length > 0 && turn.graph.services.get(serviceOfRoot(incident.root)) === undefined) ||
    (incident.first.probe !== null && !turn.graph.probes.has(incident.first.probe));
  const quiet = removed ? null : quietAt(turn, incident);
  if (quiet !== null) {
    wake(quiet);
    return;
  }
  close(
    turn,
    incident,
    removed ? 'removed' : incident.loudness === null && incident.state === 'pending' ? 'blip' : 'recovered',
  );
}

function isFailing(turn: Turn, id: ProbeId): boolean {
  const state = turn.state.probes.get(id);
  return state !== undefined && countsAsFailing(state);
}

/** The incident that answers now for the probes that this one was about: a deeper root's, a group's, an inferred cause's. */
function absorber(turn: Turn, incident: Incident, attribution: Attribution): Incident | undefined {
  const about =
    incident.root.kind === 'shared'
      ? [...incident.suppressed.keys()].filter((id) => isFailing(turn, id))
      : incident.rootProbes;
  for (const [id, root] of attribution.roots) {
    if (id === incident.id) continue;
    if (about.some((p) => root.probes.includes(p) || attribution.symptoms.get(id)?.has(p) === true))
      return turn.state.incidents.get(id);
  }
  return undefined;
}

/** Another incident explains this one. Told: its channels hear so now, and of the other's end. Not told: it ends silently. */
function mergeInto(turn: Turn, incident: Incident, into: Incident): void {
  // What had been merged into this one follows it.
  for (const other of turn.state.incidents.values()) if (other.mergedInto === incident.id) other.mergedInto = into.id;
  if (incident.told.size === 0) {
    close(turn, incident, 'explained');
    return;
  }
  incident.state = 'merged';
  incident.mergedInto = into.id;
  incident.related = [...incident.related, { id: into.id, relation: 'merged' }];
  into.related = [...into.related, { id: incident.id, relation: 'merged' }];
  tell(incident, turn.now, 'merged', `explained by ${into.root.id}: ${into.id}`);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'merged', reason: `explained by ${into.id}` });
  send(turn, incident, 'update', [...incident.told.values()], `explained by ${into.root.id}; see ${into.id}`);
}

/** Ends an incident; everyone told hears it, under the routing they were told by. */
export function close(turn: Turn, incident: Incident, because: NonNullable<Incident['closedBecause']>): void {
  incident.state = 'closed';
  incident.closedBecause = because;
  incident.resolvedAt = turn.now;
  incident.remindAt = null;
  incident.rootProbes = [];
  const lastedMs = turn.now - incident.startedAt;
  const words =
    because === 'recovered'
      ? `passing again after ${spokenDuration(lastedMs)}`
      : because === 'removed'
        ? 'removed from the configuration'
        : because.replaceAll('-', ' ');
  tell(incident, turn.now, 'closed', words);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'closed', reason: because });
  if (incident.told.size > 0) send(turn, incident, 'resolve', [...incident.told.values()], words);
  for (const merged of turn.state.incidents.values()) {
    if (merged.state !== 'merged' || merged.mergedInto !== incident.id) continue;
    merged.state = 'closed';
    merged.closedBecause = 'merged';
    merged.resolvedAt = turn.now;
    tell(merged, turn.now, 'closed', `with ${incident.id}: ${words}`);
    send(turn, merged, 'resolve', [...merged.told.values()], `${incident.id} ended: ${words}`);
  }
}

/** Takes over what an assessment says. While the root is back, what was hit stays as it was last told. */
function note(incident: Incident, assessment: Assessment, rootFails: boolean): void {
  incident.tier = assessment.tier;
  incident.owner = assessment.owner;
  if (!rootFails) return;
  incident.impact = assessment.impact;
  incident.unaffected = assessment.unaffected;
  incident.title = assessment.title;
}

/** Pages, tickets or records a failing root, as soon as nothing holds it; gives when the clock alone may change that. */
function say(turn: Turn, incident: Incident, assessment: Assessment): number | null {
  const told = incident.loudness;
  if (told !== null && !isLouder(assessment.loudness, told)) {
    update(turn, incident);
    return null;
  }
  const gated = gate(turn, incident, assessment);
  if (gated.kind === 'held') {
    if (incident.held !== `${gated.reason}: ${gated.by}`) {
      incident.held = `${gated.reason}: ${gated.by}`;
      tell(incident, turn.now, 'held', incident.held);
      turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'held', reason: incident.held });
    }
    return gated.until;
  }
  incident.held = null;
  incident.state = 'open';
  incident.loudness = assessment.loudness;
  if (told === null) incident.verified = gated.verified;
  if (told !== null) incident.acknowledgedBy = null;
  tell(incident, turn.now, assessment.loudness, gated.reason);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: assessment.loudness, reason: gated.reason });
  if (assessment.loudness === 'record') return null;
  if (assessment.loudness === 'page') incident.pagedAt = turn.now;
  incident.remindAt = turn.now + turn.configuration.remindMs;
  const targets = audible(
    turn,
    incident,
    destinations(turn.configuration, routed(turn, incident, incident.owner), assessment.loudness),
  );
  if (targets.length === 0) tell(incident, turn.now, 'nobody', 'no route leads to a channel, or all are silenced');
  remember(incident, assessment.loudness, targets);
  incident.toldAbout = JSON.stringify(contents(incident));
  send(turn, incident, assessment.loudness, targets, gated.reason);
  notice(turn, incident, assessment);
  return null;
}

/** Owners of affected services hear once, through their own route's consumers. */
function notice(turn: Turn, incident: Incident, assessment: Assessment): void {
  const fresh = assessment.consumers.filter((owner) => !incident.noticed.includes(owner));
  if (fresh.length === 0) return;
  incident.noticed = [...incident.noticed, ...fresh].sort();
  const targets = new Map<ChannelId, Destination>();
  for (const owner of fresh) {
    for (const d of destinations(turn.configuration, routed(turn, incident, owner), 'consumers')) {
      if (!incident.told.has(d.channel)) targets.set(d.channel, d);
    }
  }
  const heard = audible(turn, incident, [...targets.values()]);
  if (heard.length === 0) return;
  remember(incident, 'notice', heard);
  send(turn, incident, 'notice', heard, `you are affected; ${incident.owner ?? 'nobody'} was told`);
}

/** Tells those who were told when more is hit, or more is suppressed, than they know of. */
function update(turn: Turn, incident: Incident): void {
  if (incident.told.size === 0) return;
  const known = new Set(JSON.parse(incident.toldAbout || '[]') as string[]);
  const fresh = contents(incident).filter((item) => !known.has(item));
  if (fresh.length === 0) return;
  incident.toldAbout = JSON.stringify([...known, ...fresh].sort());
  send(turn, incident, 'update', [...incident.told.values()], `new: ${listed(fresh)}`);
}

function contents(incident: Incident): readonly string[] {
  return [
    ...incident.capabilities.map((c) => `${c} failing`),
    ...incident.impact.map((i) => `${i.capability} ${i.state}`),
    ...[...incident.suppressed.keys()].map((p) => `${p} suppressed`),
  ].sort();
}

/** An unacknowledged page is said again after `remind`; gives when next. */
function remind(turn: Turn, incident: Incident): number | null {
  if (incident.remindAt === null || incident.loudness !== 'page' || incident.acknowledgedBy !== null) return null;
  if (turn.now >= incident.remindAt) {
    incident.remindAt = turn.now + turn.configuration.remindMs;
    send(
      turn,
      incident,
      'update',
      [...incident.told.values()].filter((t) => t.event === 'page'),
      `still open after ${spokenDuration(turn.now - incident.startedAt)}, nobody acknowledged`,
    );
  }
  return incident.remindAt;
}

function isLouder(a: Loudness, b: Loudness): boolean {
  const order: readonly Loudness[] = ['record', 'ticket', 'page'];
  return order.indexOf(a) > order.indexOf(b);
}

function forgetOldest(turn: Turn): void {
  const closed = [...turn.state.incidents.values()].filter((i) => i.state === 'closed');
  if (closed.length <= CLOSED_KEPT) return;
  closed.sort((a, b) => (a.resolvedAt ?? 0) - (b.resolvedAt ?? 0));
  for (const old of closed.slice(0, closed.length - CLOSED_KEPT)) turn.state.incidents.delete(old.id);
}
