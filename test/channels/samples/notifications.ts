import type { CapabilityId, IncidentId, ProbeId } from '../../../src/model/ids.ts';
import type { Notification, NotifiedIncident } from '../../../src/model/notification.ts';

const capability = (id: string): CapabilityId => id as CapabilityId;
const probe = (id: string): ProbeId => id as ProbeId;

/** An incident like the one in docs/api.md: a Rekor whose name was pointed at the wrong backend. */
export const incident: NotifiedIncident = {
  id: 'rekor-3' as IncidentId,
  generation: 3,
  severity: 'critical',
  tier: 0,
  owner: 'platform-security',
  title: 'no image can be signed: rekor answers with the wrong key',
  root: {
    kind: 'service',
    id: 'rekor',
    capabilities: [capability('rekor.append'), capability('rekor.lookup')],
    probe: probe('rekor/log'),
    class: 'identity.key_mismatch',
    message: 'the checkpoint is not signed by the configured key',
    expected: 'a signature by key c0d2 7a11',
    got: 'a signature by key 5f3a 90be',
    inferred: false,
    verified: true,
  },
  startedAt: '2026-11-21T03:12:04.000Z',
  detectedAt: '2026-11-21T03:12:16.200Z',
  pagedAt: '2026-11-21T03:12:34.000Z',
  resolvedAt: null,
  impact: [
    {
      capability: capability('dis.sign'),
      state: 'down',
      effect: 'no image can be signed, every production deploy is blocked',
      owner: 'supply-chain',
      via: [capability('rekor.append')],
      until: null,
    },
    {
      capability: capability('cd.deploy'),
      state: 'down',
      effect: null,
      owner: 'delivery',
      via: [capability('dis.sign')],
      until: null,
    },
    {
      capability: capability('audit.report'),
      state: 'at-risk',
      effect: 'the daily report shows entries of yesterday',
      owner: 'audit',
      via: [capability('rekor.lookup')],
      until: '2026-11-21T03:18:34.000Z',
    },
  ],
  unaffected: [capability('dis.verify'), capability('harbor.pull')],
  suppressed: [
    { probe: probe('dis/sign-and-verify'), reason: 'explained', by: 'rekor.append' },
    { probe: probe('cd/deploy-canary'), reason: 'explained', by: 'rekor.append' },
  ],
  changes: [
    {
      at: '2026-11-21T03:05:00.000Z',
      service: 'rekor',
      summary: 'new load balancer',
      by: 'maria',
      url: 'https://changes.example/4711',
    },
  ],
  drift: [
    {
      at: '2026-11-21T03:11:24.000Z',
      probe: probe('rekor/log'),
      fact: 'addresses',
      before: ['10.2.3.4'],
      after: ['10.9.9.9'],
      announced: false,
    },
  ],
  recovery: [
    {
      service: 'rekor',
      name: 'redeploy',
      state: 'blocked',
      breakGlass: false,
      blockedBy: ['cd.deploy', 'dis.sign', 'rekor.append'],
      drilled: null,
      url: null,
    },
    {
      service: 'dis',
      name: 'apply the last signed image by hand',
      state: 'works',
      breakGlass: true,
      blockedBy: [],
      drilled: '2026-10-15',
      url: 'https://wiki.example/break-glass',
    },
  ],
  related: [],
  runbook: 'https://wiki.example/rekor',
  links: { incident: 'https://tocsin.example/incidents/rekor-3' },
};

/** The page about `incident`. */
export const page: Notification = {
  version: 1,
  event: 'page',
  drill: false,
  instance: 'prod-eu',
  sentAt: '2026-11-21T03:12:34.000Z',
  sequence: 1,
  incident,
  reason: '3 failures in 10.2 s; dependencies verified passing',
};

/** Its end, twenty minutes later. */
export const resolve: Notification = {
  ...page,
  event: 'resolve',
  sentAt: '2026-11-21T03:32:40.000Z',
  sequence: 3,
  incident: { ...incident, resolvedAt: '2026-11-21T03:32:14.000Z', suppressed: [], recovery: [] },
  reason: 'passing again: 2 runs in a row',
};

/** A message that says only that the channel works. */
export const test: Notification = {
  ...page,
  event: 'test',
  sequence: 0,
  incident: null,
  reason: 'asked for by hand',
};

/** The page with other fields of its incident. */
export function pageWith(changes: Partial<NotifiedIncident>, message: Partial<Notification> = {}): Notification {
  return { ...page, ...message, incident: { ...incident, ...changes } };
}
