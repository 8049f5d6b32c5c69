import type { NotificationEvent } from '../../model/notification.ts';
import type { Incident, Told } from '../incident/incident.ts';
import { serviceOfRoot } from '../incident/roots-now.ts';
import type { Turn } from '../state.ts';
import { message } from './compose.ts';
import type { Destination, Routed } from './route.ts';
import { silenceFor } from './silence.ts';

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

/** Those who were told and may hear more now: channels that serve somebody whom no silence mutes. */
export function listening(turn: Turn, incident: Incident): readonly Told[] {
  return [...incident.told.values()].filter((told) =>
    told.owners.some((owner) => silenceFor(turn, incident, owner) === undefined),
  );
}

/** Notes who was told, on whose behalf: resolves go the same way. */
export function remember(
  incident: Incident,
  event: NotificationEvent,
  owner: string | null,
  targets: readonly Destination[],
): void {
  for (const t of targets)
    incident.told.set(t.channel, {
      channel: t.channel,
      event,
      owners: [...new Set([...(incident.told.get(t.channel)?.owners ?? []), owner])],
      ...(t.fallback === undefined ? {} : { fallback: t.fallback }),
    });
}
