import type { DecideEffect, NotifyEffect } from '../../src/model/effect.ts';
import type { Configuration } from '../../src/model/configuration.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { ChannelId, IncidentId, ProbeId, ServiceId, Sha256 } from '../../src/model/ids.ts';
import type { Observation } from '../../src/log/page/page.ts';
import type { Commit, OutboxItem } from '../../src/ports/log.ts';

/** When sample entry 1 happened; entry n is n - 1 seconds later. */
export const T0 = 1_760_000_000_000;

export const ENGINE = 'engine-1';

export function timeOf(n: number): number {
  return T0 + (n - 1) * 1000;
}

export function commitOf(entries: readonly Entry[], more: Partial<Commit> = {}): Commit {
  return {
    entries,
    decisions: [],
    outboxPut: [],
    outboxDone: [],
    threads: [],
    memories: [],
    decisionHash: hashOf(entries.at(-1)?.n ?? 0),
    ...more,
  };
}

export function hashOf(number: number): Sha256 {
  return number.toString(16).padStart(64, '0') as Sha256;
}

export function probeOf(name: string): ProbeId {
  return name as ProbeId;
}

export function tick(n: number): Entry {
  return { n, at: timeOf(n), kind: 'tick' };
}

/** A passing run that took `10 + n % 10` ms. */
export function run(n: number, probe = 'kv/read', more: Partial<Observation> = {}): Observation {
  return {
    n,
    at: timeOf(n),
    kind: 'observation',
    probe: probeOf(probe),
    location: 'local',
    cause: 'schedule',
    startedAt: timeOf(n) - 20 - (n % 10),
    endedAt: timeOf(n) - 10,
    outcome: 'pass',
    proven: [],
    against: [],
    warnings: [],
    phases: { dns: 0.3, connect: 1.2 + (n % 5) / 10, firstByte: 4.1 },
    address: '10.2.3.4',
    factsHash: hashOf(7),
    facts: { addresses: ['10.2.3.4'], version: '1.4' },
    measured: { status: 200, bytes: n % 3, facts: {} },
    ...more,
  };
}

export function failingRun(n: number, probe = 'kv/read'): Observation {
  return run(n, probe, {
    outcome: 'fail',
    class: 'http.5xx',
    message: `get answered 503 in run ${n}`,
    evidence: { body: `<h1>503</h1> ${n}` },
    steps: [{ name: 'status', kind: 'read', outcome: 'fail', ms: 4.5, expected: '200', got: '503' }],
  });
}

export function configOf(n: number, instance = 'tocsin'): Entry {
  const services = [{ id: 'kv' as ServiceId, external: false, labels: { team: 'storage' } }];
  return {
    n,
    at: timeOf(n),
    kind: 'config',
    configuration: { hash: hashOf(9), instance, services } as unknown as Configuration,
  };
}

export function decisionOf(n: number, incident = 'kv-1', decision = 'opened'): Commit['decisions'][number] {
  const effect: DecideEffect = { kind: 'decide', incident: incident as IncidentId, decision, reason: '2 failures' };
  return { ...effect, n, at: timeOf(n) };
}

export function outboxItem(n: number, id = `kv-1:${n}:oncall`): OutboxItem {
  const effect = {
    kind: 'notify',
    id,
    incident: 'kv-1',
    channel: 'oncall' as ChannelId,
    sequence: n,
    notification: { version: 1, event: 'page', instance: 'tocsin' },
  } as unknown as NotifyEffect;
  return { effect, n, at: timeOf(n) };
}

export function sentEntry(n: number, notification: string): Entry {
  return {
    n,
    at: timeOf(n),
    kind: 'sent',
    notification,
    incident: 'kv-1' as IncidentId,
    channel: 'oncall' as ChannelId,
    event: 'page',
    sequence: n,
    result: 'delivered',
    attempts: 1,
  };
}

/** Numbers from `first` to `last`, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** Every entry after `n`. */
export async function entriesAfter(
  log: { entriesAfter(n: number): AsyncIterable<readonly Entry[]> },
  n: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const page of log.entriesAfter(n)) entries.push(...page);
  return entries;
}
