import type { Probe } from '../../model/configuration.ts';
import type { CapabilityId, ProbeId } from '../../model/ids.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import type { ProbeState } from '../detect/probe-state.ts';
import { capabilitiesOfProbe } from '../graph/graph.ts';
import type { Node } from '../graph/graph.ts';
import { factorsOf } from './factors.ts';
import type { Turn } from '../state.ts';

/** At most this many probes are asked to run for one failure. */
const MAX_TARGETS = 50;
/** Of these, at most so many other users of a derived factor. */
const FACTOR_USERS = 5;
/** At most one pair of runs per target in this time. */
const PAIR_EVERY_MS = 10_000;
const PAIR_GAP_MS = 2_500;
const VERIFY_TIMEOUT_MS = 5_000;
/** Slower probes than this are not run for others unless `onDemand: true` says so. */
const TOO_SLOW_MS = 600_000;

/**
 * Asks for runs of everything whose word is needed before a failing probe can be called the cause, and whose
 * evidence is older than the failure: its transitive dependencies, nearest first, the other dependents of each
 * of those and of those without evidence, and the other members of an `any` it belongs to. Gives the probes
 * whose answers are awaited, with the time that an answer must have started after.
 */
export function askToVerify(turn: Turn, failing: ProbeState): ReadonlyMap<ProbeId, number> {
  const failure = failing.failure;
  const awaited = new Map<ProbeId, number>();
  if (failure === null) return awaited;
  const since = failure.since;
  for (const target of targets(turn, failing)) {
    if (awaited.size >= MAX_TARGETS) break;
    const state = turn.state.probes.get(target.id);
    if (state === undefined || target.id === failing.id) continue;
    if (hasSpoken(state, since)) continue;
    awaited.set(target.id, since);
    ask(turn, target, state);
  }
  return awaited;
}

/**
 * Asks for runs of whatever rests on capabilities that are only guessed to be down, where its newest run is
 * older than the last supporter's first failure: one deep pass among them contradicts the guess.
 */
export function askDependents(
  turn: Turn,
  guessed: readonly CapabilityId[],
  since: number,
): ReadonlyMap<ProbeId, number> {
  const awaited = new Map<ProbeId, number>();
  const work = guessed.flatMap((id) => turn.graph.byId.get(id) ?? []);
  const seen = new Set(work);
  for (let i = 0; i < work.length && awaited.size < MAX_TARGETS; i++) {
    for (const { node, edge } of work[i]?.dependents ?? []) {
      if (seen.has(node) || edge.need.kind === 'soft') continue;
      seen.add(node);
      work.push(node);
      for (const probe of node.probes) {
        const state = turn.state.probes.get(probe.id);
        if (state === undefined || !runsForOthers(probe) || countsAsFailing(state) || awaited.size >= MAX_TARGETS)
          continue;
        if (hasSpoken(state, since)) continue;
        awaited.set(probe.id, since);
        ask(turn, probe, state);
      }
    }
  }
  return awaited;
}

/**
 * What else is seen from the one place that sees a failure: nobody can be asked to look from there, but it reports at
 * its own pace, and whether that fails too tells the place from its target.
 */
export function awaitPlace(turn: Turn, failing: ProbeState, place: string): ReadonlyMap<ProbeId, number> {
  const since = failing.failure?.since ?? 0;
  const users = [...(turn.state.factorUsers.get(`location:${place}`) ?? [])].sort();
  return new Map(
    users
      .filter((id) => id !== failing.id)
      .slice(0, MAX_TARGETS)
      .map((id) => [id, since]),
  );
}

/** A target that was asked has run: asks for the second run of the pair. */
export function askAgain(turn: Turn, probe: Probe, state: ProbeState): void {
  const asked = turn.state.asks.get(probe.id);
  if (asked === undefined || !asked.second || state.lastStartedAt === null || state.lastStartedAt < asked.askedAt)
    return;
  asked.second = false;
  const gapMs = Math.min(PAIR_GAP_MS, probe.confirm.everyMs);
  emit(turn, probe, (state.lastEndedAt ?? turn.now) + gapMs);
}

/** Whether a probe may be run for others: heartbeats, pushes, cron and slow ones may not, unless they say so. */
function runsForOthers(probe: Probe): boolean {
  return probe.enabled && probe.onDemand && probe.schedule.kind !== 'pushed';
}

/** The default of `onDemand` for a probe, by its schedule; the kind may refuse too. */
export function onDemandBySchedule(schedule: Probe['schedule']): boolean {
  return schedule.kind === 'every' && schedule.everyMs < TOO_SLOW_MS;
}

