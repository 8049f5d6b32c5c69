import { describe, expect, test } from 'vitest';
import { WhatIf } from '../../../src/core/replay/what-if.ts';
import type { WhatIfAnswer } from '../../../src/core/replay/what-if.ts';
import { Retelling } from '../../../src/core/replay/retold-run.ts';
import type { NewRules } from '../../../src/core/replay/retold-run.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import type { Configuration, Probe } from '../../../src/model/configuration.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { ProbeId } from '../../../src/model/ids.ts';
import type { Judgement } from '../../../src/model/run.ts';
import { brokenRekorEntries, SIGNING } from '../../app/support/broken-rekor.ts';
import { makeConfiguration, PLACE } from '../support/make-configuration.ts';
import type { ServiceSpec } from '../support/make-configuration.ts';
import { Simulation, START } from '../support/simulation.ts';

const ENTRIES = brokenRekorEntries();

function under(configuration: Configuration, more: Partial<NewRules> = {}, entries = ENTRIES): WhatIfAnswer {
  const asking = new WhatIf(engine, { configuration, judges: new Map(), ...more }, engine.initial);
  for (const entry of entries) asking.take(entry);
  return asking.end();
}

function rules(change: (probe: Probe) => Probe, overrides: Partial<Configuration> = {}): Configuration {
  const configuration = makeConfiguration(SIGNING, { overrides });
  return { ...configuration, probes: configuration.probes.map(change) };
}

const same = (probe: Probe): Probe => probe;
const PAGED = under(rules(same)).was[0]?.at ?? 0;

