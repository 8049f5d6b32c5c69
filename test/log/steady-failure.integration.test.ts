import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openLog, openLogReader } from '../../src/log/open-log.ts';
import type { Observation } from '../../src/log/page/page.ts';
import { commitOf, ENGINE, entriesAfter, failingRun, probeOf } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const RUNS = 9000;
const PROBES = 20;
const PAGE = `<html>${Array.from({ length: 60 }, (_, line) => `<p>line ${line} ${(line * 7919) % 1013}</p>`).join('')}</html>`;

/** A probe's failing run: the same words, steps and answer every time, other times. */
function failing(n: number): Observation {
  const probe = `kv/probe-${n % PROBES}`;
  const { message: _own, ...run } = failingRun(n, probe);
  return {
    ...run,
    message: `GET /ready of ${probe} answered 503`,
    measured: { attempts: [{ status: 503, ms: n % 97, body: { text: PAGE } }], facts: {} },
    evidence: { body: PAGE, probe },
    steps: [
      { name: 'reach', kind: 'reach', outcome: 'pass', ms: (n % 50) / 10 },
      { name: 'status', kind: 'read', outcome: 'fail', ms: (n % 30) / 10, expected: '200', got: '503' },
    ],
  };
}

test('a failure that stays the same stores its evidence once, and every run is read back with it', async () => {
  await using folder = await temporaryFolder();
  const all = Array.from({ length: RUNS }, (_, index) => failing(index + 1));
  {
    await using log = await openLog({ path: folder.path, engine: ENGINE });
    for (let start = 0; start < RUNS; start += 500) await log.commit(commitOf(all.slice(start, start + 500)));
  }
  const database = new DatabaseSync(join(folder.path, 'log.db'), { readOnly: true });
  const bytesOf = (table: string): number =>
    Number(database.prepare(`SELECT coalesce(sum(length(body)), 0) AS bytes FROM ${table}`).get()?.['bytes']);
  const sealed = Number(database.prepare('SELECT sum(runs) AS runs FROM segment').get()?.['runs']);
  expect(sealed).toBeGreaterThan(RUNS / 2);
  expect(bytesOf('segment') / sealed).toBeLessThan(40);
  expect(
    bytesOf('loose') / Number(database.prepare('SELECT count(*) AS runs FROM loose').get()?.['runs']),
  ).toBeLessThan(400);
  expect((bytesOf('segment') + bytesOf('block')) / sealed).toBeLessThan(80);
  database.close();
  await using log = await openLogReader({ path: folder.path, engine: ENGINE });
  expect(JSON.stringify(await entriesAfter(log, 0))).toBe(JSON.stringify(all));
  const newest = await log.observations({ probe: probeOf('kv/probe-3'), limit: 1000 });
  expect(newest.every(({ evidence, steps }) => evidence?.['body'] === PAGE && steps?.length === 2)).toBe(true);
});
