import type { FailureClass } from '../../model/failure.ts';
import type { Json, Judgement, Step, Warning } from '../../model/run.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { ownFaultOf } from '../net/stopped.ts';
import { examine, kindOfStep, STEP_NAMES, type Examined, type Expectations, type StepName } from './examine.ts';
import type { Fault } from './fault.ts';
import { pinsFor } from './head.ts';
import { describeTree, sameView } from './history.ts';
import type { RekorMeasured, Reply, Visit } from './measured.ts';
import type { RekorOptions } from './options.ts';

const MAX_EVIDENCE_TEXT = 2_000;

/** The verdict, and the address whose answer decided it. */
export interface Decision {
  readonly judgement: Judgement;
  readonly address?: string;
}

interface Failure {
  readonly step: StepName;
  readonly fault: Fault;
  readonly visit?: Visit;
}

/** Judges the answers of a run. Pure: every signature and proof is verified here, over what was measured. */
export function decide(measured: RekorMeasured, options: RekorOptions): Decision {
  const expectations = expectationsOf(measured, options);
  // What we could not ask for reasons of our own says nothing of the target.
  const visits = routable(measured.visits).filter((visit) => ownFaultOf(lastOf(visit).stopped) === undefined);
  const examined = visits.map((visit) => ({ visit, seen: examine(visit, expectations) }));
  const steps = stepsOf(options);
  const failure = lookupFailure(measured) ?? firstFailure(examined, steps);
  const warnings = [
    ...rotationWarnings(examined[0]?.seen),
    ...expiryWarnings(measured.chain, options.tls.minDaysLeft, measured.startedAt),
  ];
  const judged = steps.map((name) => judgedStep(name, steps, failure, examined));
  if (failure === undefined) {
    const own = ownFault(measured);
    if (own !== undefined) return { judgement: { outcome: 'unknown', ...own, steps: [], warnings } };
    return {
      judgement: { outcome: 'pass', steps: judged, warnings, variables: variablesOf(visits[0]) },
      ...(visits[0] !== undefined && { address: visits[0].address }),
    };
  }
  const moved = movedSince(measured);
  return {
    judgement: {
      outcome: 'fail',
      class: failure.fault.class,
      message: failure.fault.message + (moved === undefined ? '' : `; ${moved}`),
      steps: judged,
      warnings,
      evidence: evidenceOf(failure, measured, moved),
    },
    ...(failure.visit !== undefined && { address: failure.visit.address }),
  };
}

/** The steps that these options make. */
export function stepsOf(options: RekorOptions): readonly StepName[] {
  return options.entry === undefined ? STEP_NAMES.filter((name) => name !== 'canary entry') : STEP_NAMES;
}

/** What the answers of a run are held to. */
export function expectationsOf(
  measured: Pick<RekorMeasured, 'startedAt' | 'remembered'>,
  options: RekorOptions,
): Expectations {
  return { pins: pinsFor(options, measured.startedAt), remembered: measured.remembered, canary: options.entry };
}

/**
 * A monitor without any IPv6 (or IPv4) route must not call a dual-stack name half broken: addresses that this
 * host has no route to are left out while there are others.
 */
export function routable(visits: readonly Visit[]): readonly Visit[] {
  const reachable = visits.filter((visit) => visit.ping.stopped?.code !== 'ENETUNREACH');
  return reachable.length > 0 ? reachable : visits;
}

interface ExaminedVisit {
  readonly visit: Visit;
  readonly seen: Examined;
}

/** The earliest step that fails anywhere; among equals, the address that the resolver gave first. */
function firstFailure(examined: readonly ExaminedVisit[], steps: readonly StepName[]): Failure | undefined {
  for (const step of steps) {
    for (const { visit, seen } of examined) {
      const result = seen.results.get(step);
      if (result?.ok !== false) continue;
      const others = examined.filter((other) => other.visit !== visit);
      return { step, visit, fault: atAddress(result.fault, visit.address, step, others) };
    }
    if (step === 'consistency') {
      const split = splitView(examined);
      if (split !== undefined) return split;
    }
  }
  return undefined;
}

/** With several addresses a fault names its own; one that cannot be connected to among others that can is partial. */
function atAddress(fault: Fault, address: string, step: StepName, others: readonly ExaminedVisit[]): Fault {
  if (others.length === 0) return fault;
  const good = others.filter((other) => other.seen.results.get(step)?.ok === true);
  if (!fault.class.startsWith('connect.') || good.length === 0)
    return { ...fault, message: `at ${address}: ${fault.message}` };
  const wellAt = good.map((other) => other.visit.address).join(', ');
  return {
    ...fault,
    class: 'connect.partial',
    message: `${good.length} of ${others.length + 1} addresses answer (${wellAt}), ${address} does not: ${fault.message}`,
  };
}

function splitView(examined: readonly ExaminedVisit[]): Failure | undefined {
  const views = examined.flatMap(({ visit, seen }) => (seen.tree === undefined ? [] : [{ visit, tree: seen.tree }]));
  const [first, ...rest] = views;
  if (first === undefined) return undefined;
  for (const view of rest) {
    const same = sameView(
      { address: first.visit.address, tree: first.tree },
      { address: view.visit.address, tree: view.tree },
    );
    if (!same.ok) return { step: 'consistency', visit: view.visit, fault: same.fault };
  }
  return undefined;
}

