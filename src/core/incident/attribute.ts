import type { CapabilityId, IncidentId, ProbeId } from '../../model/ids.ts';
import type { Failure, ProbeState } from '../detect/probe-state.ts';
import { countsAsFailing } from '../detect/probe-state.ts';
import { stageOrder } from '../detect/classes.ts';
import type { DiagnosisWithCauses } from '../diagnose/shared-cause.ts';
import { seenOnlyFrom } from '../diagnose/factors.ts';
import { askDependents, askToVerify, awaitPlace } from '../diagnose/verify.ts';
import type { Turn } from '../state.ts';
import { noteOpening } from './flapping.ts';
import { incidentId, liveIncident, rootKey, tell } from './incident.ts';
import type { Incident, Root } from './incident.ts';
import { stay } from './lost-explanation.ts';
import { rootsNow } from './roots-now.ts';
import type { RootNow } from './roots-now.ts';

/** Which incident every failing probe belongs to, after diagnosis. */
export interface Attribution {
  /** Incidents whose root fails now. */
  readonly roots: ReadonlyMap<IncidentId, RootNow>;
  /** Explained probes, per incident. */
  readonly symptoms: ReadonlyMap<IncidentId, ReadonlyMap<ProbeId, { readonly by: readonly CapabilityId[] }>>;
}

/**
 * Gives every failing probe to an incident. A root has one (opened here where it had none); a probe that lost
 * its explanation stays, for a while, with the incident that explained it; everything explained goes to the
 * incidents of the roots that it is traced to.
 */
export function attribute(
  turn: Turn,
  found: DiagnosisWithCauses,
  staying: ReadonlyMap<ProbeId, Incident>,
): Attribution {
  const roots = new Map<IncidentId, RootNow>();
  const symptoms = new Map<IncidentId, Map<ProbeId, { by: readonly CapabilityId[] }>>();
  const attach = (incident: IncidentId, probe: ProbeId, by: readonly CapabilityId[]): void => {
    const known = symptoms.get(incident) ?? new Map<ProbeId, { by: readonly CapabilityId[] }>();
    symptoms.set(incident, known.set(probe, { by }));
  };
  // Which incidents answer for a root capability: its own, or those its probes have not left yet.
  const answering = new Map<CapabilityId, Set<IncidentId>>();
  const answers = (capability: CapabilityId, id: IncidentId): void => {
    answering.set(capability, (answering.get(capability) ?? new Set()).add(id));
  };
  const rest = found.diagnosis.rootProbes.filter((id) => staying.has(id));
  for (const id of rest) {
    const incident = staying.get(id);
    if (incident === undefined) continue;
    stay(turn, id, incident);
    attach(incident.id, id, incident.symptoms.get(id)?.by ?? incident.capabilities);
    for (const c of turn.state.probes.get(id)?.failure?.against ?? []) answers(c, incident.id);
  }
  for (const now of rootsNow(turn, found, new Set(rest))) {
    const own = liveIncident(turn.state, now.root);
    const incident = own ?? open(turn, now);
    if (incident.inferred && now.root.kind === 'service') confirmGuess(turn, incident, now);
    for (const id of now.probes) release(turn, id);
    if (now.isFactor) for (const id of now.witnesses) attach(incident.id, id, []);
    roots.set(incident.id, now);
    for (const c of now.failures.keys()) answers(c, incident.id);
  }
  for (const [probe, explanation] of found.diagnosis.explainedProbes) {
    release(turn, probe);
    const state = turn.state.probes.get(probe);
    if (state?.failure !== null && state?.failure !== undefined) state.failure.explainedAt = turn.now;
    if (state !== undefined)
      state.excused = (state.failure?.against ?? []).filter((c) => !found.diagnosis.explained.has(c));
    for (const root of explanation.roots) for (const id of answering.get(root) ?? []) attach(id, probe, explanation.by);
  }
  return { roots, symptoms };
}

function release(turn: Turn, id: ProbeId): void {
  const state = turn.state.probes.get(id);
  if (state === undefined) return;
  state.lost = null;
  state.excused = [];
}

/** What was guessed from its dependents now fails by its own probes: the same incident, and no guess any more. */
function confirmGuess(turn: Turn, incident: Incident, now: RootNow): void {
  const first = failuresOf(turn, now.probes)[0];
  if (first === undefined) return;
  const { step, message } = first.failure;
  incident.root = now.root;
  incident.inferred = false;
  for (const id of now.probes) {
    const state = turn.state.probes.get(id);
    if (state === undefined || incident.state !== 'pending') continue;
    for (const [target, after] of askToVerify(turn, state)) incident.hold?.asked.set(target, after);
  }
  incident.first = { probe: first.id, class: first.failure.class, message, step };
  tell(incident, turn.now, 'confirmed', `${first.id} fails too: ${message}`);
}

