import type { Json, Judgement, Step, StepKind, Warning } from '../../model/run.ts';
import { findingOfAddresses, type AddressFinding } from '../judging/addresses.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import type { Finding } from '../judging/judgement.ts';
import type { DialogueMeasured, Visit } from './measured.ts';
import { verdictOn, type Answer, type Known, type Question } from './question.ts';

/** The step that resolves, connects and shakes hands. */
const REACH = 'reach';

const REACHING: ReadonlySet<string> = new Set(['dns', 'guard', 'connect', 'tls']);
const MAX_EVIDENCE = 2000;

/** What a kind adds to the judgement of its dialogue. */
export interface Additions<A extends Answer> {
  /** Absent where nothing is spoken over TLS. */
  readonly minDaysLeft?: number;
  readonly warnings?: (known: Known<A>) => readonly Warning[];
  readonly variables?: (known: Known<A>) => Readonly<Record<string, unknown>>;
  /** The deciding answer, as evidence. */
  readonly evidence: (answer: A) => Readonly<Record<string, Json | undefined>>;
}

/** The steps of a dialogue, for `steps` and `traits`. */
export function stepsOf<Asked, A extends Answer>(
  questions: readonly Question<Asked, A>[],
): readonly { readonly name: string; readonly kind: StepKind }[] {
  return [{ name: REACH, kind: 'reach' }, ...questions.map(({ step, kind }) => ({ name: step, kind }))];
}

/** What a dialogue amounts to. Pure. */
export function judgeDialogue<Asked, A extends Answer>(
  measured: DialogueMeasured<A>,
  questions: readonly Question<Asked, A>[],
  additions: Additions<A>,
): Judgement {
  const { lookup, visits } = measured;
  const judged = visits.map((visit) => ({ visit, ...addressFinding(visit, questions) }));
  const finding: Finding | undefined =
    lookup === undefined ? findingOfAddresses(judged) : { step: REACH, class: lookup.class, message: lookup.message };
  const deciding = judged.find((one) => (one.finding === undefined) === (finding === undefined))?.visit;
  const known = knownOf(deciding);
  const steps = judgedSteps(measured.lookupMs, deciding, questions, finding);
  const warnings = [...(additions.warnings?.(known) ?? []), ...expiring(measured, additions.minDaysLeft)];
  if (finding === undefined) {
    return { outcome: 'pass', steps, warnings, variables: additions.variables?.(known) ?? {} };
  }
  const last = deciding?.answers.find(({ step }) => step === finding.step) ?? deciding?.answers[0];
  return {
    outcome: 'fail',
    class: finding.class,
    message: finding.message,
    steps,
    warnings,
    evidence: {
      step: finding.step,
      ...(deciding !== undefined && { address: deciding.address }),
      ...(last !== undefined && bounded(additions.evidence(last.answer))),
      ...(last?.answer.stopped?.code !== undefined && { code: last.answer.stopped.code }),
    },
  };
}

/** What came of one address. */
export function addressFinding<Asked, A extends Answer>(
  visit: Visit<A>,
  questions: readonly Question<Asked, A>[],
): AddressFinding {
  const stopped = visit.answers.find(({ answer }) => answer.stopped !== undefined)?.answer.stopped;
  return { address: visit.address, stopped, finding: findingOfVisit(visit, questions) };
}

/** What is wrong at one address: its first bad answer in the order asked, if any. */
function findingOfVisit<Asked, A extends Answer>(
  visit: Visit<A>,
  questions: readonly Question<Asked, A>[],
): Finding | undefined {
  const known = new Map<string, A>();
  for (const { step, answer } of visit.answers) {
    const question = questions.find((one) => one.step === step);
    const verdict = question && verdictOn(question, answer, known);
    if (verdict?.holds === false) {
      const reaching = known.size === 0 && answer.stopped !== undefined && REACHING.has(answer.stopped.at);
      return { step: reaching ? REACH : step, ...verdict.fault };
    }
    known.set(step, answer);
  }
  return undefined;
}

function knownOf<A extends Answer>(visit: Visit<A> | undefined): Known<A> {
  return new Map(visit?.answers.map(({ step, answer }) => [step, answer]));
}

function judgedSteps<Asked, A extends Answer>(
  lookupMs: number,
  visit: Visit<A> | undefined,
  questions: readonly Question<Asked, A>[],
  finding: Finding | undefined,
): readonly Step[] {
  const reachMs = lookupMs + (visit?.phases.connect ?? 0) + (visit?.phases.tls ?? 0);
  const names = [REACH, ...questions.map(({ step }) => step)];
  const failing = finding === undefined ? names.length : names.indexOf(finding.step);
  const known = new Map<string, A>();
  const rest = questions.map((question, index): Step => {
    const answer = visit?.answers.find(({ step }) => step === question.step)?.answer;
    const base = { name: question.step, kind: question.kind, ms: tenths(answer?.ms ?? 0) };
    if (index + 1 === failing) return failed(base, finding);
    // Not asked, or asked after the failing one: no evidence.
    if (answer === undefined || index + 1 > failing) return { ...base, ms: 0, outcome: 'skipped' };
    const verdict = verdictOn(question, answer, known);
    known.set(question.step, answer);
    return { ...base, outcome: 'pass', ...(verdict.holds && verdict.found !== undefined && { got: verdict.found }) };
  });
  const reach = { name: REACH, kind: 'reach', ms: tenths(reachMs) } as const;
  return [failing === 0 ? failed(reach, finding) : { ...reach, outcome: 'pass' }, ...rest];
}

function failed(base: Pick<Step, 'name' | 'kind' | 'ms'>, finding: Finding | undefined): Step {
  return {
    ...base,
    outcome: 'fail',
    ...(finding?.expected !== undefined && { expected: finding.expected }),
    ...(finding?.got !== undefined && { got: finding.got }),
  };
}

function expiring<A extends Answer>(
  measured: DialogueMeasured<A>,
  minDaysLeft: number | undefined,
): readonly Warning[] {
  if (minDaysLeft === undefined) return [];
  const chains = measured.visits.flatMap((visit) => visit.chain);
  const distinct = new Map(chains.map((one) => [`${one.subject} ${one.notAfter}`, one]));
  return expiryWarnings([...distinct.values()], minDaysLeft, measured.startedAt);
}

function bounded(evidence: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, Json | undefined>> {
  return Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_EVIDENCE) : value,
    ]),
  );
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
