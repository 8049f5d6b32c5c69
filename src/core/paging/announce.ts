import type { ChannelId } from '../../model/ids.ts';
import type { Assessment } from '../incident/assess.ts';
import { isKeptBack, tell } from '../incident/incident.ts';
import type { Held, Incident } from '../incident/incident.ts';
import type { Turn, Window } from '../state.ts';
import { beginEscalation } from './escalate.ts';
import { gate } from './gate.ts';
import { isLouder } from './loudness.ts';
import { destinations } from './route.ts';
import type { Destination } from './route.ts';
import { windowOver } from './maintenance.ts';
import { listening, remember, routed, send } from './send.ts';
import { silenceFor } from './silence.ts';
import { listed, spokenDuration } from './words.ts';

/**
 * Pages, tickets or records a failing root, as soon as nothing holds it; gives when the clock alone may change that.
 * Whatever keeps its owner from hearing (maintenance, a silence) keeps no other affected owner from it.
 */
export function say(turn: Turn, incident: Incident, assessment: Assessment): number | null {
  if (incident.loudness !== null && assessment.owner !== incident.owner) passOn(turn, incident, assessment);
  const told = incident.loudness;
  if (told !== null && !isLouder(assessment.loudness, told)) {
    update(turn, incident);
    notice(turn, incident, assessment.consumers);
    return null;
  }
  const gated = gate(turn, incident, assessment);
  switch (gated.kind) {
    case 'held':
      hold(turn, incident, gated);
      update(turn, incident);
      return gated.until;
    case 'planned':
      hold(turn, incident, { reason: 'maintenance', by: gated.window.reason });
      update(turn, incident);
      noticeInWindow(turn, incident, gated.window);
      return gated.window.until;
    case 'silenced':
      hold(turn, incident, { reason: 'silenced', by: `${gated.silence.by}: ${gated.silence.reason}` });
      update(turn, incident);
      notice(turn, incident, assessment.consumers);
      return gated.silence.until;
    case 'send':
      announce(turn, incident, assessment, gated);
      return null;
    default:
      return gated satisfies never;
  }
}

/** The owner hears, as loudly as it is; then the other affected owners. */
function announce(
  turn: Turn,
  incident: Incident,
  { loudness, consumers }: Assessment,
  { reason, verified }: { readonly reason: string; readonly verified: boolean },
): void {
  if (incident.loudness === null) incident.verified = verified;
  // Rising: who took it as it was has not taken it as it is.
  else incident.acknowledgedBy = null;
  incident.held = null;
  incident.state = 'open';
  incident.loudness = loudness;
  tell(incident, turn.now, loudness, reason);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: loudness, reason });
  if (loudness === 'record') return;
  if (loudness === 'page') {
    incident.pagedAt = turn.now;
    incident.escalation = beginEscalation(turn, incident);
  }
  incident.remindAt = turn.now + turn.configuration.remindMs;
  const targets = destinations(turn.configuration, routed(turn, incident, incident.owner), loudness);
  if (targets.length === 0) tell(incident, turn.now, 'nobody', 'no route leads to a channel');
  remember(incident, loudness, incident.owner, targets);
  incident.toldAbout = JSON.stringify(contents(incident));
  send(turn, incident, loudness, targets, reason);
  notice(turn, incident, consumers);
}

/** A reload gave the incident another owner: the one before hears that it is no longer theirs, the new one of it all. */
function passOn(turn: Turn, incident: Incident, { owner }: Assessment): void {
  const before = incident.owner;
  const event = incident.loudness === 'page' ? 'page' : 'ticket';
  const words = `passed on from ${before ?? 'nobody'} to ${owner ?? 'nobody'}`;
  const targets = destinations(turn.configuration, routed(turn, incident, owner), event);
  const left = [...incident.told.values()].filter(
    (t) => t.owners.every((o) => o === before) && targets.every(({ channel }) => channel !== t.channel),
  );
  for (const { channel } of left) incident.told.delete(channel);
  incident.owner = owner;
  incident.acknowledgedBy = null;
  tell(incident, turn.now, 'passed-on', words);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'passed-on', reason: words });
  send(turn, incident, 'resolve', left, words);
  if (incident.loudness === 'record') return;
  if (silenceFor(turn, incident, owner) !== undefined) {
    // As if nobody had been told: the new owner hears when the silence ends.
    incident.loudness = null;
    return;
  }
  remember(incident, event, owner, targets);
  incident.escalation = event === 'page' ? beginEscalation(turn, incident) : null;
  send(turn, incident, event, targets, words);
}

