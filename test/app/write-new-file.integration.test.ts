import { copyFile, link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeNewFile } from '../../src/app/write-new-file.ts';
import type { NewFiles } from '../../src/app/write-new-file.ts';

const REAL: NewFiles = { writeFile, link, copyFile, rm };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-new-file-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function failing(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(code), { code }));
}

/** A disk that is full after the first bytes, which it keeps. */
const FULL: NewFiles = {
  ...REAL,
  writeFile: async (path, text, options) => {
    await writeFile(path, text.slice(0, 4), options);
    await failing('ENOSPC');
  },
};

describe('a new file', () => {
  test('is written, and nothing is left beside it', async () => {
    await writeNewFile(join(folder, 'a.yaml'), 'server: {}\n');
    expect(await readFile(join(folder, 'a.yaml'), 'utf8')).toBe('server: {}\n');
    expect(await readdir(folder)).toEqual(['a.yaml']);
  });

  test('never takes the place of another', async () => {
    const path = join(folder, 'a.yaml');
    await expect(writeNewFile(path, 'x')).rejects.toMatchObject({
      code: 'unreadable',
      message: `write ${path}: it is there already; nothing was changed`,
    });
    expect(await readFile(path, 'utf8')).toBe('server: {}\n');
    expect(await readdir(folder)).toEqual(['a.yaml']);
  });

  test('on a disk that gets full is not there, not even half', async () => {
    const path = join(folder, 'full.yaml');
    const message = `write ${path}: the disk is full; nothing was written`;
    await expect(writeNewFile(path, 'server: {}\n', FULL)).rejects.toMatchObject({ message });
    expect(await readdir(folder)).toEqual(['a.yaml']);
  });

  test('is written where the file system has no second names', async () => {
    const path = join(folder, 'plain.yaml');
    await writeNewFile(path, 'x\n', { ...REAL, link: () => failing('EPERM') });
    expect(await readFile(path, 'utf8')).toBe('x\n');
    const again = writeNewFile(path, 'y\n', { ...REAL, link: () => failing('EPERM') });
    await expect(again).rejects.toThrow('it is there already');
    await rm(path);
    expect(await readdir(folder)).toEqual(['a.yaml']);
  });

  test('in a folder that is not there says so', async () => {
    const path = join(folder, 'none', 'a.yaml');
    const message = `write ${path}: there is no folder ${join(folder, 'none')}; make it first`;
    await expect(writeNewFile(path, 'x')).rejects.toMatchObject({ message });
  });

  test('below a file says that it is no folder', async () => {
    const path = join(folder, 'a.yaml', 'b.yaml');
    const message = `write ${path}: ${join(folder, 'a.yaml')} is no folder`;
    await expect(writeNewFile(path, 'x')).rejects.toMatchObject({ message });
  });

  test.each([
    ['EACCES', 'we may not write in the folder'],
    ['EROFS', 'can only be read'],
  ])('in a folder that refuses with %s says which', async (code, words) => {
    const refusing = { ...REAL, writeFile: () => failing(code) };
    await expect(writeNewFile(join(folder, 'b.yaml'), 'x', refusing)).rejects.toMatchObject({
      message: expect.stringContaining(words) as string,
    });
  });
});
