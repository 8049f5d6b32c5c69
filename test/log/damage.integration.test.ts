import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openLog, openLogReader } from '../../src/log/open-log.ts';
import { commitOf, ENGINE, entriesAfter, probeOf, range, run, tick } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function logOf(path: string, entries: number): Promise<void> {
  await using log = await openLog({ path, engine: ENGINE });
  for (let first = 1; first <= entries; first += 500) {
    await log.commit(commitOf(range(first, Math.min(entries, first + 499)).map((n) => run(n))));
  }
}

/** Overwrites a page of the file that holds a table's root with garbage. */
async function spoil(file: string, table: string | null): Promise<void> {
  let page = 1;
  if (table !== null) {
    using database = new DatabaseSync(file);
    const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
    page = Number(row?.['rootpage']);
  }
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(4096, 0x5a), 0, 4096, (page - 1) * 4096);
  await handle.close();
}

test.each([
  { what: 'a header of garbage', table: null },
  { what: 'a page of garbage in the journal', table: 'journal' },
  { what: 'a page of garbage in the head', table: 'head' },
])('a file with $what is refused as corrupt, says what to do, and is left as it is', async ({ table }) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'log.db');
  await logOf(folder.path, 100);
  await spoil(file, table);
  const before = await readFile(file);
  const refused = openLog({ path: folder.path, engine: ENGINE });
  await expect(refused).rejects.toMatchObject({ name: 'LogError', code: 'corrupt' });
  await expect(refused).rejects.toThrow(/move log\.db, log\.db-wal and log\.db-shm aside/);
  expect(await readFile(file)).toEqual(before);
});

test('damage in an old segment is found when it is read, and does not stop new entries', async () => {
  await using folder = await temporaryFolder();
  await logOf(folder.path, 9000);
  {
    using database = new DatabaseSync(join(folder.path, 'log.db'));
    database.exec("UPDATE segment SET body = x'789c00'; UPDATE block SET body = x'789c00'");
  }
  await using log = await openLog({ path: folder.path, engine: ENGINE });
  expect(log.recovered.lastN).toBe(9000);
  await expect(entriesAfter(log, 0)).rejects.toMatchObject({ name: 'LogError', code: 'corrupt' });
  const query = { probe: probeOf('kv/read'), limit: 9000 };
  await expect(log.observations(query)).rejects.toMatchObject({ name: 'LogError', code: 'corrupt' });
  await log.commit(commitOf([tick(9001)]));
});

test('a log whose last entries are missing is refused as corrupt', async () => {
  await using folder = await temporaryFolder();
  await logOf(folder.path, 10);
  {
    using database = new DatabaseSync(join(folder.path, 'log.db'));
    database.exec('DELETE FROM journal WHERE n = 7');
  }
  await expect(openLog({ path: folder.path, engine: ENGINE })).rejects.toMatchObject({ code: 'corrupt' });
});

test('another program’s database is not written into', async () => {
  await using folder = await temporaryFolder();
  {
    using database = new DatabaseSync(join(folder.path, 'log.db'));
    database.exec('CREATE TABLE theirs (x)');
  }
  await expect(openLog({ path: folder.path, engine: ENGINE })).rejects.toMatchObject({ code: 'corrupt' });
});

test('a log of a newer version is refused, for writing and for reading', async () => {
  await using folder = await temporaryFolder();
  await logOf(folder.path, 1);
  {
    using database = new DatabaseSync(join(folder.path, 'log.db'));
    database.exec('PRAGMA user_version = 1000');
  }
  const options = { path: folder.path, engine: ENGINE };
  await expect(openLog(options)).rejects.toMatchObject({ name: 'LogError', code: 'newer-schema' });
  await expect(openLogReader(options)).rejects.toMatchObject({ name: 'LogError', code: 'newer-schema' });
});

test('reading where no daemon has run says so and makes nothing', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'data');
  await mkdir(path);
  await expect(openLogReader({ path, engine: ENGINE })).rejects.toMatchObject({ name: 'LogError', code: 'io' });
  await expect(stat(join(path, 'log.db'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a data folder that cannot be made is an io error', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  await expect(openLog({ path: join(file, 'data'), engine: ENGINE })).rejects.toMatchObject({ code: 'io' });
});

test('a new data folder and its files are its owner’s alone', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a', 'data');
  await logOf(path, 1);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect((await stat(join(path, 'log.db'))).mode & 0o777).toBe(0o600);
});