/** Failing probes with their failures, in the order of their confirmation. */
function failuresOf(turn: Turn, ids: readonly ProbeId[]): { id: ProbeId; state: ProbeState; failure: Failure }[] {
  const failing = ids.flatMap((id) => {
    const state = turn.state.probes.get(id);
    return state === undefined || state.failure === null || !countsAsFailing(state)
      ? []
      : [{ id, state, failure: state.failure }];
  });
  return failing.sort(byConfirmation);
}

/** A new incident, pending: nothing is said before its dependencies have been heard. */
function open(turn: Turn, now: RootNow): Incident {
  const { root } = now;
  const generation = nextGeneration(turn, root);
  const failing = failuresOf(turn, now.witnesses);
  const first = failing[0];
  if (first === undefined) throw new Error(`an incident of ${rootKey(root)} without a failing probe`);
  const inferred = root.kind === 'shared' || root.kind === 'location';
  // A redundancy is exhausted by the last member to fall, not the first.
  const begins = failing.map((f) => f.failure.since);
  const since = root.kind === 'group' ? Math.max(...begins) : Math.min(...begins);
  const asked = new Map<ProbeId, number>();
  for (const { state } of failing) for (const [target, after] of askToVerify(turn, state)) asked.set(target, after);
  if (inferred && !now.isFactor)
    for (const [target, after] of askDependents(turn, [...now.failures.keys()], Math.max(...begins)))
      asked.set(target, after);
  const place = seenOnlyFrom(first.failure) ?? null;
  if (place !== null) for (const [target, after] of awaitPlace(turn, first.state, place)) asked.set(target, after);
  const names = now.isFactor ? [] : [...now.failures.keys()].sort();
  const incident: Incident = {
    id: incidentId(root, generation),
    about: 'failure',
    root,
    generation,
    state: 'pending',
    closedBecause: null,
    mergedInto: null,
    capabilities: names,
    rootProbes: now.probes,
    first: {
      probe: first.id,
      class: first.failure.class,
      message: words(root, names, failing.length, first.failure),
      step: first.failure.step,
    },
    inferred,
    verified: true,
    startedAt: since,
    onset: first.failure.onset,
    detectedAt: turn.now,
    pagedAt: null,
    resolvedAt: null,
    symptoms: new Map(),
    suppressed: new Map(),
    hold: { startedAt: turn.now, asked, place },
    quietSince: null,
    loudness: null,
    wanted: 'record',
    sequence: 0,
    told: new Map(),
    noticed: [],
    owner: null,
    tier: 3,
    title: root.id,
    impact: [],
    unaffected: [],
    toldAbout: '',
    acknowledgedBy: null,
    remindAt: null,
    escalation: null,
    held: null,
    notes: [],
    label: null,
    related: [],
    timeline: [],
  };
  tell(incident, since, 'first-failure', `${first.id}: ${first.failure.message}`);
  tell(
    incident,
    turn.now,
    'confirmed',
    `${String(first.failure.count)} failures in a row; ${asked.size === 0 ? 'nothing to verify' : `verifying ${String(asked.size)} probes`}`,
  );
  turn.state.incidents.set(incident.id, incident);
  noteOpening(turn, root);
  turn.effects.push({
    kind: 'decide',
    incident: incident.id,
    decision: 'opened',
    reason: `${first.id} confirmed: ${first.failure.class}`,
  });
  return incident;
}

/** Generations count per id, so that an inferred cause and a later failure of the same service never share one. */
function nextGeneration(turn: Turn, root: Root): number {
  let highest = 0;
  for (const kind of ['service', 'shared', 'group', 'location'] as const)
    highest = Math.max(highest, turn.state.generations.get(rootKey({ kind, id: root.id })) ?? 0);
  turn.state.generations.set(rootKey(root), highest + 1);
  return highest + 1;
}

function words(root: Root, names: readonly CapabilityId[], failing: number, failure: Failure): string {
  switch (root.kind) {
    case 'shared':
    case 'location':
      if (names.length === 0) return `${String(failing)} probes that share it fail together, first: ${failure.message}`;
      return `not probed; probably the cause: ${String(failing)} of its dependents fail together, first: ${failure.message}`;
    case 'group':
      return `too few of ${names.join(', ')} stand: ${failure.message}`;
    case 'service':
    case 'channel':
    case 'monitor':
      return failure.message;
    default:
      return root.kind satisfies never;
  }
}

function byConfirmation(a: { id: ProbeId; failure: Failure }, b: { id: ProbeId; failure: Failure }): number {
  return (
    (a.failure.confirmedAt ?? Infinity) - (b.failure.confirmedAt ?? Infinity) ||
    stageOrder(a.failure.class) - stageOrder(b.failure.class) ||
    (a.id < b.id ? -1 : 1)
  );
}
