import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/log/memory-log.ts';
import { verification } from '../../src/daemon/verification.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import type { Outcome } from '../../src/model/run.ts';
import { REAL_CLOCK } from './support/heard.ts';
import type { Told } from './support/kinds.ts';
import { configure, runDaemon } from './support/run-daemon.ts';

const TWO = configure({ rekor: {}, sign: { needs: ['rekor'] }, other: {} });
const failing = (): Promise<Told> => Promise.resolve({ facts: {}, failed: 'http.5xx' });

test('a service that passes for so long holds, and each run stands in the log as asked for', async () => {
  const store = new MemoryStore();
  await using d = await runDaemon(TWO, { store });
  const question = { services: ['rekor'], dependents: true, forMs: 200 };
  const found = await d.view.verify(question);
  expect(found).toMatchObject({ verdict: 'held', probes: [{ probe: 'rekor/http' }, { probe: 'sign/http' }] });
  const manual = store.entries
    .filter((entry) => entry.kind === 'observation')
    .filter(({ cause }) => cause === 'manual');
  expect(new Set(manual.map((entry) => entry.probe))).toEqual(new Set(['rekor/http', 'sign/http']));
});

test('a dependent that fails ends it long before its time, with the run that failed', async () => {
  await using d = await runDaemon(TWO, { sights: new Map([['sign', failing]]) });
  const found = await d.view.verify({ services: ['rekor'], dependents: true, forMs: 3_600_000 });
  expect(found).toMatchObject({
    verdict: 'failed',
    probes: [
      { probe: 'rekor/http', failure: null },
      { probe: 'sign/http', verdict: 'failed', failures: 2, failure: { class: 'http.5xx' } },
    ],
  });
});

test('a failure that is not confirmed when the time is over is looked at until it is clear', async () => {
  const probes = TWO.configuration.probes.filter(({ service }) => service === 'rekor');
  using wakeUps = new WakeUps(REAL_CLOCK.monotonic, () => undefined);
  const after = (told: readonly Outcome[]): Promise<unknown> => {
    const left = [...told];
    return verification({ probes, forMs: 0, wakeUps, run: async () => left.shift(), outcomeOf: (outcome) => outcome });
  };
  const held = { verdict: 'held', probes: [{ runs: 2, failures: 1, failure: 'fail' }] };
  expect(await after(['fail', 'pass'])).toMatchObject(held);
  expect(await after(['fail', 'fail'])).toMatchObject({ verdict: 'failed', probes: [{ runs: 2, failures: 2 }] });
  expect(await after([])).toMatchObject({ verdict: 'unknown', probes: [{ runs: 0, failure: null }] });
});
