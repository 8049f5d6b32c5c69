import { expect, test } from 'vitest';
import { openLog, openLogReader } from '../../src/log/open-log.ts';
import { startChild } from './child.ts';
import { ENGINE, entriesAfter, range } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const KILLS = 20;

test('a log whose process is killed at any moment keeps all that was acknowledged, with its outbox', async () => {
  await using folder = await temporaryFolder();
  let acknowledged = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = startChild(folder.path);
    expect((await child.lines.next()).value).toBe('open');
    // Killed after a number of commits that differs each time, while the next ones are on their way.
    for (let commits = 0; commits < (kill * 7) % 23; commits++) {
      acknowledged = Number((await child.lines.next()).value);
    }
    for (const line of await child.kill()) acknowledged = Math.max(acknowledged, Number(line));

    await using log = await openLog({ path: folder.path, engine: ENGINE });
    expect(log.recovered.lastN).toBeGreaterThanOrEqual(acknowledged);
    const entries = await entriesAfter(log, 0);
    expect(entries.map(({ n }) => n)).toEqual(range(1, log.recovered.lastN));

    const sent = entries.flatMap((entry) => (entry.kind === 'sent' ? [entry.notification] : []));
    const put = entries.filter(({ n }) => n % 60 === 1).map(({ n }) => `kv-1:${n}:oncall`);
    expect(sent).toEqual(put.slice(0, sent.length));
    expect(log.recovered.outbox.map(({ effect }) => effect.id)).toEqual(put.slice(sent.length));
  }
}, 120_000);

test('a data folder in use by another process is refused, naming it, and can still be read', async () => {
  await using folder = await temporaryFolder();
  const child = startChild(folder.path);
  try {
    await child.lines.next();
    await child.lines.next();
    const refused = openLog({ path: folder.path, engine: ENGINE });
    await expect(refused).rejects.toMatchObject({ name: 'LogError', code: 'in-use' });
    await expect(refused).rejects.toThrow(`process ${child.process.pid} `);
    await expect(refused).rejects.toThrow(folder.path);

    await using reader = await openLogReader({ path: folder.path, engine: ENGINE });
    const before = await entriesAfter(reader, 0);
    expect(before.length).toBeGreaterThanOrEqual(60);
    // The writer goes on, and the reader sees it.
    while (Number((await child.lines.next()).value) <= before.length);
    expect((await entriesAfter(reader, before.length)).length).toBeGreaterThan(0);
  } finally {
    await child.kill();
  }
  await using _taken = await openLog({ path: folder.path, engine: ENGINE });
}, 30_000);
