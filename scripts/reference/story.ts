import type { CapabilityId, IncidentId, ProbeId } from '../../src/model/ids.ts';
import type { Notification, NotifiedImpact, NotifiedIncident } from '../../src/model/notification.ts';

const capability = (id: string): CapabilityId => id as CapabilityId;
const probe = (id: string): ProbeId => id as ProbeId;

function down(id: string, effect: string | null, owner: string, ...via: readonly string[]): NotifiedImpact {
  return { capability: capability(id), state: 'down', effect, owner, via: via.map(capability), until: null };
}

/**
 * The key-value store that answered 401, as the engine tells it: a deploy tool put a build of another environment
 * behind its front. What the acceptance test of that story receives, with effects, owners and links declared.
 */
const incident: NotifiedIncident = {
  id: 'kv-1' as IncidentId,
  generation: 1,
  severity: 'critical',
  tier: 0,
  owner: 'storage',
  title: 'kv refuses our credentials (401): nobody can log in anew',
  root: {
    kind: 'service',
    id: 'kv',
    capabilities: [capability('kv.up')],
    probe: probe('kv/canary'),
    class: 'auth.unauthorized',
    message:
      'GET https://kv.example/client/v4/accounts/world/storage/kv at 10.2.3.4: answered 401: Authentication error',
    inferred: false,
    verified: true,
    expected: 'status 2xx',
    got: '401: Authentication error',
  },
  startedAt: '2026-11-22T03:03:02.983Z',
  detectedAt: '2026-11-22T03:03:13.164Z',
  pagedAt: '2026-11-22T03:03:33.164Z',
  resolvedAt: null,
  impact: [
    down('ci.up', null, 'delivery', 'login.up'),
    down('login.up', 'nobody can log in anew', 'identity', 'kv.up'),
    down('pages.up', 'pages show an error', 'web', 'kv.up'),
    down('rollback.up', null, 'delivery', 'ci.up'),
    down('upload.up', 'uploads fail', 'media', 'kv.up'),
  ],
  unaffected: [capability('session.up'), capability('deliver.up'), capability('edge.up')],
  suppressed: ['login/get', 'upload/get', 'pages/get'].map((id) => ({
    probe: probe(id),
    reason: 'explained',
    by: 'kv.up',
  })),
  changes: [
    {
      at: '2026-11-22T03:02:21.000Z',
      service: 'kv',
      summary: 'deploy build 4711',
      by: 'deploy-tool',
      url: 'https://ci.example/builds/4711',
    },
  ],
  drift: [
    {
      at: '2026-11-22T03:03:02.983Z',
      probe: probe('login/tls'),
      fact: 'spki',
      before: 'sha256/k3v…',
      after: 'sha256/st4…',
      announced: false,
    },
  ],
  recovery: [
    {
      service: 'kv',
      name: 'automatic rollback',
      state: 'blocked',
      breakGlass: false,
      blockedBy: ['rollback.up', 'ci.up', 'login.up', 'kv.up'],
      drilled: null,
      url: null,
    },
    {
      service: 'kv',
      name: 'edit the edge by hand',
      state: 'works',
      breakGlass: true,
      blockedBy: [],
      drilled: '2026-10-01',
      url: 'https://wiki.example/kv-by-hand',
    },
  ],
  related: [],
  runbook: 'https://wiki.example/kv',
  links: { incident: 'https://tocsin.example/incidents/kv-1' },
};

/** Its page. */
export const storyPage: Notification = {
  version: 1,
  event: 'page',
  drill: false,
  instance: 'prod-eu',
  sentAt: '2026-11-22T03:03:33.204Z',
  sequence: 1,
  incident,
  reason: '3 failures in 10.2 s; either our credential is no longer good, or this is not the service that knows it',
};

/** Its end. */
export const storyResolve: Notification = {
  ...storyPage,
  event: 'resolve',
  sentAt: '2026-11-22T03:40:19.000Z',
  sequence: 2,
  incident: { ...incident, resolvedAt: '2026-11-22T03:40:14.000Z', suppressed: [], recovery: [] },
  reason: 'passing again: 2 runs in a row',
};
