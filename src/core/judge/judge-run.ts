import type { Probe } from '../../model/configuration.ts';
import type { CapabilityId } from '../../model/ids.ts';
import { cidrContains, parseAddress, parseCidr } from '../address/cidr.ts';
import { matchesPattern } from '../pattern.ts';
import type { Evaluate, Judgement, Measured, Step, StepKind } from '../../model/run.ts';

/** A run judged by its kind, then by the configuration's assertions, then by its pins, and mapped to capabilities. */
export interface JudgedRun extends Judgement {
  /** Capabilities that a passing step proves; sorted. A failing one is never among them. */
  readonly proven: readonly CapabilityId[];
  /** Capabilities that the failing step counts against; sorted. */
  readonly against: readonly CapabilityId[];
}

/** What judging needs beside the measurement. `startedAt` is the run's recorded start: `now` to assertions. */
export interface JudgeInput {
  readonly probe: Probe;
  readonly judge: (measured: Measured) => Judgement;
  readonly assertions: readonly Evaluate[];
  readonly measured: Measured;
  readonly startedAt: number;
  readonly durationMs: number;
}

/**
 * Pure: the same measurement under the same rules is judged the same, today and in a replay.
 * Own faults come first (unknown), then the kind's verdict, then assertions in order, then pins, which are
 * judged last so that the protocol's own identity check wins.
 */
export function judgeRun(input: JudgeInput): JudgedRun {
  const { measured, probe } = input;
  if (measured.ownFault !== undefined) {
    return {
      outcome: 'unknown',
      class: measured.ownFault.class,
      message: measured.ownFault.message,
      steps: [],
      warnings: [],
      proven: [],
      against: [],
    };
  }
  const verdict = input.judge(measured);
  const judged = verdict.outcome === 'pass' ? withPins(withAssertions(verdict, input), input) : verdict;
  return { ...judged, ...capabilitiesOf(judged, probe) };
}

function withAssertions(verdict: Judgement, input: JudgeInput): Judgement {
  // What the kind gives may be made only when it is asked for, so it is passed on as it is.
  const given = Object.getOwnPropertyDescriptors(verdict.variables ?? {});
  const variables = Object.assign(Object.defineProperties<Record<string, unknown>>({}, given), {
    latencyMs: input.durationMs,
    phases: input.measured.phases ?? {},
    facts: input.measured.facts,
    now: input.startedAt,
  });
  for (const [index, assertion] of input.probe.assert.entries()) {
    const evaluated = input.assertions[index]?.(variables) ?? {
      kind: 'unevaluable',
      message: 'the assertion was not compiled',
    };
    switch (evaluated.kind) {
      case 'true':
        break;
      case 'false':
        return failed(verdict, {
          name: 'assertion',
          class: assertion.class,
          message: assertion.because ?? `not true: ${assertion.that}`,
          expected: assertion.that,
          got: 'false',
        });
      case 'unevaluable':
        return failed(verdict, {
          name: 'assertion',
          class: 'semantic.unevaluable',
          message: `cannot evaluate ${assertion.that}: ${evaluated.message}`,
          expected: assertion.that,
          got: evaluated.message,
        });
    }
  }
  return verdict;
}

function withPins(verdict: Judgement, input: JudgeInput): Judgement {
  if (verdict.outcome !== 'pass') return verdict;
  for (const pin of input.probe.pins) {
    const valid = pin.values.filter(
      (v) => (v.from ?? -Infinity) <= input.startedAt && input.startedAt < (v.until ?? Infinity),
    );
    const fact = input.measured.facts[pin.fact];
    const seen = fact === undefined ? [] : Array.isArray(fact) ? fact.map(String) : [String(fact)];
    const stray = seen.filter((value) => !valid.some((v) => matchesPin(v.value, value)));
    if (seen.length > 0 && stray.length === 0) continue;
    const expected = valid.map((v) => v.value).join(' or ') || 'no value is valid now';
    const got = seen.length === 0 ? `no fact ${pin.fact}` : seen.join(', ');
    return failed(verdict, {
      name: `pin ${pin.fact}`,
      class: 'identity.pin_mismatch',
      message: `${pin.fact} is ${got}, pinned is ${expected}`,
      expected,
      got,
    });
  }
  return verdict;
}

function failed(
  verdict: Judgement,
  step: { name: string; class: NonNullable<Judgement['class']>; message: string; expected: string; got: string },
): Judgement {
  const kind: StepKind = verdict.steps.at(-1)?.kind ?? 'read';
  return {
    ...verdict,
    outcome: 'fail',
    class: step.class,
    message: step.message,
    steps: [
      ...verdict.steps,
      { name: step.name, kind, outcome: 'fail', ms: 0, expected: step.expected, got: step.got },
    ],
  };
}

/** A pin is an exact value, a pattern with `*`, or a range of addresses; one IPv6 address has several spellings. */
export function matchesPin(pinned: string, value: string): boolean {
  const range = /[/:]/.test(pinned) ? parseCidr(pinned) : undefined;
  const address = range === undefined ? undefined : parseAddress(value);
  if (range === undefined || address === undefined) return matchesPattern(pinned, value);
  return cidrContains(range, address);
}

function capabilitiesOf(
  judged: Judgement,
  probe: Probe,
): { proven: readonly CapabilityId[]; against: readonly CapabilityId[] } {
  const failing = judged.steps.find((s) => s.outcome === 'fail');
  const against = new Set<CapabilityId>(judged.outcome === 'fail' ? capabilitiesOfStep(failing, probe) : []);
  const proven = new Set<CapabilityId>();
  if (judged.outcome !== 'unknown') {
    for (const step of judged.steps) {
      // A passed `reach` proves nothing beyond itself while a later step is missing or failed.
      if (step.outcome !== 'pass' || (judged.outcome === 'fail' && step.kind === 'reach')) continue;
      for (const id of capabilitiesOfStep(step, probe)) if (!against.has(id)) proven.add(id);
    }
    if (judged.outcome === 'pass' && judged.steps.length === 0) for (const id of all(probe)) proven.add(id);
  }
  return { proven: [...proven].sort(), against: [...against].sort() };
}

function capabilitiesOfStep(step: Step | undefined, probe: Probe): readonly CapabilityId[] {
  if (step === undefined) return all(probe);
  if (step.proves !== undefined) return step.proves.map((name) => `${probe.service}.${name}` as CapabilityId);
  if (step.kind === 'reach') return all(probe);
  const proved = probe.proves[step.kind];
  return proved.length > 0 ? proved : all(probe);
}

/** Everything that the probe proves by any step. */
function all(probe: Probe): readonly CapabilityId[] {
  return [...new Set([...probe.proves.reach, ...probe.proves.read, ...probe.proves.write])].sort();
}
