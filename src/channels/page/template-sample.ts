import type { CapabilityId, IncidentId, ProbeId } from '../../model/ids.ts';
import type { Notification, NotificationEvent } from '../../model/notification.ts';

/** Every event that a template may be asked to put into words. */
export const TEMPLATE_EVENTS: readonly NotificationEvent[] = ['page', 'ticket', 'notice', 'update', 'resolve'];

const AT = '2026-11-21T03:12:04.000Z';
const CAPABILITY = 'kv.read' as CapabilityId;
const PROBE = 'kv/read' as ProbeId;
const INCIDENT = 'kv-1' as IncidentId;

/** A notification that has everything which a notification can have: templates are checked against it. */
export function templateSample(event: NotificationEvent): Notification {
  return {
    version: 1,
    event,
    drill: false,
    instance: 'tocsin',
    sentAt: AT,
    sequence: 1,
    reason: '3 failures in 10.2 s',
    incident: {
      id: INCIDENT,
      generation: 1,
      severity: 'critical',
      tier: 0,
      owner: 'storage',
      title: 'kv refuses our credentials (401)',
      root: {
        kind: 'service',
        id: 'kv',
        capabilities: [CAPABILITY],
        probe: PROBE,
        class: 'auth.unauthorized',
        message: 'answered 401',
        inferred: false,
        verified: true,
        expected: 'status 200',
        got: 'status 401',
      },
      startedAt: AT,
      detectedAt: AT,
      pagedAt: AT,
      resolvedAt: AT,
      impact: [
        { capability: CAPABILITY, state: 'down', effect: 'no new logins', owner: 'web', via: [CAPABILITY], until: AT },
      ],
      unaffected: [CAPABILITY],
      suppressed: [{ probe: PROBE, reason: 'explained', by: CAPABILITY }],
      changes: [{ at: AT, service: 'kv', summary: 'deploy', by: 'ci', url: 'https://ci.example/1' }],
      drift: [{ at: AT, probe: PROBE, fact: 'version', before: '1', after: '2', announced: false }],
      recovery: [
        {
          service: 'kv',
          name: 'rollback',
          state: 'works',
          breakGlass: true,
          blockedBy: [CAPABILITY],
          drilled: '2026-10-15',
          url: 'https://wiki.example/kv',
        },
      ],
      related: [{ id: INCIDENT, relation: 'merged' }],
      runbook: 'https://wiki.example/kv',
      links: { incident: 'https://tocsin.example/incidents/kv-1', replay: 'https://tocsin.example/replay' },
    },
  };
}
