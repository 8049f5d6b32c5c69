import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/world/rekor-journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const record = (n: number) => ({ body: Buffer.from(`entry ${n}`).toString('base64'), integratedTime: n });
const none = (): [] => [];

describe('the journal of a log', () => {
  it('begins with the entries it is given, once, and keeps what is added, in order', async () => {
    const path = join(folder, 'deeper', 'log.jsonl');
    {
      await using journal = await openJournal(path, () => [record(1)]);
      await Promise.all([journal.append(record(2)), journal.append(record(3))]);
    }
    await using journal = await openJournal(path, () => [record(9)]);
    expect(journal.records).toEqual([record(1), record(2), record(3)]);
  });

  it('makes the folders above it for their owner alone: they may be those of the daemon’s own data', async () => {
    await using journal = await openJournal(join(folder, 'data', 'world', 'log.jsonl'), none);
    expect(journal.records).toEqual([]);
    for (const made of [join(folder, 'data'), join(folder, 'data', 'world')])
      expect((await stat(made)).mode & 0o777).toBe(0o700);
  });

  it('drops the line that a killed process was writing, and goes on after the last whole one', async () => {
    const path = join(folder, 'log.jsonl');
    await writeFile(path, `${JSON.stringify(record(1))}\n`);
    await appendFile(path, '{"body":"Zm9');
    {
      await using journal = await openJournal(path, none);
      expect(journal.records).toEqual([record(1)]);
      await journal.append(record(2));
    }
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
  });

  it('names the file and the line that does not read', async () => {
    const path = join(folder, 'log.jsonl');
    await writeFile(path, `${JSON.stringify(record(1))}\nnonsense\n`);
    await expect(openJournal(path, none)).rejects.toMatchObject({ code: 'bad-file' });
    await expect(openJournal(path, none)).rejects.toThrow(`${path}:2`);
  });
});
