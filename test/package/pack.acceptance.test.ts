import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkout, runToEnd } from './package.ts';

describe('the packed package, installed into an empty folder', () => {
  let folder: string;
  let program: string;
  let packed: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tocsin-pack-'));
    const pack = await runToEnd('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: checkout,
      timeoutMs: 60_000,
    });
    expect(pack.code, pack.stdout + pack.stderr).toBe(0);
    const { filename, files } = packedAs(pack.stdout);
    packed = files;

    await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
    const install = await runToEnd('npm', ['install', '--no-audit', '--no-fund', path.join(folder, filename)], {
      cwd: folder,
      timeoutMs: 100_000,
    });
    expect(install.code, install.stderr).toBe(0);
    program = path.join(folder, 'node_modules', '.bin', 'tocsin');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('tells its version from any working directory', async () => {
    const manifest = JSON.parse(await readFile(path.join(checkout, 'package.json'), 'utf8')) as { version: string };
    const { code, stdout, stderr } = await runToEnd(process.execPath, [program, '--version'], { cwd: tmpdir() });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test('lists its kinds of probes from any working directory, with nothing on stderr', async () => {
    const { code, stdout, stderr } = await runToEnd(process.execPath, [program, 'kinds'], { cwd: tmpdir() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('rekor');
  });

  test('holds what runs and what a licence asks for, and neither sources nor tests', () => {
    expect(packed).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'bin/tocsin.cjs', 'dist/cli/main.js']));
    expect(packed.filter((file) => /^(src|test|scripts|lint|bench)\//.test(file))).toEqual([]);
  });
});

/**
 * What `npm pack --json` printed: one object for the one package. npm 11 lists the packages, npm 12 names them; a
 * build that runs before it may print lines of its own.
 */
function packedAs(stdout: string): { filename: string; files: string[] } {
  const json: unknown = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const [one] = Object.values(json as Record<string, { filename: string; files: { path: string }[] }>);
  if (one === undefined) throw new Error(`npm pack told of no package: ${stdout}`);
  return { filename: one.filename, files: one.files.map((file) => file.path) };
}
