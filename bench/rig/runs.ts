import type { Entry, ObservationFact } from '../../src/model/entry.ts';
import type { Sha256 } from '../../src/model/ids.ts';
import { capabilityIdOf, probeIdOf } from './configuration.ts';

/** When the benches' time begins. */
export const START_AT = 1_760_000_000_000;

const FACTS_HASH = '0'.repeat(64) as Sha256;

/** A passing run of the probe of service `index`. */
export function passingRun(index: number, at: number): ObservationFact {
  return {
    kind: 'observation',
    probe: probeIdOf(index),
    location: 'local',
    cause: 'schedule',
    startedAt: at - 12,
    endedAt: at,
    outcome: 'pass',
    proven: [capabilityIdOf(index)],
    against: [],
    warnings: [],
    phases: { dns: 0.4, connect: 0.3, firstByte: 11, transfer: 0.2 },
    address: `10.2.${index % 200}.4`,
    factsHash: FACTS_HASH,
    facts: { addresses: [`10.2.${index % 200}.4`] },
    measured: { lookupMs: 0.4, startedAt: at - 12, facts: {} },
  };
}

/** A failing one. */
export function failingRun(index: number, at: number): ObservationFact {
  return {
    ...passingRun(index, at),
    outcome: 'fail',
    class: 'http.5xx',
    message: 'GET http://service.example/ready answered 503',
    proven: [],
    against: [capabilityIdOf(index)],
    steps: [{ name: 'answer', kind: 'read', outcome: 'fail', ms: 11, expected: 'status 200', got: 'status 503' }],
  };
}

/** A fact as the log's entry `n`. */
export function numbered(fact: ObservationFact, n: number, at: number): Entry {
  return { ...fact, n, at };
}
