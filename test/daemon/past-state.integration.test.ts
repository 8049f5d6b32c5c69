import { expect, test } from 'vitest';
import { engine } from '../../src/core/tocsin-engine.ts';
import { pastState } from '../../src/daemon/past-state.ts';
import { openLog, openLogReader } from '../../src/log/open-log.ts';
import { BROKEN, brokenRekorEntries } from '../app/support/broken-rekor.ts';
import { recordHistory } from '../app/support/record-history.ts';
import { START } from '../core/support/simulation.ts';
import { temporaryFolder } from '../log/temporary-folder.ts';

const DURING = START + BROKEN.from + 15_000;

test('a moment of the past is told from the snapshot before it as it would be from the first entry', async () => {
  await using folder = await temporaryFolder();
  const entries = brokenRekorEntries();
  await recordHistory(folder.path, entries, { snapshotEvery: 20 });
  await using log = await openLogReader({ path: folder.path, engine: engine.version });
  const found = await pastState(engine, log, DURING);
  let state = engine.initial();
  const until = entries.filter(({ at }) => at <= DURING);
  for (const entry of until) state = engine.reduce(state, entry).state;
  expect(found).toEqual({
    at: until.at(-1)?.at,
    entries: until.length,
    configuration: engine.configuration(state),
    services: engine.services(state),
    incidents: engine.incidents(state),
  });
  expect(engine.incidents(state)[0]).toMatchObject({ id: 'rekor-1', state: 'open' });
});

test('before the fault nothing was wrong, and before the first entry nothing is known', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using log = await openLogReader({ path: folder.path, engine: engine.version });
  expect(await pastState(engine, log, START + 10_000)).toMatchObject({ incidents: [] });
  expect(await pastState(engine, log, START - 1)).toMatchObject({ kind: 'not-found' });
});

test('what retention has cut off is refused, not made up', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries(), { snapshotEvery: 50 });
  {
    await using log = await openLog({ path: folder.path, engine: engine.version });
    await log.prune({ before: START + 60_000 });
  }
  await using log = await openLogReader({ path: folder.path, engine: engine.version });
  expect(await pastState(engine, log, START + 10_000)).toMatchObject({ kind: 'not-found' });
  expect(await pastState(engine, log, START + 100_000)).toMatchObject({ services: expect.any(Array) as unknown });
});
