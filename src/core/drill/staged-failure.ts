import type { Probe } from '../../model/configuration.ts';
import type { FailureClass } from '../../model/failure.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { effectOf, modeOf, stageOf } from '../detect/classes.ts';
import { capabilitiesOfProbe } from '../graph/graph.ts';
import type { Graph } from '../graph/graph.ts';
import { impact } from '../graph/impact.ts';
import type { Forced, Hit } from '../graph/impact.ts';
import type { DrillQuestion } from './drill.ts';

/** What a run would see that starts at a time; undefined: all is well. */
export interface Sight {
  readonly class: FailureClass;
  readonly against: readonly CapabilityId[];
}

/** A failure as it would show: at what fails, and at all that it takes down. */
export interface StagedFailure {
  readonly sight: (probe: Probe, at: number) => Sight | undefined;
  /** When all that can see it has seen it, has been confirmed and told. */
  readonly seenWithinMs: number;
  /** The slowest recovery of those. */
  readonly slowestMs: number;
}

/** What dependents answer while something that they need is down. */
const SYMPTOM: FailureClass = 'http.5xx';
/** A cron probe is taken to be due a minute later: the core knows no calendar. */
export const CRON_DUE_MS = 60_000;

/** Stages the failure that a drill asks for. */
export function staged(graph: Graph, question: DrillQuestion): StagedFailure {
  const forced = new Map<CapabilityId, Forced>(
    question.capabilities.map((id) => [
      id,
      { state: effectOf(question.class), mode: modeOf(question.class), since: question.now, clearable: false },
    ]),
  );
  const hitsAt = remembered((at) => impact({ graph, forced, provenAt: () => undefined, now: at }));
  const sight = (probe: Probe, at: number): Sight | undefined => {
    if (at <= question.now) return undefined;
    const hits = hitsAt(at);
    const proves = capabilitiesOfProbe(probe);
    const own = proves.filter((id) => forced.has(id));
    if (own.length > 0 && (probe.deep || isSeenShallowly(probe.kind, question.class)))
      return { class: question.class, against: own };
    const down = proves.filter((id) => !forced.has(id) && hits.get(id)?.state === 'down');
    return down.length > 0 && probe.deep ? { class: SYMPTOM, against: down } : undefined;
  };
  const witnesses = [...hitsAt(question.now).keys()].flatMap((id) => graph.byId.get(id)?.probes ?? []);
  const { hold, pageAfterMs } = graph.configuration;
  const waitMs = Math.max(...pageAfterMs, ...graph.configuration.services.map((s) => s.pageAfterMs ?? 0)) + hold.maxMs;
  return {
    sight,
    seenWithinMs: Math.max(0, ...witnesses.map(confirmedWithinMs)) + waitMs + 60_000,
    slowestMs: Math.max(0, ...witnesses.map(confirmedWithinMs)),
  };
}

/** How long a run takes that sees this. */
export function runMs(probe: Probe, seen: Sight | undefined): number {
  const isSilent = seen?.class === 'latency.timeout' || seen?.class === 'connect.timeout';
  return isSilent ? probe.timeoutMs : Math.min(50, probe.timeoutMs);
}

/** A shallow probe sees whether something answers, and `http` also by which status; the rest is beyond it. */
function isSeenShallowly(kind: string, failureClass: FailureClass): boolean {
  const stage = stageOf(failureClass);
  if (stage === 'dns' || stage === 'connect' || stage === 'tls' || failureClass === 'latency.timeout') return true;
  return kind === 'http' && (stage === 'http' || stage === 'protocol' || stage === 'auth' || stage === 'quota');
}

/** From one run to the confirmation of a failure that began right after it. */
function confirmedWithinMs({ schedule, timeoutMs, confirm }: Probe): number {
  const confirmMs = confirm.failures * (timeoutMs + confirm.everyMs);
  switch (schedule.kind) {
    case 'every':
      return schedule.everyMs + confirmMs;
    case 'cron':
      return CRON_DUE_MS + confirmMs;
    case 'pushed':
      return schedule.everyMs + schedule.graceMs;
    default:
      return schedule satisfies never;
  }
}

/** The impact of a second is asked for by many runs. */
function remembered(
  find: (at: number) => ReadonlyMap<CapabilityId, Hit>,
): (at: number) => ReadonlyMap<CapabilityId, Hit> {
  let known: { second: number; hits: ReadonlyMap<CapabilityId, Hit> } | undefined;
  return (at) => {
    const second = Math.floor(at / 1000);
    if (known?.second !== second) known = { second, hits: find(at) };
    return known.hits;
  };
}
