import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { MIGRATIONS, migrate, type Migration } from '../../src/log/migrations.ts';
import { temporaryFolder } from './temporary-folder.ts';

const FIRST: Migration = { version: 1, sql: 'CREATE TABLE a (x)' };
const SECOND: Migration = { version: 2, sql: 'ALTER TABLE a ADD COLUMN y DEFAULT 7; CREATE TABLE b (z)' };
const BROKEN: Migration = { version: 2, sql: 'CREATE TABLE b (z); INSERT INTO nowhere VALUES (1)' };

function tables(database: DatabaseSync): unknown[] {
  return database
    .prepare('SELECT name FROM sqlite_schema ORDER BY name')
    .all()
    .map(({ name }) => name);
}

test('every file of the migrations is in the list, numbered without gaps', async () => {
  const files = await readdir(new URL('../../src/log/migrations/', import.meta.url));
  const numbers = files.map((file) => Number(file.slice(0, 4))).toSorted((a, b) => a - b);
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(numbers);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test('a file of an older version is brought to the newest, with what it holds', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log.db');
  {
    using older = new DatabaseSync(path);
    migrate(older, path, [FIRST]);
    older.exec('INSERT INTO a VALUES (1)');
  }
  using database = new DatabaseSync(path);
  migrate(database, path, [FIRST, SECOND]);
  migrate(database, path, [FIRST, SECOND]);
  expect(database.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 1, y: 7 }]);
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
});

test('a migration that fails leaves the file at the version before it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log.db');
  using database = new DatabaseSync(path);
  expect(() => migrate(database, path, [FIRST, BROKEN])).toThrow('nowhere');
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  expect(tables(database)).toEqual(['a']);
  migrate(database, path, [FIRST, SECOND]);
  expect(tables(database)).toEqual(['a', 'b']);
});
