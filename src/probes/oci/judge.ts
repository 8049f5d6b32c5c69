import type { Json, Judgement, Measured, Step } from '../../model/run.ts';
import { ownFaultAmong } from '../judging/addresses.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { judgementOf, type Finding } from '../judging/judgement.ts';
import { ownFaultOf } from '../net/stopped.ts';
import { challengeOf, showChallenge, showGranted } from './access-findings.ts';
import { showBlobs } from './content-findings.ts';
import { shortDigest } from './digest.ts';
import { findingOfVisit } from './examine.ts';
import { harborWarning } from './harbor.ts';
import { answersOf, type Answer, type OciMeasured, type Visit } from './measured.ts';
import type { OciOptions } from './options.ts';
import { kindOfStep, STEP_NAMES, stepsOf, type StepName } from './steps.ts';
import { showUpload } from './upload-findings.ts';

const MAX_MESSAGE = 1000;

/** What a measurement amounts to. Pure. */
export function judgeOci(measured: OciMeasured, options: OciOptions): Judgement {
  const { visits, harbor, lookup } = measured;
  const found =
    lookup === undefined
      ? findingOfVisits(visits, options)
      : { finding: { step: STEP_NAMES[0], class: lookup.class, message: lookup.message } };
  const advice = harborWarning(harbor);
  const rest = {
    warnings: [
      ...expiryWarnings(measured.chain, options.tls.minDaysLeft, measured.startedAt),
      ...(advice === undefined ? [] : [advice]),
    ],
    ...(found !== undefined && { evidence: evidenceOf(found.visit, measured) }),
    variables: variablesOf(visits[0]),
  };
  const plan = stepsOf(options).map((name) => ({ name, kind: kindOfStep(name), ms: stepMs(name, visits) }));
  // What Harbor says of itself is often the cause of what the steps show.
  const finding = found && withAdvice(found.finding, harbor?.components && advice?.message);
  const judged = judgementOf(plan, finding, rest);
  const shown = found?.visit ?? countedVisits(visits)[0];
  return { ...judged, steps: judged.steps.map((step) => withWords(step, shown)) };
}

/** What decides, and at which address it showed. */
export interface Found {
  readonly finding: Finding;
  readonly visit?: Visit;
}

/**
 * The earliest step that fails at any address; among equals, at the one that the resolver gave first. One that
 * cannot be connected to beside others that can is `connect.partial`: it hides behind round-robin.
 */
export function findingOfVisits(visits: readonly Visit[], options: OciOptions): Found | undefined {
  const counted = countedVisits(visits).map((visit) => ({ visit, finding: findingOfVisit(visit, options) }));
  const failing = counted
    .flatMap(({ visit, finding }) => (finding === undefined ? [] : [{ visit, finding }]))
    .toSorted((a, b) => indexOf(a.finding.step) - indexOf(b.finding.step));
  const [first] = failing;
  if (first === undefined || counted.length === 1) return first;
  const { visit, finding } = first;
  const well = counted.filter((one) => one.finding === undefined).map((one) => one.visit.address);
  if (!finding.class.startsWith('connect.') || well.length === 0) {
    return { visit, finding: { ...finding, message: `at ${visit.address}: ${finding.message}`.slice(0, MAX_MESSAGE) } };
  }
  const message = `${well.length} of ${counted.length} addresses answer (${well.join(', ')}), ${visit.address} does not: ${finding.message}`;
  return { visit, finding: { ...finding, class: 'connect.partial', message: message.slice(0, MAX_MESSAGE) } };
}

/**
 * The visits that say something of the target. Left out are those that we could not or must not make, and those
 * to addresses that this host has no route to while it has one to others.
 */
export function countedVisits(visits: readonly Visit[]): readonly Visit[] {
  const theirs = visits.filter((visit) => ownStop(visit) === undefined);
  const routable = theirs.filter((visit) => visit.front.stopped?.code !== 'ENETUNREACH');
  return routable.length > 0 ? routable : theirs;
}

/** The monitor's own fault in a run, if it decides. */
export function ownFaultOfRun(measured: OciMeasured, options: OciOptions): Pick<Measured, 'ownFault'> {
  const tried = measured.visits.map((visit) => ({
    address: visit.address,
    stopped: ownStop(visit)?.stopped,
    finding: findingOfVisit(visit, options),
  }));
  return ownFaultAmong(measured.lookup, tried);
}

