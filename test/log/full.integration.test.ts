import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { platform } from 'node:process';
import { expect, test } from 'vitest';
import { openLog } from '../../src/log/open-log.ts';
import { LogError, type Log } from '../../src/ports/log.ts';
import { commitOf, ENGINE, entriesAfter, outboxItem, range, run } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const why = cannotMount();
if (why !== null) console.log(`skipped: a really full disk, because a small file system cannot be mounted: ${why}`);

/** Commits until the log refuses; gives how many entries it took, and how it refused. */
async function fill(log: Log, from: number): Promise<{ readonly lastN: number; readonly error: unknown }> {
  for (let first = from; ; first += 100) {
    const entries = range(first, first + 99).map((n) => run(n, 'kv/read', { message: `${n} `.repeat(300) }));
    try {
      await log.commit(commitOf(entries, { outboxPut: [outboxItem(first, 'last')] }));
    } catch (error) {
      return { lastN: first - 1, error };
    }
  }
}

test('a log that has reached its size refuses commits as full, changes nothing, and can be read', async () => {
  await using folder = await temporaryFolder();
  const options = { path: folder.path, engine: ENGINE };
  {
    await using log = await openLog({ ...options, maxBytes: 1_000_000 });
    const { lastN, error } = await fill(log, 1);
    expect(error).toBeInstanceOf(LogError);
    expect(error).toMatchObject({ code: 'full' });
    expect((await entriesAfter(log, 0)).map(({ n }) => n)).toEqual(range(1, lastN));
    // Those behind a refused commit are refused for its reason: they would leave a gap.
    await expect(log.commit(commitOf([run(lastN + 200)]))).rejects.toMatchObject({ code: 'full' });
  }
  await using log = await openLog(options);
  const { lastN } = log.recovered;
  expect(log.recovered.outbox).toEqual([outboxItem(lastN - 99, 'last')]);
  await log.commit(commitOf([run(lastN + 1)]));
});

test.skipIf(why !== null)(
  'on a full disk commits are refused as full, and taken again when there is room',
  async () => {
    await using folder = await temporaryFolder();
    await using _disk = mounted(folder.path);
    const filler = join(folder.path, 'filler');
    await using log = await openLog({ path: join(folder.path, 'data'), engine: ENGINE });
    await writeFile(filler, Buffer.alloc(1024 * 1024));
    const { lastN, error } = await fill(log, 1);
    expect(error).toMatchObject({ name: 'LogError', code: 'full' });
    await rm(filler);
    await log.commit(commitOf([run(lastN + 1)]));
    expect((await entriesAfter(log, 0)).map(({ n }) => n)).toEqual(range(1, lastN + 1));
  },
);

/** A file system of 4 MiB at a folder, until it goes out of scope. */
function mounted(folder: string): AsyncDisposable {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  return { [Symbol.asyncDispose]: async () => void execFileSync('umount', [folder]) };
}

function cannotMount(): string | null {
  if (platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'this is not root';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
