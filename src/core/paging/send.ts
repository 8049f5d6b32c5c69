import type { NotificationEvent } from '../../model/notification.ts';
import type { Incident } from '../incident/incident.ts';
import { serviceOfRoot } from '../incident/roots-now.ts';
import type { Turn } from '../state.ts';
import { message } from './compose.ts';
import type { Destination, Routed } from './route.ts';
import { mutedChannels } from './silence.ts';

/** One message: the same sequence number on every channel. */
export function send(
  turn: Turn,
  incident: Incident,
  event: NotificationEvent,
  targets: readonly Destination[],
  reason: string,
): void {
  if (targets.length === 0) return;
  incident.sequence += 1;
  const sequence = incident.sequence;
  const notification = message(turn, incident, event, sequence, reason);
  for (const target of targets) {
    turn.effects.push({
      kind: 'notify',
      id: `${turn.configuration.instance}/${incident.id}/${String(sequence)}/${target.channel}`,
      incident: incident.id,
      channel: target.channel,
      sequence,
      notification,
      ...(target.fallback === undefined ? {} : { fallback: target.fallback }),
    });
  }
}

/** What routes are matched against, for an owner. */
export function routed(turn: Turn, incident: Incident, owner: string | null): Routed {
  return {
    tier: incident.tier,
    owner,
    service: incident.root.id,
    capabilities: incident.capabilities,
    kind: incident.root.kind,
    class: incident.first.class,
    labels: turn.graph.services.get(serviceOfRoot(incident.root))?.labels ?? {},
    at: turn.now,
  };
}

/** The channels that may be used now: none while a silence mutes the incident. */
export function audible(turn: Turn, incident: Incident, targets: readonly Destination[]): readonly Destination[] {
  return mutedChannels(turn, incident) ? [] : targets;
}

/** Notes who was told: resolves go the same way. */
export function remember(incident: Incident, event: NotificationEvent, targets: readonly Destination[]): void {
  for (const t of targets)
    incident.told.set(t.channel, {
      channel: t.channel,
      event,
      ...(t.fallback === undefined ? {} : { fallback: t.fallback }),
    });
}
