import { expect, test } from 'vitest';
import { openHistory } from '../../../src/app/replay/history.ts';
import { replay } from '../../../src/app/replay/replay.ts';
import { makeConfiguration } from '../../core/support/make-configuration.ts';
import type { ServiceSpec } from '../../core/support/make-configuration.ts';
import { Simulation } from '../../core/support/simulation.ts';
import { temporaryFolder } from '../../log/temporary-folder.ts';
import { recordHistory } from '../support/record-history.ts';

const SERVICES = 40;
const HOUR_MS = 3_600_000;
const INCIDENTS = 8;

/** Five chains of eight: each service needs the one before it. */
const services: Record<string, ServiceSpec> = Object.fromEntries(
  Array.from({ length: SERVICES }, (_, n): [string, ServiceSpec] => [
    `s${String(n)}`,
    { tier: 0, needs: n % 8 === 0 ? [] : [`s${String(n - 1)}`], probe: { every: 15_000, timeout: 5000 } },
  ]),
);

test('an hour of forty probes with eight incidents replays byte for byte, through segments and snapshots', async () => {
  // Every seven minutes another service breaks for two, and what needs it fails with it.
  const brokenAt = (at: number): number | undefined => {
    const nth = Math.floor(at / 420_000);
    return nth < INCIDENTS && at % 420_000 > 60_000 && at % 420_000 < 180_000 ? (nth * 13) % SERVICES : undefined;
  };
  const { entries } = new Simulation(
    makeConfiguration(services),
    (probe, at) => {
      const root = brokenAt(at);
      const own = Number(/^s(\d+)\//.exec(probe)?.[1]);
      const isHit = root !== undefined && own >= root && Math.floor(own / 8) === Math.floor(root / 8);
      return isHit ? { class: 'http.5xx' } : 'pass';
    },
    3,
  ).run(HOUR_MS);
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, entries, { snapshotEvery: 2000 });
  await using history = await openHistory(folder.path);
  const replayed = await replay(history);
  expect(replayed.difference).toBeUndefined();
  expect(replayed).toMatchObject({ same: true, entries: entries.length });
  expect(entries.length).toBeGreaterThan(9000);
  expect(new Set(replayed.pages.map(({ root }) => root.id)).size).toBe(INCIDENTS);
});
