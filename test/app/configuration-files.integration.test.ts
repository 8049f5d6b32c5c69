import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configurationFiles } from '../../src/app/configuration-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a file whose size the system does not tell is read to its end', async () => {
  expect(await configurationFiles.text('/proc/sys/kernel/ostype', 100)).toBe('Linux\n');
});

test('a pipe without a writer is refused at once, and waited for by nobody', async () => {
  const fifo = join(folder, 'fifo');
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
  await expect(configurationFiles.text(fifo, 100)).rejects.toMatchObject({
    code: 'unreadable',
    message: `read ${fifo}: it is not a plain file`,
  });
});

test('a file of one byte more than allowed is refused, and never cut', async () => {
  const file = join(folder, 'large.yaml');
  await writeFile(file, 'x'.repeat(101));
  await expect(configurationFiles.text(file, 100)).rejects.toMatchObject({ code: 'too-large' });
  expect(await configurationFiles.text(file, 101)).toHaveLength(101);
});

test('a file outside of the declaring one is refused where it must lie within, links followed', async () => {
  const declaring = join(folder, 'team.yaml');
  await writeFile(declaring, '');
  await expect(
    configurationFiles.referenced(declaring, '../../etc/hostname', { within: true, maxBytes: 100 }),
  ).rejects.toMatchObject({ code: 'outside' });
});

test.each([
  ['UTF-16', Buffer.from('\ufeffservices: {}\n', 'utf16le'), 'it is UTF-16; save it as UTF-8'],
  ['Latin-1', Buffer.from('services:\n  shop: { title: Gr\u00fc\u00dfe }\n', 'latin1'), 'line 2 is not UTF-8'],
])('a file in %s is refused by name or by its line', async (name, bytes, words) => {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, bytes);
  await expect(configurationFiles.text(file, 1000)).rejects.toMatchObject({
    code: 'unreadable',
    message: expect.stringContaining(words) as string,
  });
});
