import { checkCommand } from '../../../src/daemon/check-command.ts';
import { answerImpact } from '../../../src/core/impact/answer-impact.ts';
import { probesToVerify } from '../../../src/core/verify/probes-to-verify.ts';
import type { Configuration } from '../../../src/model/configuration.ts';
import type { DaemonView, PushedResult, StoredObservation } from '../../../src/ports/daemon-view.ts';
import type { CapabilityId, ChannelId, IncidentId, ProbeId, Sha256 } from '../../../src/model/ids.ts';
import type { CapabilityState, IncidentView, ServiceView, SilenceView, WindowView } from '../../../src/model/view.ts';
import { makeConfiguration } from '../../core/support/make-configuration.ts';

/** When it is for a fake daemon. */
export const NOW = Date.parse('2026-05-04T10:00:00.000Z');

/** The world that fake daemons watch: signing needs a log and caches a policy store. */
const CONFIGURATION: Configuration = makeConfiguration({
  rekor: {
    tier: 0,
    owner: 'platform-security',
    capabilities: { append: { down: 'no signature can be recorded' }, lookup: {} },
    recovery: [{ name: 'redeploy', needs: ['dis.sign'] }],
  },
  store: { tier: 1, owner: 'edge', capabilities: { read: {} } },
  dis: {
    tier: 0,
    owner: 'supply-chain',
    capabilities: {
      sign: { needs: ['rekor.append', { cached: 'store.read', ttl: 60_000 }], down: 'no image can be signed' },
      verify: {},
    },
  },
  backup: { tier: 2, owner: 'dba', probes: { nightly: { grace: 600_000, every: 3_600_000 } } },
});

/** A daemon in memory: what it is told changes what it shows, as with the real one. */
export interface FakeDaemon {
  readonly view: DaemonView;
  readonly heartbeats: { readonly probe: string; readonly body: unknown }[];
  readonly results: ({ readonly probe: string } & PushedResult)[];
  readonly states: Map<CapabilityId, CapabilityState>;
  readonly observations: StoredObservation[];
  readonly incidents: IncidentView[];
  health: ReturnType<DaemonView['health']>;
  /** From now on every question is answered by throwing this. */
  failWith: Error | undefined;
}