describe('what other rules would have changed', () => {
  test('is nothing under the same rules', () => {
    const answer = under(rules(same));
    expect(answer).toMatchObject({ added: [], removed: [], earlier: [], later: [], uncertain: [], limits: [] });
    expect(answer.now).toEqual(answer.was);
    expect(answer.assumedRuns).toBe(0);
  });

  test('a page that waits half a minute from onset leaves so much later, at the very moment it is due', () => {
    const answer = under(rules(same, { pageAfterMs: [30_000, 30_000, 30_000, 30_000] }));
    const onset = answer.was[0]?.startedAt ?? 0;
    expect(answer.later).toMatchObject([{ was: { incident: 'rekor-1' }, byMs: onset + 30_000 - PAGED }]);
    expect(answer).toMatchObject({ added: [], removed: [], earlier: [], uncertain: [] });
  });

  test('a page that may only be a ticket is removed, with what these rules said instead', () => {
    const answer = under(rules((probe) => ({ ...probe, notify: 'ticket' })));
    expect(answer.removed).toMatchObject([{ was: { incident: 'rekor-1' } }]);
    expect(answer.removed[0]?.because).toMatch(/^(ticket|closed): /);
    expect(answer.pages).toEqual({ least: 0, most: 0 });
  });

  test('an outage that nobody would have waited for adds no page, and takes one away', () => {
    const answer = under(rules(same, { pageAfterMs: [600_000, 600_000, 600_000, 600_000] }));
    expect(answer.removed.map(({ was }) => was.root.id)).toEqual(['rekor']);
  });

  test('a need that is not declared any more makes every victim a page of its own', () => {
    const bare = Object.fromEntries(
      Object.entries(SIGNING).map(([name, { needs: _needs, recovery: _recovery, ...spec }]): [string, ServiceSpec] => [
        name,
        spec,
      ]),
    );
    const answer = under(makeConfiguration(bare));
    expect(answer.added.map(({ root }) => root.id).sort()).toEqual(['deploy', 'sign']);
    expect(answer.removed).toEqual([]);
  });

  test('re-runs that nobody made between two that saw the same are taken to have seen it too', () => {
    const patient = { confirm: { failures: 10, everyMs: 500 }, ratio: { failures: 100, of: 100 } };
    const { entries } = new Simulation(
      makeConfiguration({ a: { tier: 0 } }),
      (_probe, at) => (at >= 20_000 && at < 60_000 ? { class: 'http.5xx' } : 'pass'),
      3,
    ).run(90_000);
    const { probes, ...rest } = makeConfiguration({ a: { tier: 0 } });
    const answer = under({ ...rest, probes: probes.map((probe) => ({ ...probe, ...patient })) }, {}, entries);
    expect(answer.later).toMatchObject([{ was: { incident: 'a-1' } }]);
    // Ten failures half a second apart, some of them scheduled runs.
    const afterMs = (answer.later[0]?.now.at ?? 0) - (answer.was[0]?.startedAt ?? 0);
    expect(afterMs).toBeGreaterThan(4000);
    expect(afterMs).toBeLessThan(6000);
    expect(answer).toMatchObject({ uncertain: [], assumedRuns: 0, pages: { least: 1, most: 1 } });
  });

  test('verification runs that nobody made are assumed both ways, and the answer is an interval', () => {
    const watched: Record<string, ServiceSpec> = { ...SIGNING, registry: { tier: 0, probe: { every: 20_000 } } };
    const blind: Record<string, ServiceSpec> = { ...watched, deploy: { tier: 0 }, sign: { tier: 0 } };
    const simulation = new Simulation(
      makeConfiguration(blind),
      (probe, at) => (at >= 30_000 && probe === 'sign/http' ? { class: 'http.5xx' } : 'pass'),
      3,
    ).run(60_000);
    const answer = under(makeConfiguration(watched), {}, simulation.entries);
    expect(answer.assumedRuns).toBeGreaterThan(0);
    expect(answer.uncertain.length).toBeGreaterThan(0);
    expect(answer.uncertain[0]?.because).toBe('verification runs that these rules would have asked for do not exist');
    const [page] = answer.uncertain;
    expect(page).toMatchObject({ root: { id: 'sign' }, ifPassed: { root: { id: 'sign' } } });
    // What it needs seems to fail too: the page waits for as long as it may.
    expect(page?.ifFailed?.at).toBeGreaterThan(page?.ifPassed?.at ?? Infinity);
  });

  test('a longer interval is simulated by leaving runs out; a shorter one cannot be, and is said to be so', () => {
    const every = (everyMs: number) =>
      rules((probe) => ({ ...probe, schedule: { kind: 'every', everyMs }, timeoutMs: 1000 }));
    expect(under(every(8000)).limits).toEqual([]);
    const retelling = new Retelling({ configuration: every(8000), judges: new Map() });
    retelling.under(rules(same));
    const scheduled = ENTRIES.filter((e) => e.kind === 'observation' && e.cause === 'schedule');
    const kept = scheduled.filter((e) => e.kind === 'observation' && retelling.tell(e).kind === 'run');
    expect(kept.length).toBe(scheduled.length / 4);
    const quicker = under(every(1000));
    expect(quicker.limits.map(({ probe }) => probe)).toContain('rekor/http');
    expect(quicker.limits[0]?.because).toContain('what every 1 s would have seen is not known');
  });

  test('a new probe has no history, and one that asks another question has none either', () => {
    const configuration = makeConfiguration({ ...SIGNING, kv: { tier: 0 } });
    const moved = configuration.probes.map((probe) =>
      probe.id === 'rekor/http' ? { ...probe, options: { url: 'https://elsewhere.example' } } : probe,
    );
    const { limits, removed } = under({ ...configuration, probes: moved });
    expect(limits.find(({ probe }) => probe === 'kv/http')?.because).toContain('no history');
    expect(limits.find(({ probe }) => probe === 'rekor/http')?.because).toContain('asks another question now (url)');
    expect(removed.map(({ was }) => was.root.id)).toEqual(['rekor']);
  });

  test('what was measured is judged by the new expectations; where it was not kept the answer is uncertain', () => {
    const asserted = rules((probe) =>
      probe.id === 'registry/http'
        ? {
            ...probe,
            confirm: { failures: 1, everyMs: 500 },
            assert: [{ that: 'status == 200', class: 'semantic.assertion', place: PLACE }],
          }
        : probe,
    );
    const entries = (measured: Record<string, unknown>): readonly Entry[] =>
      ENTRIES.map((entry) =>
        entry.kind === 'observation' && entry.probe === 'registry/http' && entry.startedAt > START + 90_000
          ? { ...entry, measured: { facts: {}, ...measured } }
          : entry,
      );
    const judge = ({ status }: { readonly [name: string]: unknown }): Judgement => ({
      outcome: status === 500 ? 'fail' : 'pass',
      ...(status === 500 ? { class: 'http.5xx', message: 'answered 500' } : {}),
      steps: [],
      warnings: [],
      variables: { status },
    });
    const judges = new Map([['registry/http' as ProbeId, { judge, assertions: [() => ({ kind: 'true' }) as const] }]]);
    const kept = under(asserted, { judges }, entries({ status: 500 }));
    expect(kept.added.map(({ root }) => root.id)).toEqual(['registry']);
    expect(kept.uncertain).toEqual([]);
    const lost = under(asserted, { judges }, entries({ omitted: ['/status'] }));
    expect(lost.added).toEqual([]);
    expect(lost.uncertain).toMatchObject([{ root: { id: 'registry' }, was: null, ifPassed: null }]);
    expect(lost.uncertain[0]?.because).toContain('did not keep /status');
  });
});