/** Notes why nothing is said. What was kept back by a plan or a silence is run again as soon as it no longer is. */
export function hold(turn: Turn, incident: Incident, { reason, by }: Held): void {
  const before = incident.held;
  if (before?.reason === reason && before.by === by) return;
  incident.held = { reason, by };
  tell(incident, turn.now, 'held', `${reason}: ${by}`);
  turn.effects.push({ kind: 'decide', incident: incident.id, decision: 'held', reason: `${reason}: ${by}` });
  if (before === null || !isKeptBack(before) || isKeptBack(incident.held)) return;
  for (const id of [...incident.rootProbes, ...incident.symptoms.keys()])
    turn.effects.push({ kind: 'reprobe', probe: id, cause: 'verify', notBefore: turn.now });
}

/** Owners of affected services hear once, through their own route's consumers; those who are muted may hear later. */
function notice(
  turn: Turn,
  incident: Incident,
  owners: readonly string[],
  words = `you are affected; ${incident.owner ?? 'nobody'} ${incident.loudness === null ? 'has silenced it' : 'was told'}`,
): void {
  const fresh = owners.filter((o) => !incident.noticed.includes(o) && silenceFor(turn, incident, o) === undefined);
  if (fresh.length === 0) return;
  incident.noticed = [...incident.noticed, ...fresh].sort();
  const heard = new Map<ChannelId, Destination>();
  for (const owner of fresh) {
    const targets = destinations(turn.configuration, routed(turn, incident, owner), 'consumers');
    for (const target of targets) if (!incident.told.has(target.channel)) heard.set(target.channel, target);
    for (const target of targets) {
      const known = incident.told.get(target.channel);
      remember(incident, known?.event ?? 'notice', owner, known === undefined ? [target] : [known]);
    }
  }
  if (heard.size === 0) return;
  if (incident.toldAbout === '') incident.toldAbout = JSON.stringify(contents(incident));
  send(turn, incident, 'notice', [...heard.values()], words);
}

/** Owners of tier 0 and 1 hear of a planned window when the first of theirs fails in it, once. */
function noticeInWindow(turn: Turn, incident: Incident, window: Window): void {
  const planned = new Set(window.services.map((s) => turn.graph.services.get(s)?.owner));
  const failing = [...incident.rootProbes, ...incident.symptoms.keys()].flatMap((id) => {
    const probe = turn.graph.probes.get(id);
    return probe === undefined || (turn.graph.tiers.get(probe.service) ?? 1) > 1 ? [] : [probe.service];
  });
  const owners = failing.flatMap((s) => turn.graph.services.get(s)?.owner ?? []);
  const fresh = [...new Set(owners)].filter((o) => !planned.has(o) && !window.noticed.includes(o)).sort();
  if (fresh.length === 0) return;
  window.noticed = [...window.noticed, ...fresh].sort();
  const until = new Date(window.until).toISOString();
  notice(
    turn,
    incident,
    fresh,
    `you are affected by planned work on ${listed(window.services)} until ${until}: ${window.reason}`,
  );
}

/** Tells those who were told when more is hit, or more is suppressed, than they know of. */
export function update(turn: Turn, incident: Incident): void {
  if (incident.told.size === 0) return;
  const known = new Set(JSON.parse(incident.toldAbout || '[]') as string[]);
  const fresh = contents(incident).filter((item) => !known.has(item));
  const targets = fresh.length === 0 ? [] : listening(turn, incident);
  if (targets.length === 0) return;
  incident.toldAbout = JSON.stringify([...known, ...fresh].sort());
  send(turn, incident, 'update', targets, `new: ${listed(fresh)}`);
}

function contents(incident: Incident): readonly string[] {
  return [
    ...incident.capabilities.map((c) => `${c} failing`),
    ...incident.impact.map((i) => `${i.capability} ${i.state}`),
    ...[...incident.suppressed.keys()].map((p) => `${p} suppressed`),
  ].sort();
}

/** An unacknowledged page is said again after `remind`; gives when next. */
export function remind(turn: Turn, incident: Incident): number | null {
  if (incident.remindAt === null || incident.loudness !== 'page' || incident.acknowledgedBy !== null) return null;
  if (turn.now >= incident.remindAt) {
    incident.remindAt = turn.now + turn.configuration.remindMs;
    send(
      turn,
      incident,
      'update',
      windowOver(turn, incident) === undefined ? listening(turn, incident).filter((t) => t.event === 'page') : [],
      `still open after ${spokenDuration(turn.now - incident.startedAt)}, nobody acknowledged`,
    );
  }
  return incident.remindAt;
}
