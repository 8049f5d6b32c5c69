import { describe, expect, test } from 'vitest';
import { judgeRun, matchesPin } from '../../src/core/judge/judge-run.ts';
import type { Assertion, Pin, Probe } from '../../src/model/configuration.ts';
import type { Evaluate, Judgement, Measured, Step } from '../../src/model/run.ts';
import { makeConfiguration, PLACE } from './support/make-configuration.ts';

const AT = Date.UTC(2026, 0, 5);
const [base] = makeConfiguration({ log: { capabilities: { append: {}, lookup: {} }, probe: {} } }).probes;
if (base === undefined) throw new Error('no probe');
const probe: Probe = {
  ...base,
  proves: {
    reach: ['log.append', 'log.lookup'] as never,
    read: ['log.lookup'] as never,
    write: ['log.append'] as never,
  },
};

const step = (kind: Step['kind'], outcome: Step['outcome'], more: Partial<Step> = {}): Step => ({
  name: kind,
  kind,
  outcome,
  ms: 1,
  ...more,
});
const verdict = (steps: readonly Step[], more: Partial<Judgement> = {}): Judgement => ({
  outcome: steps.some((s) => s.outcome === 'fail') ? 'fail' : 'pass',
  steps,
  warnings: [],
  ...more,
});
const judged = (
  given: Judgement,
  more: { probe?: Partial<Probe>; measured?: Partial<Measured>; assertions?: readonly Evaluate[] } = {},
): ReturnType<typeof judgeRun> =>
  judgeRun({
    probe: { ...probe, ...more.probe },
    judge: () => given,
    assertions: more.assertions ?? [],
    measured: { facts: {}, ...more.measured },
    startedAt: AT,
    durationMs: 12,
  });

describe('a run counts for and against capabilities by its steps', () => {
  test.each([
    ['a failed reach counts against everything', [step('reach', 'fail')], [], ['log.append', 'log.lookup']],
    [
      'a failed read counts against what reading proves; what follows is unknown',
      [step('reach', 'pass'), step('read', 'fail'), step('write', 'skipped')],
      [],
      ['log.lookup'],
    ],
    [
      'a failed write leaves what was read proven',
      [step('reach', 'pass'), step('read', 'pass'), step('write', 'fail')],
      ['log.lookup'],
      ['log.append'],
    ],
    [
      'a pass of every step proves everything',
      [step('reach', 'pass'), step('read', 'pass'), step('write', 'pass')],
      ['log.append', 'log.lookup'],
      [],
    ],
    [
      'a step that names what it proves counts for that alone',
      [step('read', 'fail', { proves: ['append'] })],
      [],
      ['log.append'],
    ],
  ])('%s', (_rule, steps, proven, against) => {
    expect(judged(verdict(steps))).toMatchObject({ proven, against });
  });

  test("the monitor's own fault is unknown, and counts neither way", () => {
    const run = judged(verdict([step('reach', 'pass')]), {
      measured: { ownFault: { class: 'probe.resources', message: 'no descriptors left' } },
    });
    expect(run).toMatchObject({ outcome: 'unknown', class: 'probe.resources', proven: [], against: [] });
  });
});

describe('assertions', () => {
  const that = (over: Partial<Assertion> = {}): Assertion => ({
    that: 'value < 1.0',
    class: 'semantic.assertion',
    place: PLACE,
    ...over,
  });
  const passing = verdict([step('read', 'pass')], { variables: { value: 2 } });

  test('one that is false fails with its own words and class', () => {
    const run = judged(passing, {
      probe: { assert: [that({ because: 'too full', class: 'latency.saturated' })] },
      assertions: [() => ({ kind: 'false' })],
    });
    expect(run).toMatchObject({ outcome: 'fail', class: 'latency.saturated', message: 'too full' });
    expect(run.steps.at(-1)).toMatchObject({ expected: 'value < 1.0', got: 'false' });
  });

  test('one that cannot be evaluated fails and names the expression and what was missing', () => {
    const run = judged(passing, {
      probe: { assert: [that()] },
      assertions: [() => ({ kind: 'unevaluable', message: 'no value' })],
    });
    expect(run).toMatchObject({
      outcome: 'fail',
      class: 'semantic.unevaluable',
      message: 'cannot evaluate value < 1.0: no value',
    });
  });

  test('they see what was measured, and the recorded start instead of a clock', () => {
    let seen: unknown;
    judged(passing, {
      probe: { assert: [that()] },
      assertions: [(variables) => ((seen = variables), { kind: 'true' })],
    });
    expect(seen).toEqual({ value: 2, latencyMs: 12, phases: {}, facts: {}, now: AT });
  });

  test('they are not asked about a run that failed already', () => {
    const run = judged(verdict([step('read', 'fail')], { class: 'http.5xx', message: 'broken' }), {
      probe: { assert: [that()] },
      assertions: [() => ({ kind: 'false' })],
    });
    expect(run.class).toBe('http.5xx');
  });
});

describe('pins are judged last', () => {
  const pin = (fact: string, ...values: Pin['values']): Partial<Probe> => ({ pins: [{ fact, values }] });
  const good = verdict([step('read', 'pass')]);

  test('an address outside the pinned range is identity.pin_mismatch, though everything else passed', () => {
    const run = judged(good, {
      probe: pin('addresses', { value: '10.2.0.0/16' }),
      measured: { facts: { addresses: ['10.2.3.4', '10.9.9.9'] } },
    });
    expect(run).toMatchObject({
      outcome: 'fail',
      class: 'identity.pin_mismatch',
      message: 'addresses is 10.2.3.4, 10.9.9.9, pinned is 10.2.0.0/16',
    });
  });

  test('a pin holds only within its window', () => {
    const facts = { spki: 'sha256/new' };
    const during = judged(good, {
      probe: pin('spki', { value: 'sha256/old' }, { value: 'sha256/new', from: AT - 1 }),
      measured: { facts },
    });
    const before = judged(good, {
      probe: pin('spki', { value: 'sha256/old' }, { value: 'sha256/new', from: AT + 1 }),
      measured: { facts },
    });
    expect([during.outcome, before.outcome]).toEqual(['pass', 'fail']);
  });

  test('a fact that is missing does not hold', () => {
    expect(judged(good, { probe: pin('version', { value: '1.*' }) })).toMatchObject({
      outcome: 'fail',
      message: 'version is no fact version, pinned is 1.*',
    });
  });

  test.each([
    ['10.2.0.0/16', '10.2.255.1', true],
    ['10.2.0.0/16', '10.3.0.1', false],
    ['0.0.0.0/0', '192.0.2.1', true],
    ['10.2.0.0/33', '10.2.0.1', false],
    ['fd00:2::/32', 'fd00:2:0:1::5', true],
    ['fd00:2::/32', 'fd00:3::5', false],
    ['10.2.0.0/16', '::ffff:10.2.0.1', true],
    ['2001:DB8:0::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.1', false],
    ['sha256/AAAA', 'sha256/AAAA', true],
    ['1.3.*', '1.3.6', true],
    ['1.3.*', '1.30.6', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['exact', 'exactly', false],
  ])('%s matches %s: %s', (pinned, value, matches) => {
    expect(matchesPin(pinned, value)).toBe(matches);
  });
});
