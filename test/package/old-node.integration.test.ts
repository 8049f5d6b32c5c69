import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkout, runToEnd } from './package.ts';

const program = path.join(checkout, 'bin', 'tocsin.cjs');

describe('the command on a Node that is too old', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tocsin-old-node-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(['4.9.1', '20.20.2', '23.11.0', '24.3.0'])(
    'says on %s what is needed and how to get it, and ends with 2',
    async (version) => {
      // This Node, taken for another one.
      const disguise = path.join(folder, `${version}.cjs`);
      await writeFile(disguise, `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
      const { code, stdout, stderr } = await runToEnd(process.execPath, ['-r', disguise, program, 'check', 'a.yaml'], {
        cwd: folder,
      });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toEqual([
        `tocsin needs Node 24.4 or newer; this is Node ${version}`,
        'install Node 24 (https://nodejs.org), or run it beside the one you have:',
        '  npx -p node@24 -p tocsin tocsin check a.yaml',
      ]);
    },
  );

  test('says the same on every older Node that this machine really has', async () => {
    const older = (await everyNode()).filter(({ major }) => major < 24);
    if (older.length === 0) console.log('no Node older than 24 on this machine: only disguised ones were tried');
    const answers = await Promise.all(older.map(({ node }) => runToEnd(node, [program, '--version'], { cwd: folder })));
    expect(answers.filter(({ code, stderr }) => code !== 2 || !stderr.startsWith('tocsin needs Node'))).toEqual([]);
  });

  test('is written in JavaScript that old Nodes can read', async () => {
    // Syntax that came after Node 4, as far as a pattern can tell; the machine's own old Node is the better judge.
    const code = (await readFile(program, 'utf8')).replaceAll(/\/\*[^]*?\*\//g, '');
    expect(code).not.toMatch(/=>|\?\.|\?\?|`|\b(?:const|let|class|async|await|import|export)\b|\.\.\./);
  });
});

/** Every Node on the PATH, with its major version. */
async function everyNode(): Promise<{ node: string; major: number }[]> {
  const found = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'node'));
  const nodes = [...new Set(found)].filter((node) => {
    try {
      accessSync(node, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return Promise.all(
    nodes.map(async (node) => {
      const { stdout } = await runToEnd(node, ['-p', 'process.versions.node'], { cwd: tmpdir() });
      return { node, major: Number.parseInt(stdout, 10) };
    }),
  );
}
