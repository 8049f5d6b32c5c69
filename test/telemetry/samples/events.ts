import type { ObservationFact } from '../../../src/model/entry.ts';
import type { ProbeId, ServiceId, Sha256 } from '../../../src/model/ids.ts';
import type { DaemonEvent, Gauges } from '../../../src/ports/telemetry.ts';

type Observed = Extract<DaemonEvent, { kind: 'observed' }>;

/** A passing run of an HTTP probe over TLS. */
export const passed: ObservationFact = {
  kind: 'observation',
  probe: 'shop/front' as ProbeId,
  location: 'local',
  cause: 'schedule',
  startedAt: 1_795_230_000_000,
  endedAt: 1_795_230_000_041,
  outcome: 'pass',
  proven: [],
  against: [],
  warnings: [],
  phases: { dns: 0.4, connect: 0.2, tls: 3.1, firstByte: 2, transfer: 0.3 },
  address: '10.2.3.4',
  factsHash: '0'.repeat(64) as Sha256,
  facts: { notAfter: '2026-12-31T00:00:00.000Z' },
  measured: { facts: {}, attempts: [{ address: '10.2.3.4', status: 200 }] },
};

/** That run, seen by listeners. */
export function observed(changes: Partial<ObservationFact> = {}, probeKind = 'http'): Observed {
  const observation = { ...passed, ...changes };
  const service = observation.probe.slice(0, observation.probe.indexOf('/')) as ServiceId;
  return { kind: 'observed', service, probeKind, observation };
}

/** One of each kind of event, with secrets nowhere in them. */
export const EVERY_EVENT: readonly DaemonEvent[] = [
  { kind: 'run-started', probe: passed.probe, latenessMs: 3 },
  observed(),
  observed({ outcome: 'fail', class: 'http.5xx', message: 'GET https://shop.example: answered 503\u001b[2J' }),
  observed({ outcome: 'unknown', class: 'probe.event_loop', message: 'the event loop stood still' }),
  { kind: 'committed', entries: { observation: 12, tick: 1 }, ms: 4 },
  { kind: 'commit-failed', code: 'full', message: 'no space left' },
  { kind: 'delivery', channel: 'oncall', event: 'page', result: 'delivered', incident: 'shop-1', ms: 120 },
  { kind: 'delivery', channel: 'oncall', event: 'page', result: 'retry', incident: 'shop-1', ms: 9, detail: '503' },
  { kind: 'delivery', channel: 'mail', event: 'update', result: 'failed', incident: 'shop-1', ms: 9 },
  { kind: 'delivery', channel: 'mail', event: 'update', result: 'superseded', incident: 'shop-1', ms: 0 },
  { kind: 'decided', incident: 'shop-1', decision: 'paged', reason: '3 failures in 10.2 s' },
  { kind: 'reloaded', ok: true, hash: 'abc', message: '' },
  { kind: 'reloaded', ok: false, hash: 'abc', message: '2 mistakes' },
  { kind: 'stalled', gapMs: 20_000, reason: 'stall' },
  { kind: 'problem', where: 'scheduler', message: 'a run threw' },
];

/** What a small daemon answers at scrape time. */
export const gauges: Gauges = {
  capabilities: () => [
    ['a.up', 'up'],
    ['b.up', 'at-risk'],
    ['c.up', 'degraded'],
    ['d.up', 'down'],
    ['e.up', 'unknown'],
  ],
  openIncidents: () => ({ critical: 1, warning: 0, info: 2 }),
  outboxOldestSeconds: () => 2.5,
  configHash: () => 'c0ffee',
};
