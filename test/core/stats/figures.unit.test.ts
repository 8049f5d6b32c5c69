import { expect, test } from 'vitest';
import { decidedOf } from '../../../src/core/decision-hash.ts';
import { FigureCounter } from '../../../src/core/stats/figures.ts';
import type { Figures } from '../../../src/core/stats/figures.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import type { IncidentId, Sha256 } from '../../../src/model/ids.ts';
import { BROKEN, brokenRekor } from '../../app/support/broken-rekor.ts';

function figures(objective?: number): Figures {
  const { entries } = brokenRekor(30_000)
    .at(35_000, { kind: 'command', command: { kind: 'acknowledge', incident: 'rekor-1' as IncidentId, by: 'ada' } })
    .at(90_000, {
      kind: 'command',
      command: { kind: 'label', incident: 'rekor-1' as IncidentId, label: 'false', by: 'ada' },
    })
    .run(200_000);
  const counter = new FigureCounter();
  let state = engine.initial();
  for (const entry of entries) {
    const turn = engine.reduce(state, entry);
    state = turn.state;
    const effects = decidedOf(turn.effects);
    counter.count(entry, effects.length === 0 ? undefined : { n: entry.n, at: entry.at, effects, hash: '' as Sha256 });
    counter.look(entry.at, engine.capabilityStates(state));
  }
  return counter.figures((capability) => (capability === 'rekor.up' ? objective : undefined));
}

test('pages are counted once an incident, with what people labelled them', () => {
  expect(figures()).toMatchObject({ pages: 1, pagesPerWeek: null, labelled: { false: 1 }, falseShare: 1 });
});

test('a service takes so long to page and to acknowledge, in the median', () => {
  const [rekor] = figures().services;
  expect(rekor).toMatchObject({ service: 'rekor', pages: 1, labelledFalse: 1 });
  expect(rekor?.toPageMs).toBeLessThan(5000);
  expect(rekor?.toAcknowledgeMs).toBe(35_000 - BROKEN.from - (rekor?.toPageMs ?? 0) - offsetOfOnset());
});

test('a capability is available for the share of the known time in which it was not down', () => {
  const { capabilities, from, to } = figures();
  const rekor = capabilities.find(({ capability }) => capability === 'rekor.up');
  const registry = capabilities.find(({ capability }) => capability === 'registry.up');
  expect(registry?.availability).toBe(1);
  expect(rekor?.downMs).toBeGreaterThan(35_000);
  expect(rekor?.downMs).toBeLessThan(45_000);
  expect(rekor?.availability).toBeCloseTo(1 - (rekor?.downMs ?? 0) / (rekor?.knownMs ?? 1), 9);
  expect(rekor?.knownMs).toBeLessThanOrEqual((to ?? 0) - (from ?? 0));
});

test('an objective leaves an error budget, which what is down overdraws; without one there is none', () => {
  const { capabilities } = figures(0.9);
  const rekor = capabilities.find(({ capability }) => capability === 'rekor.up');
  const down = (rekor?.downMs ?? 0) / (rekor?.knownMs ?? 1);
  expect(rekor).toMatchObject({ objective: 0.9 });
  expect(rekor?.budgetLeft).toBeCloseTo(1 - down / 0.1, 9);
  expect(rekor?.budgetLeft).toBeLessThan(0);
  const registry = capabilities.find(({ capability }) => capability === 'registry.up');
  expect(registry).toMatchObject({ objective: null, budgetLeft: null });
});

test('probes are told by how often they turned, most often first', () => {
  const { flappiest } = figures();
  expect(flappiest.map(({ probe, turns }) => [probe, turns])).toEqual([
    ['deploy/http', 2],
    ['rekor/http', 2],
    ['sign/http', 2],
  ]);
});

/** The first failing run begins up to one interval after the fault. */
function offsetOfOnset(): number {
  const page = brokenRekor().events('page')[0];
  return Date.parse(page?.incident.startedAt ?? '') - Date.UTC(2026, 0, 5, 9) - BROKEN.from;
}
