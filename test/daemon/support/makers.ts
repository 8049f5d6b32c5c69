import type { Probe, Schedule } from '../../../src/model/configuration.ts';
import type { NotifyEffect } from '../../../src/model/effect.ts';
import type { ObservationFact } from '../../../src/model/entry.ts';
import type { CapabilityId, ChannelId, IncidentId, ProbeId, ServiceId } from '../../../src/model/ids.ts';
import type { NotificationEvent } from '../../../src/model/notification.ts';
import type { OutboxItem } from '../../../src/ports/log.ts';
import { sha256 } from './heard.ts';

const PLACE = { file: 'test.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 };

/** A probe of the service `s`, every minute unless said otherwise. */
export function makeProbe(name: string, more: Partial<Probe> = {}): Probe {
  const capability = ['s.up' as CapabilityId];
  return {
    id: `s/${name}` as ProbeId,
    service: 's' as ServiceId,
    name,
    kind: 'http',
    schedule: every(60_000),
    timeoutMs: 1000,
    confirm: { failures: 2, everyMs: 500 },
    recover: { successes: 1 },
    ratio: { failures: 4, of: 12 },
    notify: 'page',
    proves: { reach: capability, read: capability, write: capability },
    deep: true,
    onDemand: true,
    assert: [],
    pins: [],
    watch: {},
    enabled: true,
    options: { url: `http://${name}.example` },
    optionsHash: sha256(name),
    place: PLACE,
    ...more,
  };
}

export function every(everyMs: number): Schedule {
  return { kind: 'every', everyMs };
}

export function makeObservation(more: Partial<ObservationFact> = {}): ObservationFact {
  return {
    kind: 'observation',
    probe: 's/a' as ProbeId,
    location: 'local',
    cause: 'schedule',
    startedAt: 1,
    endedAt: 2,
    outcome: 'pass',
    proven: [],
    against: [],
    warnings: [],
    factsHash: sha256('{}'),
    facts: {},
    ...more,
  };
}

/** A message about an incident; `n` orders it. */
export function makeItem(
  event: NotificationEvent,
  incident: string,
  n: number,
  more: Partial<Pick<NotifyEffect, 'channel' | 'fallback'>> & { at?: number } = {},
): OutboxItem {
  const { at = Date.now(), ...effect } = more;
  const channel = effect.channel ?? ('hook' as ChannelId);
  return {
    n,
    at,
    effect: {
      kind: 'notify',
      id: `${incident}:${n}:${channel}`,
      incident: incident as IncidentId,
      channel,
      sequence: n,
      notification: {
        version: 1,
        event,
        drill: false,
        instance: 'test',
        sequence: n,
        incident: { id: incident } as NonNullable<NotifyEffect['notification']['incident']>,
        reason: 'because',
      },
      ...effect,
    },
  };
}
