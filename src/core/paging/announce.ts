import type { ChannelId } from '../../model/ids.ts';
import type { Assessment } from '../incident/assess.ts';
import { tell } from '../incident/incident.ts';
import type { Incident } from '../incident/incident.ts';
import type { Turn } from '../state.ts';
import { gate } from './gate.ts';
import { isLouder } from './loudness.ts';
import { destinations } from './route.ts';
import type { Destination } from './route.ts';
import { audible, remember, routed, send } from './send.ts';
import { listed, spokenDuration } from './words.ts';

/** Pages, tickets or records a failing root, as soon as nothing holds it; gives when the clock alone may change that. */
export function say(turn: Turn, incident: Incident, assessment: Assessment): number | null {
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
export function update(turn: Turn, incident: Incident): void {
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
export function remind(turn: Turn, incident: Incident): number | null {
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