function lookupFailure({ lookup }: RekorMeasured): Failure | undefined {
  if (lookup === undefined || ownFaultOf(lookup) !== undefined) return undefined;
  return { step: 'ping', fault: { class: lookup.class, message: lookup.message } };
}

/** Why the run proves nothing, where nothing else is wrong: missing evidence never counts as up. */
function ownFault({ lookup, visits }: RekorMeasured): { class: FailureClass; message: string } | undefined {
  const own = [lookup, ...visits.map((visit) => lastOf(visit).stopped)].map(ownFaultOf).find((f) => f !== undefined);
  if (own !== undefined || visits.length > 0) return own;
  return { class: 'probe.resources', message: 'the run was over before anything was asked' };
}

function judgedStep(
  name: StepName,
  steps: readonly StepName[],
  failure: Failure | undefined,
  examined: readonly ExaminedVisit[],
): Step {
  const base = { name, kind: kindOfStep(name), ms: stepMs(name, examined) };
  const result = examined[0]?.seen.results.get(name);
  const found = result?.ok === true && result.found !== undefined ? { got: result.found } : {};
  if (failure === undefined) return { ...base, outcome: result === undefined ? 'skipped' : 'pass', ...found };
  const [at, failedAt] = [steps.indexOf(name), steps.indexOf(failure.step)];
  if (at < failedAt) return { ...base, outcome: 'pass', ...found };
  if (at > failedAt) return { ...base, ms: 0, outcome: 'skipped' };
  const { expected, got } = failure.fault;
  return {
    ...base,
    outcome: 'fail',
    ...(expected !== undefined && { expected: expected.slice(0, MAX_EVIDENCE_TEXT) }),
    ...(got !== undefined && { got: got.slice(0, MAX_EVIDENCE_TEXT) }),
  };
}

function stepMs(name: StepName, examined: readonly ExaminedVisit[]): number {
  const of = ({ visit }: ExaminedVisit): number => {
    switch (name) {
      case 'ping':
        return visit.ping.ms;
      case 'log info':
        return visit.log?.ms ?? 0;
      case 'checkpoint signature':
        return visit.verifyMs;
      case 'identity':
        return 0;
      case 'consistency':
        return visit.proof?.ms ?? 0;
      case 'canary entry':
        return visit.entry?.ms ?? 0;
    }
  };
  return Math.round(Math.max(0, ...examined.map(of)) * 10) / 10;
}

function rotationWarnings(seen: Examined | undefined): readonly Warning[] {
  if (seen?.rotatedFrom === undefined || seen.tree === undefined) return [];
  return [
    {
      class: 'info.rotation',
      message: `the log went on from tree ${seen.rotatedFrom} to ${seen.tree.treeId}, which is among the configured ones`,
    },
  ];
}

/** What assertions see. */
function variablesOf(visit: Visit | undefined): { readonly [name: string]: unknown } {
  if (visit?.log?.status === undefined) return {};
  return { status: visit.log.status, json: JSON.parse(visit.log.body) as unknown };
}

/** Whether the name leads elsewhere than in the last passing run: worth more than the failure's own words. */
function movedSince({ remembered, facts }: RekorMeasured): string | undefined {
  const now = facts['addresses'];
  if (remembered === null || !Array.isArray(now) || now.length === 0) return undefined;
  const [before, after] = [remembered.addresses.join(', '), now.join(', ')];
  return before === after ? undefined : `the name leads to ${after}, in the last passing run it led to ${before}`;
}

function evidenceOf(
  failure: Failure,
  measured: RekorMeasured,
  moved: string | undefined,
): { readonly [name: string]: Json | undefined } {
  const reply = failure.visit === undefined ? undefined : replyOf(failure.step, failure.visit);
  return {
    step: failure.step,
    address: failure.visit?.address,
    request: reply?.request,
    status: reply?.status,
    contentType: reply?.contentType?.slice(0, 100),
    location: reply?.location?.slice(0, 500),
    body: reply?.body.slice(0, MAX_EVIDENCE_TEXT),
    rereads: failure.visit === undefined ? undefined : failure.visit.logRereads + failure.visit.proofRereads,
    lastVerified:
      measured.remembered === null
        ? undefined
        : `tree ${measured.remembered.treeId}, ${describeTree(measured.remembered)}`,
    addressesAtLastPass: measured.remembered?.addresses,
    moved,
  };
}

/** The answer that a step is about. */
function replyOf(step: StepName, visit: Visit): Reply {
  switch (step) {
    case 'ping':
      return visit.ping;
    case 'log info':
    case 'checkpoint signature':
    case 'identity':
      return visit.log ?? visit.ping;
    case 'consistency':
      return visit.proof ?? visit.log ?? visit.ping;
    case 'canary entry':
      return visit.entry ?? visit.ping;
  }
}

/** The last thing that was asked of an address. */
function lastOf(visit: Visit): Reply {
  return visit.entry ?? visit.proof ?? visit.log ?? visit.ping;
}
