import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/model/entry.ts';
import type { Commit } from '../../src/ports/log.ts';
import { openLog } from '../../src/log/open-log.ts';
import { commitOf, configOf, decisionOf, ENGINE, entriesAfter, probeOf, range, run, tick, timeOf } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DAY = 86_400_000;

/** 20,000 runs of two probes, a second apart, and snapshots after each 5,000. */
async function fill(log: { commit(commit: Commit): Promise<void> }): Promise<void> {
  for (let first = 1; first <= 20_000; first += 500) {
    const n = first + 499;
    const entries = range(first, n).map((n) => run(n, n % 2 === 0 ? 'kv/read' : 'kv/write'));
    const snapshot = { n, at: timeOf(n), engine: ENGINE, state: `state ${n}` };
    await log.commit(commitOf(entries, { decisions: [decisionOf(first)], ...(n % 5000 === 0 ? { snapshot } : {}) }));
  }
}

test('retention cuts at the newest snapshot that is old enough, and the rest can be reduced from there', async () => {
  await using folder = await temporaryFolder();
  await using log = await openLog({ path: folder.path, engine: ENGINE });
  await fill(log);
  expect(await log.prune({ before: timeOf(14_000) })).toBe(10_000);
  expect((await entriesAfter(log, 0)).map(({ n }) => n)).toEqual(range(10_001, 20_000));
  expect((await entriesAfter(log, 15_000)).map(({ n }) => n)).toEqual(range(15_001, 20_000));
  const left = await log.observations({ probe: probeOf('kv/read'), limit: 50_000 });
  expect(left.slice(0, 5000).map(({ n }) => n)).toEqual(
    range(5001, 10_000)
      .map((half) => half * 2)
      .toReversed(),
  );
  // Whole blocks go: of the older ones fewer than a block is left.
  expect(left.length - 5000).toBeLessThan(64);
  expect(await log.decisions({ limit: 100 })).toHaveLength(40);
  expect(log.recovered.snapshot).toBeNull();
});

test('without a snapshot that is old enough nothing is cut', async () => {
  await using folder = await temporaryFolder();
  await using log = await openLog({ path: folder.path, engine: ENGINE });
  await fill(log);
  expect(await log.prune({ before: timeOf(4000) })).toBe(0);
  expect((await entriesAfter(log, 0)).length).toBe(20_000);
});

test('decisions go by their own age, and commits go on while others are pruned', async () => {
  await using folder = await temporaryFolder();
  await using log = await openLog({ path: folder.path, engine: ENGINE });
  await fill(log);
  const pruned = log.prune({ before: timeOf(20_000), decisionsBefore: timeOf(10_001) });
  await Promise.all(range(20_001, 20_010).map((n) => log.commit(commitOf([tick(n)]))));
  expect(await pruned).toBe(20_000);
  expect(await log.decisions({ limit: 100 })).toHaveLength(20);
  expect((await entriesAfter(log, 0)).map(({ n }) => n)).toEqual(range(20_001, 20_010));
});

test('what was pruned to the last entry is still followed by the next number', async () => {
  await using folder = await temporaryFolder();
  const options = { path: folder.path, engine: ENGINE };
  {
    await using log = await openLog(options);
    await fill(log);
    await log.prune({ before: timeOf(20_000) });
  }
  await using log = await openLog(options);
  expect(log.recovered).toMatchObject({ lastN: 20_000, snapshot: { n: 20_000, state: 'state 20000' } });
  await log.commit(commitOf([tick(20_001)]));
});

test('the history within times to keep stays readable', async () => {
  await using folder = await temporaryFolder();
  await using log = await openLog({ path: folder.path, engine: ENGINE });
  await fill(log);
  const keep = [{ from: timeOf(2000), to: timeOf(2200) }];
  await log.prune({ before: timeOf(20_000), keep });
  const query = { probe: probeOf('kv/write'), from: timeOf(2000), to: timeOf(2200), limit: 1000 };
  expect(await log.observations(query)).toHaveLength(100);
  expect(await log.observations({ ...query, from: timeOf(4000), to: timeOf(4200) })).toEqual([]);
});

test('contents that nothing left can need are deleted by a later pruning, others are kept', async () => {
  await using folder = await temporaryFolder();
  const options = { path: folder.path, engine: ENGINE };
  const inDays = (days: number, entry: Entry): Entry => ({ ...entry, at: entry.at + days * DAY });
  const runs = (first: number, last: number, days: number): Entry[] =>
    range(first, last).map((n) => inDays(days, run(n, 'kv/read', { location: `day ${days}` })));
  const all = [
    configOf(1, 'old'),
    ...runs(2, 9000, 0),
    ...runs(9001, 18_000, 40),
    inDays(80, configOf(18_001, 'new')),
    ...runs(18_002, 20_000, 80),
  ];
  {
    await using log = await openLog(options);
    for (let start = 0; start < all.length; start += 1000) {
      const n = start + 1000;
      const snapshot = { n, at: all[n - 1]?.at ?? 0, engine: ENGINE, state: '' };
      await log.commit(commitOf(all.slice(start, n), n === 18_000 ? { snapshot } : {}));
    }
    await log.prune({ before: timeOf(1) + 60 * DAY });
    await log.prune({ before: timeOf(1) + 60 * DAY });
    expect(await entriesAfter(log, 0)).toEqual(all.slice(18_000));
  }
  using database = new DatabaseSync(join(folder.path, 'log.db'), { readOnly: true });
  // The form of day 40, of which the journal has a rest, and the new configuration; day 80 is not sealed yet.
  expect(database.prepare('SELECT count(*) AS count FROM content').get()).toEqual({ count: 2 });
});