export function fakeDaemon(): FakeDaemon {
  const configuration = CONFIGURATION;
  const changes: ReturnType<DaemonView['changes']>[number][] = [];
  const silences: SilenceView[] = [];
  const windows: WindowView[] = [];
  const fake: FakeDaemon = {
    heartbeats: [],
    results: [],
    states: new Map(configuration.capabilities.map(({ id }) => [id, 'up'])),
    observations: [],
    incidents: [],
    health: { live: true, ready: true, reasons: [] },
    failWith: undefined,
    view: {
      status: () => {
        if (fake.failWith !== undefined) throw fake.failWith;
        const summary = { up: 0, 'at-risk': 0, degraded: 0, down: 0, unknown: 0 };
        for (const state of fake.states.values()) summary[state]++;
        return {
          instance: configuration.instance,
          startedAt: NOW - 3_600_000,
          at: NOW - 1500,
          entries: fake.observations.length,
          configHash: configuration.hash,
          ready: fake.health.ready,
          summary,
          probes: configuration.probes.length,
          incidents: fake.incidents.filter(({ state }) => state !== 'resolved'),
          troubles: [],
        };
      },
      services: () => configuration.services.map(({ id }) => serviceView(fake, configuration, id)),
      configuration: () => configuration,
      incidents: () => fake.incidents,
      incident: (id) => fake.incidents.find((each) => each.id === id),
      stateAt: async (at) =>
        at < NOW
          ? { kind: 'not-found', message: 'the log begins later' }
          : {
              at: NOW,
              entries: 7,
              configuration,
              services: fake.view.services(),
              incidents: fake.incidents,
            },
      capabilityStates: () => fake.states,
      impact: (request) => answerImpact({ configuration, states: fake.states, now: NOW }, request),
      verify: async (question) => {
        const probes = probesToVerify(configuration, question);
        if ('kind' in probes) return probes;
        const failing = fake.observations.findLast(({ outcome }) => outcome === 'fail') ?? null;
        return {
          verdict: failing === null ? 'held' : 'failed',
          probes: probes.map(({ id }) => {
            const failure = failing?.probe === id ? failing : null;
            const failures = failure === null ? 0 : 2;
            return { probe: id, verdict: failure === null ? 'held' : 'failed', runs: 2, failures, failure };
          }),
        };
      },
      observations: async ({ probe, from = -Infinity, to = Infinity, before = Infinity, limit }) => {
        if (fake.failWith !== undefined) throw fake.failWith;
        return fake.observations
          .filter((each) => (probe === undefined || each.probe === probe) && each.n < before)
          .filter(({ at }) => at >= from && at < to)
          .sort((a, b) => b.n - a.n)
          .slice(0, limit);
      },
      summary: async ({ probe, from, to, stepMs }) =>
        Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, index) => {
          const start = from + index * stepMs;
          const runs = fake.observations.filter(
            (each) => each.probe === probe && each.at >= start && each.at < start + stepMs,
          );
          const failures = runs.filter(({ outcome }) => outcome === 'fail').length;
          const p50Ms = runs[0] === undefined ? null : runs[0].endedAt - runs[0].startedAt;
          return { from: start, to: start + stepMs, runs: runs.length, failures, unknown: 0, p50Ms, p95Ms: p50Ms };
        }),
      heartbeat: async (probe, body) => {
        const known = configuration.probes.find(({ id }) => id === probe);
        if (known?.schedule.kind !== 'pushed')
          return { kind: 'not-found', message: 'there is no probe of that name that takes heartbeats' };
        fake.heartbeats.push({ probe, body });
        return undefined;
      },
      pushed: async (probe, result) => {
        const known = configuration.probes.find(({ id }) => id === probe);
        if (known?.schedule.kind !== 'pushed')
          return { kind: 'not-found', message: 'there is no probe of that name that takes results' };
        fake.results.push({ probe, ...result });
        return undefined;
      },
      change: async ({ service, summary, at = NOW, by, url }) => {
        if (!configuration.services.some(({ id }) => id === service))
          return { kind: 'not-found', message: `there is no service ${service}` };
        const optional = { ...(by === undefined ? {} : { by }), ...(url === undefined ? {} : { url }) };
        changes.push({ at, service, summary, ...optional });
        return undefined;
      },
      changes: () => changes,
      channels: () => [
        { id: 'hook' as ChannelId, kind: 'webhook', needs: [], last: { at: NOW, event: 'page', result: 'delivered' } },
      ],
      testChannel: async (id) =>
        id === 'hook'
          ? { kind: 'tested', delivered: true, detail: '200' }
          : { kind: 'not-found', message: `there is no channel ${id}` },
      silences: () => silences,
      windows: () => windows,
      command: async (command) => {
        const refusal = checkCommand(command, {
          configuration,
          knows: (id) => fake.incidents.some((each) => each.id === id),
          silences,
          windows,
          now: NOW,
        });
        if (refusal !== undefined) return refusal;
        switch (command.kind) {
          case 'silence':
            silences.push(command);
            return undefined;
          case 'maintenance':
            windows.push(command);
            return undefined;
          case 'unsilence':
            silences.splice(0, silences.length, ...silences.filter(({ id }) => id !== command.id));
            return undefined;
          case 'end-maintenance':
            windows.splice(0, windows.length, ...windows.filter(({ id }) => id !== command.id));
            return undefined;
          case 'acknowledge':
          case 'note':
          case 'label':
          case 'close':
        }
        const index = fake.incidents.findIndex(({ id }) => id === command.incident);
        const found = fake.incidents[index];
        if (found === undefined) return { kind: 'not-found', message: `there is no incident ${command.incident}` };
        const text = command.kind === 'note' ? command.text : command.kind;
        fake.incidents[index] = {
          ...found,
          acknowledgedBy: command.kind === 'acknowledge' ? command.by : found.acknowledgedBy,
          label: command.kind === 'label' ? command.label : found.label,
          state: command.kind === 'close' ? 'resolved' : found.state,
          timeline: [...found.timeline, { at: NOW, what: command.kind, text: `${command.by}: ${text}` }],
        };
        return undefined;
      },
      health: () => fake.health,
    },
  };
  return fake;
}