function ask(turn: Turn, probe: Probe, state: ProbeState): void {
  const asked = turn.state.asks.get(probe.id);
  const running = asked !== undefined && (state.lastStartedAt === null || state.lastStartedAt < asked.askedAt);
  if (running && turn.now - asked.askedAt < PAIR_EVERY_MS) return;
  const pair = asked === undefined || turn.now - asked.askedAt >= PAIR_EVERY_MS;
  turn.state.asks.set(probe.id, { askedAt: turn.now, second: pair });
  emit(turn, probe, turn.now);
}

function emit(turn: Turn, probe: Probe, notBefore: number): void {
  turn.effects.push({
    kind: 'reprobe',
    probe: probe.id,
    cause: 'verify',
    notBefore,
    timeoutMs: Math.min(probe.timeoutMs, VERIFY_TIMEOUT_MS),
  });
}

/** Whether its word since then is known: a run that could not tell, or that must be confirmed, is none. */
function hasSpoken(state: ProbeState, since: number): boolean {
  if (state.status === 'suspect' || state.lastOutcome === 'unknown') return false;
  return state.lastStartedAt !== null && state.lastStartedAt > since;
}

/** Probes to ask, in the order of their weight. */
function* targets(turn: Turn, failing: ProbeState): Iterable<Probe> {
  const against = (failing.failure?.against ?? []).flatMap((id) => turn.graph.byId.get(id) ?? []);
  const seen = new Set<Node>(against);
  const given = new Set<ProbeId>();
  const own = function* (node: Node): Iterable<Probe> {
    for (const probe of node.probes) {
      if (given.has(probe.id) || !runsForOthers(probe)) continue;
      given.add(probe.id);
      yield probe;
    }
  };
  const dependencies: Node[] = [];
  for (let layer: readonly Node[] = against; layer.length > 0;) {
    const next: Node[] = [];
    for (const node of layer) {
      for (const edge of node.needs) {
        for (const target of edge.to) {
          if (seen.has(target)) continue;
          seen.add(target);
          next.push(target);
          dependencies.push(target);
          yield* own(target);
        }
      }
    }
    layer = next;
  }
  for (const node of against) {
    for (const { edge } of node.dependents) {
      if (edge.need.kind === 'any') for (const member of edge.to) yield* own(member);
    }
  }
  yield* usersOfSharedFactors(turn, failing, own);
  const since = failing.failure?.since ?? 0;
  for (const dependency of dependencies) {
    if (hasNewerEvidence(turn, dependency, since)) continue;
    for (const { node } of dependency.dependents) if (!seen.has(node)) yield* own(node);
  }
}

/** A few other users of what this failure could have in common with theirs: a certificate authority, a resolver, a prefix. */
function* usersOfSharedFactors(turn: Turn, failing: ProbeState, own: (node: Node) => Iterable<Probe>): Iterable<Probe> {
  const factors = failing.failure === null ? [] : factorsOf(turn.graph, failing);
  let asked = 0;
  for (const factor of factors) {
    for (const id of [...(turn.state.factorUsers.get(factor) ?? [])].sort()) {
      const probe = turn.graph.probes.get(id);
      const node =
        probe === undefined ? undefined : turn.graph.byId.get(capabilitiesOfProbe(probe)[0] ?? ('' as CapabilityId));
      if (node === undefined || id === failing.id) continue;
      for (const target of own(node)) {
        yield target;
        asked += 1;
        if (asked >= FACTOR_USERS) return;
      }
    }
  }
}

function hasNewerEvidence(turn: Turn, node: Node, since: number): boolean {
  return node.probes.some((p) => (turn.state.probes.get(p.id)?.proven.get(node.id) ?? -1) > since);
}

/**
 * Whether somebody who needs this probe's capabilities has been confirmed as failing: two failed runs in a row
 * then confirm it too, whoever asked for them.
 */
export function hasConfirmedDependent(turn: Turn, capabilities: readonly CapabilityId[]): boolean {
  const failing = new Set<CapabilityId>();
  for (const id of turn.state.troubled) {
    const state = turn.state.probes.get(id);
    if (state !== undefined && countsAsFailing(state)) for (const c of state.failure?.against ?? []) failing.add(c);
  }
  if (failing.size === 0) return false;
  const work = capabilities.flatMap((id) => turn.graph.byId.get(id) ?? []);
  const seen = new Set(work);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (const { node: dependent } of node.dependents) {
      if (seen.has(dependent)) continue;
      if (failing.has(dependent.id)) return true;
      seen.add(dependent);
      work.push(dependent);
    }
  }
  return false;
}
