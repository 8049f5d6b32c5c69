import type { Entry, ObservationFact } from '../../model/entry.ts';
import type { Mode } from '../../model/failure.ts';
import type { CapabilityId, ProbeId } from '../../model/ids.ts';
import type { Facts } from '../../model/run.ts';
import { modeOf } from '../detect/classes.ts';

/** The most failures of one probe that are remembered: the newest. */
const MOST_FAILURES = 200;

/** A time in which a probe failed, two runs in a row at least. `end`: start of the pass after it; null: it still fails. */
export interface Failing {
  readonly probe: ProbeId;
  readonly start: number;
  end: number | null;
  readonly mode: Mode;
  /** What the failing steps counted against. */
  readonly against: Set<CapabilityId>;
  runs: number;
}

/** What the log says about failures, folded entry by entry: bounded by the number of probes. */
export interface FailureMemory {
  readonly failures: Map<ProbeId, Failing[]>;
  /** The newest facts of each probe: addresses, certificates. */
  readonly facts: Map<ProbeId, Facts>;
  readonly open: Map<ProbeId, Failing>;
  observations: number;
}

/** Nothing known yet. */
export function emptyMemory(): FailureMemory {
  return { failures: new Map(), facts: new Map(), open: new Map(), observations: 0 };
}

/** Takes one entry in. A single failed run is a blip and is forgotten when the next one passes; unknown says nothing. */
export function remember(memory: FailureMemory, entry: Entry): void {
  if (entry.kind !== 'observation') return;
  memory.observations += 1;
  if (Object.keys(entry.facts).length > 0) memory.facts.set(entry.probe, entry.facts);
  if (entry.outcome === 'fail') failed(memory, entry);
  if (entry.outcome === 'pass') passed(memory, entry);
}

function failed(memory: FailureMemory, run: ObservationFact): void {
  const open = memory.open.get(run.probe);
  if (open === undefined) {
    const mode = modeOf(run.class ?? 'semantic.assertion');
    memory.open.set(run.probe, {
      probe: run.probe,
      start: run.startedAt,
      end: null,
      mode,
      against: new Set(run.against),
      runs: 1,
    });
    return;
  }
  open.runs += 1;
  for (const id of run.against) open.against.add(id);
  if (open.runs !== 2) return;
  const known = memory.failures.get(run.probe) ?? [];
  known.push(open);
  if (known.length > MOST_FAILURES) known.shift();
  memory.failures.set(run.probe, known);
}

function passed(memory: FailureMemory, run: ObservationFact): void {
  const open = memory.open.get(run.probe);
  if (open === undefined) return;
  open.end = run.startedAt;
  memory.open.delete(run.probe);
}
