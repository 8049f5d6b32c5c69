import { expect, test } from 'vitest';
import type { ObservationFact } from '../../src/model/entry.ts';
import { makeConfiguration } from './support/make-configuration.ts';
import { START, Simulation } from './support/simulation.ts';

test('a run that could not tell for our own network, told after an anchor answers again, is made again at once', () => {
  const slow = makeConfiguration({ a: { tier: 0, probe: { every: 300_000 } } });
  const s = new Simulation(slow, () => 'pass', 1).run(400_000);
  const observed = (): ObservationFact[] => s.entries.filter((entry) => entry.kind === 'observation');
  const [ran] = observed().slice(-1);
  if (ran === undefined) throw new Error('nothing ran');
  const blind = { outcome: 'unknown', class: 'probe.network', proven: [], against: [] } as const;
  s.at(410_000, { ...ran, ...blind, startedAt: START + 409_000, endedAt: START + 410_000 }).run(415_000);
  expect(observed().at(-1)).toMatchObject({ outcome: 'pass', cause: 'verify' });
  expect(observed().at(-1)?.startedAt).toBeLessThan(START + 411_000);
});
