import type { Json, Judgement, StepKind, Warning } from '../../model/run.ts';
import { answerFinding, evidenceOf, findingOfAttempt, variablesOf } from '../http/judge.ts';
import { isRead } from '../http/measure.ts';
import { expiryWarnings } from '../judging/expiry.ts';
import { judgementOf, type Finding } from '../judging/judgement.ts';
import type { FlowMeasured, FlowStepMeasured } from './measured.ts';
import type { FlowOptions, FlowRequest, FlowStep } from './options.ts';

/** A step of a flow as the engine knows it. */
export interface FlowStepUse {
  readonly name: string;
  readonly kind: StepKind;
  readonly proves?: readonly string[];
}

/**
 * What use each step makes, and what it proves. Where some steps name capabilities, one that names none (a
 * login) only reaches: passing it proves nothing by itself, and failing it counts against everything.
 */
export function stepsOf(options: FlowOptions): readonly FlowStepUse[] {
  const someName = options.steps.some(({ proves }) => proves !== undefined);
  return options.steps.map(({ name, method, proves }) => {
    if (proves !== undefined) return { name, kind: kindOf(method), proves };
    return { name, kind: someName ? 'reach' : kindOf(method) };
  });
}

function kindOf(method: string): StepKind {
  return isRead(method) ? 'read' : 'write';
}

/** What a measurement amounts to. Pure. */
export function judgeFlow(measured: FlowMeasured, options: FlowOptions): Judgement {
  const uses = stepsOf(options);
  const taken = new Map(measured.steps.map((step) => [step.name, step]));
  const plan = uses.map(({ name, kind }) => ({ name, kind, ms: taken.get(name)?.attempt?.ms ?? 0 }));
  const finding = firstFinding(options, taken);
  const failing = finding === undefined ? undefined : taken.get(finding.step);
  const judged = judgementOf(plan, finding, {
    warnings: [...expiring(measured, options), ...leftBehind(measured, options)],
    ...(finding !== undefined && { evidence: { ...evidenceOfStep(failing), steps: measured.steps.map(shown) } }),
    variables: { steps: Object.fromEntries(measured.steps.map((step) => [step.name, variablesOfStep(step)])) },
  });
  const steps = judged.steps.map((step, index) => {
    const proves = uses[index]?.proves;
    return proves === undefined ? step : { ...step, proves };
  });
  return { ...judged, steps };
}

/** What is wrong with one step: with its answer, or with what was to be captured from it. */
export function findingOfStep(taken: FlowStepMeasured, step: FlowRequest | FlowStep): Finding | undefined {
  const { attempt, unfit, captures } = taken;
  if (attempt === undefined) return unfit && named(step, { ...unfit, step: step.name });
  const finding = findingOfAttempt(attempt, [attempt], step);
  if (finding !== undefined) return named(step, finding);
  for (const captured of Object.values(captures)) {
    if (captured.kind === 'missing') return named(step, answerFinding(attempt, step, captured));
  }
  return undefined;
}

function named(step: Pick<FlowStep, 'name'>, finding: Finding): Finding {
  return { ...finding, step: step.name, message: `step ${step.name}: ${readable(finding.message)}` };
}

/** Messages show the URL as it is written, and a URL encodes the braces of a reference. */
function readable(message: string): string {
  return message.replace(/\$%7B([a-z0-9-]+\.\w+)%7D/g, '$${$1}');
}

function firstFinding(options: FlowOptions, taken: ReadonlyMap<string, FlowStepMeasured>): Finding | undefined {
  for (const step of options.steps) {
    const measured = taken.get(step.name);
    if (measured === undefined) {
      const message = `step ${step.name}: this run did not take it`;
      return { step: step.name, class: 'semantic.unevaluable', message };
    }
    const finding = findingOfStep(measured, step);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function expiring(measured: FlowMeasured, options: FlowOptions): readonly Warning[] {
  const own = new Map(options.steps.map(({ name, tls }) => [name, tls?.minDaysLeft]));
  const warnings = measured.steps.flatMap(({ name, attempt }) =>
    expiryWarnings(attempt?.chain ?? [], own.get(name) ?? options.tls.minDaysLeft, measured.startedAt),
  );
  return [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
}

/** What a cleanup left behind will be found some day, by somebody: nothing fails now. */
function leftBehind(measured: FlowMeasured, options: FlowOptions): readonly Warning[] {
  return measured.cleanup.flatMap((taken) => {
    const request = options.cleanup.find(({ name }) => name === taken.name);
    const finding = request && findingOfStep(taken, request);
    return finding === undefined ? [] : [{ class: finding.class, message: `cleanup: ${finding.message}` }];
  });
}

function evidenceOfStep(taken: FlowStepMeasured | undefined): { readonly [name: string]: Json } {
  if (taken?.attempt === undefined) return {};
  return { step: taken.name, ...evidenceOf(taken.attempt, [taken.attempt]) };
}

function shown({ name, attempt, captures }: FlowStepMeasured): Json {
  const captured = Object.entries(captures).map(([key, one]) => [key, one.kind === 'captured' ? one.shown : null]);
  return {
    name,
    ...(attempt !== undefined && { address: attempt.address, ms: attempt.ms }),
    ...(attempt?.status !== undefined && { status: attempt.status }),
    ...(captured.length > 0 && { captured: Object.fromEntries(captured) as Record<string, string | null> }),
  };
}

function variablesOfStep({ attempt }: FlowStepMeasured): { readonly [name: string]: unknown } {
  return attempt === undefined ? {} : Object.assign(variablesOf(attempt, [attempt]), { ms: attempt.ms });
}
