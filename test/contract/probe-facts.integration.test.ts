import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PINNABLE } from '../../src/config/grammar/pin-value.ts';
import { judgeRun } from '../../src/core/judge/judge-run.ts';
import type { Pin, Probe } from '../../src/model/configuration.ts';
import type { Evaluate, Facts, Measured } from '../../src/model/run.ts';
import type { NameResolver, ProbeKind } from '../../src/ports/probe-kind.ts';
import { exec } from '../../src/probes/exec.ts';
import { PROBE_KINDS } from '../../src/probes/index.ts';
import { missing } from '../servers/programs.ts';
import { runContext } from '../probes/run-context.ts';
import { FACT_SUBJECTS } from './fact-subjects.ts';

/** Facts that need a server of their own: test/probes/dns/dnssec.integration.test.ts shows them. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set(['dns dnssec']);

/** Knows one name, which is an alias. */
const resolver: NameResolver = {
  resolve: () => Promise.resolve({ addresses: [{ address: '127.0.0.1', family: 4 }], cname: ['edge.test'], ms: 0.1 }),
};

function kindOf(name: string): ProbeKind {
  const kind = PROBE_KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

/** Judged as the engine does, with pins, after a round trip through the log. */
function judged(kind: ProbeKind, options: unknown, measured: Measured, pins: readonly Pin[], untrue = false) {
  const place = { file: 'tocsin.yaml', line: 1, column: 1 };
  const assert = untrue ? [{ that: '1 > 2', class: 'semantic.assertion', place }] : [];
  const isFalse: Evaluate = () => ({ kind: 'false' });
  return judgeRun({
    probe: { service: 'shop', assert, pins, proves: { reach: [], read: [], write: [] } } as unknown as Probe,
    judge: (kept) => kind.judge(kept, options),
    assertions: untrue ? [isFalse] : [],
    measured: JSON.parse(JSON.stringify(measured)) as Measured,
    startedAt: Date.now(),
    durationMs: 1,
  });
}

const pinTo = (fact: string, ...values: readonly string[]): Pin => ({
  fact,
  values: values.map((value) => ({ value })),
});

function textsOf(fact: Facts[string] | undefined): readonly string[] {
  return Array.isArray(fact) ? fact.map(String) : [String(fact)];
}

/** What each kind showed, by kind. */
const shown = new Map<string, Set<string>>();

describe.each(FACT_SUBJECTS)('$kind before $server', ({ kind: name, programs = [], start }) => {
  const absent = missing(...programs).length > 0;
  const kind = kindOf(name);
  const stack = new AsyncDisposableStack();
  let options: unknown;
  let measured: Measured;
  beforeAll(async () => {
    if (absent) return;
    options = kind.schema.parse(await start(stack));
    measured = await kind.run(options, runContext({ resolver, timeoutMs: 10_000 }));
    const facts = Object.keys(measured.facts);
    shown.set(name, new Set([...(shown.get(name) ?? []), ...facts]));
  }, 60_000);
  afterAll(() => stack.disposeAsync());

  test.skipIf(absent)('brings home no fact that its kind does not declare', () => {
    expect(judged(kind, options, measured, [])).toMatchObject({ outcome: 'pass' });
    expect(kind.traits.facts).toEqual(expect.arrayContaining(Object.keys(measured.facts)));
  });

  test.skipIf(absent)('passes while every fact is as it is pinned', () => {
    const pins = Object.entries(measured.facts).map(([fact, value]) => pinTo(fact, ...textsOf(value)));
    const { outcome, message } = judged(kind, options, measured, pins);
    expect([outcome, message]).toEqual(['pass', undefined]);
  });

  test.skipIf(absent)('fails by a pin of any fact to another value, after every step of its own has passed', () => {
    for (const fact of Object.keys(measured.facts)) {
      const { outcome, class: failureClass, steps, message } = judged(kind, options, measured, [pinTo(fact, 'other')]);
      expect([fact, outcome, failureClass]).toEqual([fact, 'fail', 'identity.pin_mismatch']);
      expect(steps.at(-1)).toMatchObject({ name: `pin ${fact}`, outcome: 'fail', expected: 'other' });
      expect(steps.slice(0, -1).filter((step) => step.outcome === 'fail')).toEqual([]);
      expect(message).toContain(textsOf(measured.facts[fact])[0]);
    }
  });

  test.skipIf(absent)('fails by what an assertion says before it fails by a pin', () => {
    const pins = Object.keys(measured.facts).map((fact) => pinTo(fact, 'other'));
    expect(judged(kind, options, measured, pins, true)).toMatchObject({ class: 'semantic.assertion' });
  });
});

const declaring = PROBE_KINDS.filter(({ traits }) => traits.facts === undefined || traits.facts.length > 0);

test('every kind with facts of its own choosing has a server here', () => {
  const here = new Set(FACT_SUBJECTS.map(({ kind }) => kind));
  expect(declaring.map(({ name }) => name).filter((name) => !here.has(name))).toEqual(['exec']);
});

test.each(declaring.flatMap(({ name, traits: { facts } }) => (facts === undefined ? [] : [[name, facts] as const])))(
  '%s: what its servers show here is what it declares, and each can be pinned',
  (name, facts) => {
    expect(PINNABLE).toEqual(expect.arrayContaining([...facts]));
    const here = FACT_SUBJECTS.filter((subject) => subject.kind === name);
    const absent = here.some(({ programs = [] }) => missing(...programs).length > 0);
    const wanted = facts.filter((fact) => !SHOWN_ELSEWHERE.has(`${name} ${fact}`));
    const seen = absent ? wanted : [...(shown.get(name) ?? [])];
    expect([...seen].sort()).toEqual([...wanted].sort());
  },
);

test('exec: the program names its own facts, and they are pinned like any other', async () => {
  const report = JSON.stringify({ outcome: 'pass', facts: { version: '7.1' } });
  const options = exec.schema.parse({ command: ['/bin/echo', report], protocol: 'json' });
  const measured = await exec.run(options, runContext());
  const kind = kindOf('exec');
  expect(judged(kind, options, measured, [pinTo('version', '7.*')]).outcome).toBe('pass');
  expect(judged(kind, options, measured, [pinTo('version', '6.*')]).class).toBe('identity.pin_mismatch');
});