function ownStop(visit: Visit): Answer | undefined {
  return answersOf(visit).find(({ stopped }) => ownFaultOf(stopped) !== undefined);
}

function indexOf(step: string): number {
  return STEP_NAMES.indexOf(step as StepName);
}

function withAdvice(finding: Finding, advice: string | undefined): Finding {
  return advice === undefined ? finding : { ...finding, message: `${finding.message}; ${advice}` };
}

/**
 * A passed step says what it found, for a transcript that a person can follow. One that nothing was measured for
 * (history, judged by rules that ask for more) proves nothing.
 */
function withWords(step: Step, visit: Visit | undefined): Step {
  const name = step.name as StepName;
  if (step.outcome !== 'pass' || visit === undefined) return step;
  if (!isMeasured(name, visit)) return { ...step, outcome: 'skipped' };
  const got = wordsOf(name, visit);
  return got === undefined ? step : { ...step, got };
}

function isMeasured(step: StepName, visit: Visit): boolean {
  switch (step) {
    case 'front page':
      return true;
    case 'realm':
    case 'token':
      return visit.access !== undefined;
    case 'manifest':
    case 'pinned digest':
      return visit.manifest?.digest !== undefined;
    case 'blobs':
      return visit.blobs !== undefined;
    case 'signature':
      return visit.signature !== undefined;
    case 'upload':
      return visit.upload?.cancel !== undefined;
  }
}

function wordsOf(step: StepName, visit: Visit): string | undefined {
  const { front, manifest, child, token, signature } = visit;
  switch (step) {
    case 'front page':
      return `status ${front.status}`;
    case 'realm':
      return showChallenge(challengeOf(visit));
    case 'token':
      if (token === undefined) return 'none is wanted';
      return token.granted === undefined ? 'opaque: it does not say what it allows' : showGranted(token.granted);
    case 'manifest':
      return [manifest, child].flatMap((one) => (one?.digest === undefined ? [] : [one.digest])).join(', of it ');
    case 'pinned digest':
      return manifest?.digest;
    case 'blobs':
      return showBlobs(visit);
    case 'signature':
      return signature?.tag.status === 200 ? 'a tag' : 'a referrer';
    case 'upload':
      return showUpload(visit);
  }
}

function stepMs(name: StepName, visits: readonly Visit[]): number {
  return Math.max(0, ...visits.map((visit) => sumMs(answersOfStep(name, visit))));
}

function answersOfStep(name: StepName, visit: Visit): readonly (Answer | undefined)[] {
  switch (name) {
    case 'front page':
      return [visit.front];
    case 'realm':
      return [visit.knock];
    case 'token':
      return [visit.token];
    case 'manifest':
      return [visit.head, visit.manifest, visit.child];
    case 'pinned digest':
      return [];
    case 'blobs':
      return visit.blobs ?? [];
    case 'signature':
      return [visit.signature?.tag, visit.signature?.referrers];
    case 'upload':
      return [visit.upload?.token, visit.upload?.start, visit.upload?.cancel];
  }
}

function sumMs(answers: readonly (Answer | undefined)[]): number {
  return answers.reduce((sum, answer) => sum + (answer?.ms ?? 0), 0);
}

function evidenceOf(visit: Visit | undefined, measured: OciMeasured): { readonly [name: string]: Json | undefined } {
  const last = visit === undefined ? undefined : answersOf(visit).at(-1);
  const challenge = visit && challengeOf(visit);
  const { harbor } = measured;
  return {
    address: visit?.address,
    request: last?.request,
    status: last?.status,
    errors: last?.errors,
    body: last?.excerpt,
    redirects: last?.redirects?.map((hop) => ({ ...hop })),
    challenge: challenge && { ...challenge },
    tokenScope: visit?.token?.scope,
    tokenGrants: visit?.token?.granted === undefined ? undefined : showGranted(visit.token.granted),
    digest: visit?.manifest?.digest && shortDigest(visit.manifest.digest),
    harbor: harbor?.components?.map(({ name, status }) => `${name}: ${status}`),
    code: last?.stopped?.code,
  };
}

/** What assertions see, beside the facts: `digest`, `realm`, `service`. */
function variablesOf(visit: Visit | undefined): { readonly [name: string]: unknown } {
  const status = visit?.manifest?.status;
  return status === undefined ? {} : { status };
}
