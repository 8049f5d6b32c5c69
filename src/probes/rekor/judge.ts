import type { FailureClass } from '../../model/failure.ts';
import type { Json, Judgement, Step, Warning } from '../../model/run.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { ownFaultOf } from '../net/stopped.ts';
import { examine, kindOfStep, type Examined, type Expectations, type StepName } from './examine.ts';
import type { Fault } from './fault.ts';
import { pinsFor } from './head.ts';
import { describeTree, sameView } from './history.ts';
import type { RekorMeasured, Reply } from './measured.ts';
import type { RekorOptions } from './options.ts';
import { examineTiles } from './tile-examine.ts';

const MAX_EVIDENCE_TEXT = 2_000;

/** The verdict, and the address whose answer decided it. */
export interface Decision {
  readonly judgement: Judgement;
  readonly address?: string;
}

interface Failure {
  readonly step: StepName;
  readonly fault: Fault;
  readonly seen?: Examined;
}

/** Judges the answers of a run. Pure: every signature and proof is verified here, over what was measured. */
export function decide(measured: RekorMeasured, options: RekorOptions): Decision {
  const expectations = expectationsOf(measured, options);
  // What we could not ask for reasons of our own says nothing of the target.
  const all = examinedOf(measured, expectations, options);
  const examined = routable(all).filter((seen) => ownFaultOf(lastOf(seen)?.stopped) === undefined);
  const steps = stepsOf(options);
  const failure = lookupFailure(measured) ?? firstFailure(examined, steps);
  const warnings = [
    ...rotationWarnings(examined[0]),
    ...expiryWarnings(measured.chain, options.tls.minDaysLeft, measured.startedAt),
  ];
  const judged = steps.map((name) => judgedStep(name, steps, failure, examined));
  if (failure === undefined) {
    const own = ownFault(measured, all);
    if (own !== undefined) return { judgement: { outcome: 'unknown', ...own, steps: [], warnings } };
    return {
      judgement: { outcome: 'pass', steps: judged, warnings, variables: variablesOf(examined[0]) },
      ...(examined[0] !== undefined && { address: examined[0].address }),
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
    ...(failure.seen !== undefined && { address: failure.seen.address }),
  };
}

/** The steps that these options make. */
export function stepsOf({ version, entry, write }: RekorOptions): readonly StepName[] {
  return [
    ...(version === 1 ? (['ping', 'log info'] as const) : (['checkpoint'] as const)),
    'checkpoint signature',
    'identity',
    'consistency',
    ...(entry === undefined ? [] : (['canary entry'] as const)),
    ...(write === undefined ? [] : (['write', 'written entry'] as const)),
  ];
}

/** What every address showed, in the resolver's order. */
export function examinedOf(
  measured: Pick<RekorMeasured, 'visits' | 'tileVisits'>,
  expectations: Expectations,
  { version }: Pick<RekorOptions, 'version'>,
): readonly Examined[] {
  switch (version) {
    case 1:
      return measured.visits.map((visit) => examine(visit, expectations));
    case 2:
      return (measured.tileVisits ?? []).map((visit) => examineTiles(visit, expectations));
  }
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
export function routable(examined: readonly Examined[]): readonly Examined[] {
  const reachable = examined.filter(hasRoute);
  return reachable.length > 0 ? reachable : examined;
}

/** Whether this host has a route to the address. */
export function hasRoute({ replies }: Pick<Examined, 'replies'>): boolean {
  const [first] = replies.values();
  return first?.stopped?.code !== 'ENETUNREACH';
}

/** The earliest step that fails anywhere; among equals, the address that the resolver gave first. */
function firstFailure(examined: readonly Examined[], steps: readonly StepName[]): Failure | undefined {
  for (const step of steps) {
    for (const seen of examined) {
      const result = seen.results.get(step);
      if (result?.ok !== false) continue;
      const others = examined.filter((other) => other !== seen);
      return { step, seen, fault: atAddress(result.fault, seen.address, step, others) };
    }
    if (step === 'consistency') {
      const split = splitView(examined);
      if (split !== undefined) return split;
    }
  }
  return undefined;
}

/** With several addresses a fault names its own; one that cannot be connected to among others that can is partial. */
function atAddress(fault: Fault, address: string, step: StepName, others: readonly Examined[]): Fault {
  if (others.length === 0) return fault;
  const good = others.filter((other) => other.results.get(step)?.ok === true);
  if (!fault.class.startsWith('connect.') || good.length === 0)
    return { ...fault, message: `at ${address}: ${fault.message}` };
  const wellAt = good.map((other) => other.address).join(', ');
  return {
    ...fault,
    class: 'connect.partial',
    message: `${good.length} of ${others.length + 1} addresses answer (${wellAt}), ${address} does not: ${fault.message}`,
  };
}

function splitView(examined: readonly Examined[]): Failure | undefined {
  const views = examined.flatMap((seen) => (seen.tree === undefined ? [] : [{ seen, tree: seen.tree }]));
  const [first, ...rest] = views;
  if (first === undefined) return undefined;
  for (const view of rest) {
    const same = sameView(
      { address: first.seen.address, tree: first.tree },
      { address: view.seen.address, tree: view.tree },
    );
    if (!same.ok) return { step: 'consistency', seen: view.seen, fault: same.fault };
  }
  return undefined;
}

function lookupFailure({ lookup }: RekorMeasured): Failure | undefined {
  if (lookup === undefined || ownFaultOf(lookup) !== undefined) return undefined;
  return { step: 'ping', fault: { class: lookup.class, message: lookup.message } };
}

/** Why the run proves nothing, where nothing else is wrong: missing evidence never counts as up. */
function ownFault(
  { lookup }: RekorMeasured,
  examined: readonly Examined[],
): { class: FailureClass; message: string } | undefined {
  const stops = [lookup, ...examined.map((seen) => lastOf(seen)?.stopped)];
  const own = stops.map(ownFaultOf).find((fault) => fault !== undefined);
  if (own !== undefined || examined.length > 0) return own;
  return { class: 'probe.resources', message: 'the run was over before anything was asked' };
}

function judgedStep(
  name: StepName,
  steps: readonly StepName[],
  failure: Failure | undefined,
  examined: readonly Examined[],
): Step {
  const base = { name, kind: kindOfStep(name), ms: stepMs(name, examined) };
  const result = examined[0]?.results.get(name);
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

function stepMs(name: StepName, examined: readonly Examined[]): number {
  return Math.round(Math.max(0, ...examined.map((seen) => seen.ms.get(name) ?? 0)) * 10) / 10;
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
function variablesOf(seen: Examined | undefined): { readonly [name: string]: unknown } {
  const head = seen?.replies.get('identity');
  if (seen === undefined || head?.status === undefined) return {};
  const { tree, replies } = seen;
  if (replies.has('log info')) return { status: head.status, json: JSON.parse(head.body) as unknown };
  // A checkpoint is no JSON: what was verified of it takes its place.
  const json = tree && { origin: tree.treeId, treeSize: Number(tree.size), rootHash: tree.root.toString('hex') };
  return { status: head.status, ...(json !== undefined && { json }) };
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
  const { seen, step } = failure;
  const reply = seen?.replies.get(step);
  return {
    step,
    address: seen?.address,
    request: reply?.request,
    status: reply?.status,
    contentType: reply?.contentType?.slice(0, 100),
    location: reply?.location?.slice(0, 500),
    body: reply?.body.slice(0, MAX_EVIDENCE_TEXT),
    rereads: seen?.rereads,
    lastVerified:
      measured.remembered === null
        ? undefined
        : `tree ${measured.remembered.treeId}, ${describeTree(measured.remembered)}`,
    addressesAtLastPass: measured.remembered?.addresses,
    moved,
  };
}

/** The last thing that was asked of an address. */
function lastOf({ replies }: Examined): Reply | undefined {
  return [...replies.values()].at(-1);
}
