import { describe, expect, test } from 'vitest';
import { MemoryStore, memoryLog } from '../../src/log/memory-log.ts';
import { openLog } from '../../src/log/open-log.ts';
import type { Log } from '../../src/ports/log.ts';
import {
  commitOf,
  configOf,
  decisionOf,
  ENGINE,
  entriesAfter,
  failingRun,
  hashOf,
  outboxItem,
  probeOf,
  range,
  run,
  sentEntry,
  T0,
  tick,
  timeOf,
} from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Somewhere a log lives, to be opened again and again. */
interface Place extends AsyncDisposable {
  readonly open: (engine?: string) => Promise<Log>;
}

async function onDisk(): Promise<Place> {
  const folder = await temporaryFolder();
  return {
    open: (engine = ENGINE) => openLog({ path: folder.path, engine }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function inMemory(): Promise<Place> {
  const store = new MemoryStore();
  return {
    open: async (engine = ENGINE) => memoryLog({ engine, store }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

describe.each([
  { name: 'on disk', place: onDisk },
  { name: 'in memory', place: inMemory },
])('a log $name', ({ place }) => {
  test('that is new has nothing to recover', async () => {
    await using here = await place();
    await using log = await here.open();
    expect(log.recovered).toEqual({
      lastN: 0,
      lastAt: null,
      decisionHash: null,
      snapshot: null,
      outbox: [],
      threads: new Map(),
      memories: new Map(),
    });
    expect(await entriesAfter(log, 0)).toEqual([]);
  });

  test('gives back every kind of entry as it was committed, in order', async () => {
    await using here = await place();
    await using log = await here.open();
    const entries = [configOf(1), run(2), failingRun(3), sentEntry(4, 'kv-1:1:oncall'), tick(5), configOf(6, 'other')];
    await log.commit(commitOf(entries.slice(0, 3)));
    await log.commit(commitOf(entries.slice(3)));
    expect(await entriesAfter(log, 0)).toEqual(entries);
    expect(await entriesAfter(log, 4)).toEqual(entries.slice(4));
    expect(await entriesAfter(log, 6)).toEqual([]);
  });

  test('gives back thousands of entries without a gap, from any entry on, also when opened again', async () => {
    await using here = await place();
    const entries = range(1, 9500).map((n) =>
      n % 97 === 0 ? failingRun(n) : n % 13 === 0 ? tick(n) : run(n, n % 2 === 0 ? 'kv/read' : 'rekor/log'),
    );
    {
      await using log = await here.open();
      for (let start = 0; start < entries.length; start += 250) {
        await log.commit(commitOf(entries.slice(start, start + 250)));
      }
      expect(await entriesAfter(log, 0)).toEqual(entries);
    }
    await using log = await here.open();
    expect(await entriesAfter(log, 0)).toEqual(entries);
    expect(await entriesAfter(log, 4095)).toEqual(entries.slice(4095));
    expect(await entriesAfter(log, 4096)).toEqual(entries.slice(4096));
    expect(await entriesAfter(log, 9499)).toEqual(entries.slice(9499));
  });

  test('commits in the order of the calls, without waiting between them', async () => {
    await using here = await place();
    await using log = await here.open();
    await Promise.all(range(1, 100).map((n) => log.commit(commitOf([tick(n)]))));
    expect((await entriesAfter(log, 0)).map(({ n }) => n)).toEqual(range(1, 100));
  });

  test('refuses entries that leave a gap or repeat a number, and stays as it was', async () => {
    await using here = await place();
    await using log = await here.open();
    await log.commit(commitOf([tick(1)]));
    await expect(log.commit(commitOf([tick(3)]))).rejects.toMatchObject({ name: 'LogError', code: 'io' });
    await expect(log.commit(commitOf([tick(1)]))).rejects.toMatchObject({ name: 'LogError', code: 'io' });
    await log.commit(commitOf([tick(2)]));
    expect(await entriesAfter(log, 0)).toEqual([tick(1), tick(2)]);
  });

  test('refuses an entry of an earlier time than the one before it', async () => {
    await using here = await place();
    await using log = await here.open();
    await log.commit(commitOf([tick(1)]));
    const early = { ...tick(2), at: timeOf(1) - 1 };
    await expect(log.commit(commitOf([early]))).rejects.toMatchObject({ name: 'LogError', code: 'io' });
    await log.commit(commitOf([{ ...tick(2), at: timeOf(1) }]));
  });

  test('recovers the last entry, the decision hash, the outbox, threads and memories', async () => {
    await using here = await place();
    {
      await using log = await here.open();
      await log.commit(
        commitOf([run(1)], {
          outboxPut: [outboxItem(1, 'a'), outboxItem(1, 'b')],
          threads: [{ key: 'slack:kv-1', value: { ts: '12.5' } }],
          memories: [{ probe: probeOf('rekor/log'), value: { size: 12, root: 'abc=' } }],
        }),
      );
      await log.commit(
        commitOf([sentEntry(2, 'a'), tick(3)], {
          outboxPut: [outboxItem(3, 'c')],
          outboxDone: ['a'],
          threads: [{ key: 'mail:kv-1', value: '<1@host>' }],
          memories: [{ probe: probeOf('rekor/log'), value: { size: 13, root: 'abd=' } }],
        }),
      );
      await log.commit(commitOf([], { decisionHash: hashOf(77), threads: [{ key: 'slack:kv-1', value: null }] }));
    }
    await using log = await here.open();
    expect(log.recovered).toEqual({
      lastN: 3,
      lastAt: timeOf(3),
      decisionHash: hashOf(77),
      snapshot: null,
      outbox: [outboxItem(1, 'b'), outboxItem(3, 'c')],
      threads: new Map([['mail:kv-1', '<1@host>']]),
      memories: new Map([['rekor/log', { size: 13, root: 'abd=' }]]),
    });
  });

  test('recovers the newest snapshot of the same engine, and none of another', async () => {
    await using here = await place();
    {
      await using log = await here.open();
      const snapshot = { n: 1, at: timeOf(1), engine: ENGINE, state: '{"a":1}' };
      await log.commit(commitOf([tick(1)], { snapshot }));
      await log.commit(commitOf([tick(2)], { snapshot: { ...snapshot, n: 2, at: timeOf(2), state: 'ü\n"2"' } }));
    }
    {
      await using log = await here.open();
      expect(log.recovered.snapshot).toEqual({ n: 2, at: timeOf(2), engine: ENGINE, state: 'ü\n"2"' });
    }
    await using other = await here.open('engine-2');
    expect(other.recovered.snapshot).toBeNull();
  });

  test('lists the observations of a probe newest first, by time and page by page', async () => {
    await using here = await place();
    await using log = await here.open();
    const entries = range(1, 5000).map((n) => run(n, n % 3 === 0 ? 'kv/read' : 'rekor/log'));
    await log.commit(commitOf(entries.slice(0, 4990)));
    await log.commit(commitOf(entries.slice(4990)));
    const ofKv = entries.filter(({ probe }) => probe === 'kv/read').toReversed();
    const probe = probeOf('kv/read');
    expect(await log.observations({ probe, limit: 10_000 })).toEqual(ofKv);
    expect(await log.observations({ probe, limit: 70 })).toEqual(ofKv.slice(0, 70));
    expect(await log.observations({ probe, limit: 200, before: 3000 })).toEqual(
      ofKv.filter(({ n }) => n < 3000).slice(0, 200),
    );
    const [from, to] = [timeOf(300), timeOf(900)];
    expect(await log.observations({ probe, from, to, limit: 1000 })).toEqual(
      ofKv.filter(({ at }) => at >= from && at < to),
    );
    expect(await log.observations({ from, to, limit: 5 })).toEqual(entries.slice(894, 899).toReversed());
    expect(await log.observations({ limit: 3 })).toEqual(entries.slice(-3).toReversed());
    expect(await log.observations({ probe: probeOf('no/such'), limit: 3 })).toEqual([]);
  });

  test('counts runs per step, with exact latencies of those that found something out', async () => {
    await using here = await place();
    await using log = await here.open();
    const entries = range(1, 4200).map((n) => {
      if (n > 4100) return run(n, 'kv/read', { outcome: 'unknown', class: 'probe.network', message: 'no anchor' });
      return n % 100 === 0 ? failingRun(n) : run(n);
    });
    await log.commit(commitOf(entries));
    const probe = probeOf('kv/read');
    const steps = await log.summary({ probe, from: T0, to: T0 + 4_250_000, stepMs: 1_000_000 });
    expect(steps.map(({ runs, failures, unknown }) => ({ runs, failures, unknown }))).toEqual([
      { runs: 1000, failures: 10, unknown: 0 },
      { runs: 1000, failures: 10, unknown: 0 },
      { runs: 1000, failures: 10, unknown: 0 },
      { runs: 1000, failures: 10, unknown: 0 },
      { runs: 200, failures: 1, unknown: 100 },
    ]);
    // Durations are 10 … 19 ms, each a tenth of the time.
    expect(steps[0]).toMatchObject({ from: T0, to: T0 + 1_000_000, p50Ms: 14, p95Ms: 19 });
    expect(steps[4]).toMatchObject({ from: T0 + 4_000_000, to: T0 + 4_250_000 });
    const [empty] = await log.summary({ probe, from: 0, to: 10, stepMs: 10 });
    expect(empty).toEqual({ from: 0, to: 10, runs: 0, failures: 0, unknown: 0, p50Ms: null, p95Ms: null });
  });

  test('refuses a summary of more steps than it may have', async () => {
    await using here = await place();
    await using log = await here.open();
    const query = { probe: probeOf('kv/read'), from: 0, to: 10_001, stepMs: 1 };
    await expect(log.summary(query)).rejects.toBeInstanceOf(RangeError);
  });

  test('keeps what each entry decided word for word, in order, and finds the snapshot before a moment with its hash', async () => {
    await using here = await place();
    await using log = await here.open();
    const decided = [2, 4].map((n) => {
      const { n: _n, at: _at, ...effect } = decisionOf(n, 'kv-1');
      return { n, at: timeOf(n), effects: [effect, outboxItem(n).effect], hash: hashOf(n) };
    });
    const snapshot = (n: number, engine = ENGINE) => ({ n, at: timeOf(n), engine, state: `state ${n}` });
    await log.commit(commitOf([tick(1), tick(2), tick(3)], { decided: decided.slice(0, 1), snapshot: snapshot(3) }));
    await log.commit(commitOf([tick(4)], { decided: decided.slice(1), snapshot: snapshot(4, 'another') }));
    const read = async (after: number) => {
      const rows = [];
      for await (const page of log.decidedAfter(after)) rows.push(...page);
      return rows;
    };
    expect(await read(0)).toEqual(decided);
    expect(await read(2)).toEqual(decided.slice(1));
    expect(await log.checkpoint({})).toEqual({ snapshot: snapshot(3), decisionHash: hashOf(2) });
    expect(await log.checkpoint({ at: timeOf(3) })).toMatchObject({ snapshot: { n: 3 } });
    expect(await log.checkpoint({ at: timeOf(3) - 1 })).toBeNull();
    expect(await log.checkpoint({ n: 2 })).toBeNull();
  });

  test('lists decisions newest first, of one incident or of all', async () => {
    await using here = await place();
    await using log = await here.open();
    const decisions = [decisionOf(1), decisionOf(2, 'rekor-1'), decisionOf(2, 'kv-1', 'paged')];
    await log.commit(commitOf([tick(1), tick(2)], { decisions }));
    expect(await log.decisions({ limit: 10 })).toEqual(decisions.toReversed());
    expect(await log.decisions({ incident: 'kv-1', limit: 10 })).toEqual([decisions[2], decisions[0]]);
    expect(await log.decisions({ limit: 1 })).toEqual([decisions[2]]);
  });

  test('is one daemon’s at a time, and free again once closed', async () => {
    await using here = await place();
    {
      await using _log = await here.open();
      await expect(here.open()).rejects.toMatchObject({ name: 'LogError', code: 'in-use' });
    }
    await using _again = await here.open();
  });

  test('refuses commits once it is closed', async () => {
    await using here = await place();
    const log = await here.open();
    await log[Symbol.asyncDispose]();
    await expect(log.commit(commitOf([tick(1)]))).rejects.toMatchObject({ name: 'LogError', code: 'io' });
  });

  test('keeps what was being committed when it was closed', async () => {
    await using here = await place();
    const log = await here.open();
    const committed = Promise.all([log.commit(commitOf([tick(1)])), log.commit(commitOf([tick(2)]))]);
    await Promise.all([committed, log[Symbol.asyncDispose]()]);
    await using again = await here.open();
    expect(again.recovered.lastN).toBe(2);
  });
});