function serviceView(fake: FakeDaemon, configuration: Configuration, id: ServiceView['service']): ServiceView {
  const capabilities = configuration.capabilities
    .filter(({ service }) => service === id)
    .map(({ id: capability }) => ({
      capability,
      state: fake.states.get(capability) ?? 'unknown',
      shallow: false,
      via: [],
      until: null,
    }));
  const declared = configuration.services.find((each) => each.id === id);
  return {
    service: id,
    title: declared?.title ?? null,
    owner: declared?.owner ?? null,
    tier: declared?.tier ?? 1,
    state: capabilities.find(({ state }) => state !== 'up')?.state ?? 'up',
    capabilities,
    probes: configuration.probes
      .filter(({ service }) => service === id)
      .map(({ id: probe, kind }) => ({
        probe,
        service: id,
        kind,
        status: 'passing',
        since: NOW - 60_000,
        lastAt: NOW - 1500,
        lastOutcome: 'pass',
        class: null,
        message: null,
        facts: { addresses: ['10.2.3.4'] },
        warnings: [{ class: 'tls.expiring', message: 'the certificate ends in 9 days' }],
      })),
  };
}

/** A run as the log stores it. `n` also sets its time: a second each. */
export function stored(n: number, over: Partial<StoredObservation> = {}): StoredObservation {
  const at = NOW - 600_000 + n * 1000;
  return {
    kind: 'observation',
    n,
    at,
    probe: 'rekor/http' as ProbeId,
    location: 'local',
    cause: 'schedule',
    startedAt: at - 42,
    endedAt: at,
    outcome: 'pass',
    proven: [],
    against: [],
    warnings: [],
    factsHash: 'f' as Sha256,
    facts: { addresses: ['10.2.3.4'] },
    ...over,
  };
}

/** An incident as the engine shows it. */
export function incident(id: string, over: Partial<IncidentView> = {}): IncidentView {
  const at = (ms: number): string => new Date(NOW + ms).toISOString();
  return {
    id: id as IncidentId,
    state: 'open',
    event: 'page',
    acknowledgedBy: null,
    held: null,
    closedBecause: null,
    label: null,
    timeline: [{ at: NOW - 60_000, what: 'opened', text: 'rekor/http failed twice' }],
    incident: {
      id: id as IncidentId,
      generation: 1,
      severity: 'critical',
      tier: 0,
      owner: 'platform-security',
      title: 'no image can be signed: rekor is answering with the wrong key',
      root: {
        kind: 'service',
        id: 'rekor',
        capabilities: ['rekor.append' as CapabilityId],
        probe: 'rekor/http' as ProbeId,
        class: 'identity.key_mismatch',
        message: 'checkpoint is signed by key 5f3a…, configured is c0d2…',
        inferred: false,
        verified: true,
        expected: 'c0d2…',
        got: '5f3a…',
      },
      startedAt: at(-60_000),
      detectedAt: at(-55_000),
      pagedAt: at(-50_000),
      resolvedAt: null,
      impact: [
        {
          capability: 'dis.sign' as CapabilityId,
          state: 'down',
          effect: 'no image can be signed',
          owner: 'supply-chain',
          via: ['rekor.append' as CapabilityId],
          until: null,
        },
      ],
      unaffected: ['dis.verify' as CapabilityId],
      suppressed: [{ probe: 'dis/http' as ProbeId, reason: 'explained', by: 'rekor.append' }],
      changes: [{ at: at(-100_000), service: 'rekor', summary: 'new load balancer', by: null, url: null }],
      drift: [
        {
          at: at(-100_000),
          probe: 'rekor/http' as ProbeId,
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
          blockedBy: ['dis.sign', 'rekor.append'],
          drilled: null,
          url: null,
        },
      ],
      related: [],
      runbook: null,
      links: {},
    },
    ...over,
  };
}
