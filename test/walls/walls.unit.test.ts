import { execFile } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { rooms } from '../../lint/rooms.ts';

/*
 * A house of its own under fixture/src, linted with the project's configuration. Each file is named for what it
 * does; one that must be refused says in its first line with which words.
 */
const root = path.resolve(import.meta.dirname, '../..');
const fixture = path.join('test', 'walls', 'fixture');
const cases = globSync('**/*.ts', { cwd: path.join(root, fixture) }).map((file) => {
  const source = readFileSync(path.join(root, fixture, file), 'utf8');
  return { file, refusal: /^\/\/ refused: (.+)/.exec(source)?.[1] };
});

describe('the walls between the rooms', () => {
  let found: Map<string, string[]>;
  beforeAll(async () => {
    found = await refusalsByFile();
  }, 30_000);

  test.each(cases.filter(({ refusal }) => refusal !== undefined))('$file is refused', ({ file, refusal }) => {
    expect(found.get(file)).toEqual([refusal]);
  });

  test.each(cases.filter(({ refusal }) => refusal === undefined))('$file is allowed', ({ file }) => {
    expect(found.get(file)).toBeUndefined();
  });

  test('every room of the source tree has its entry in the table of rooms, and each has a case here', () => {
    expect(readdirSync(path.join(root, 'src')).toSorted()).toEqual(Object.keys(rooms).toSorted());
    const tried = cases
      .filter(({ refusal }) => refusal !== undefined)
      .map(({ file }) => path.dirname(file).split(path.sep).at(-1));
    expect(Object.keys(rooms).filter((room) => !tried.includes(room))).toEqual([]);
  });
});

/** What our own rules say about each file of the fixture. */
async function refusalsByFile(): Promise<Map<string, string[]>> {
  const report = JSON.parse(await lint()) as { diagnostics: { code: string; message: string; filename: string }[] };
  const found = new Map<string, string[]>();
  for (const { code, message, filename } of report.diagnostics) {
    if (!code.startsWith('tocsin(')) continue;
    const file = path.relative(fixture, filename);
    found.set(file, [...(found.get(file) ?? []), message]);
  }
  return found;
}

/** The linter's report as JSON; it ends with an error because it found what it should. */
function lint(): Promise<string> {
  const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [oxlint, '--format=json', fixture],
      { cwd: root, timeout: 25_000, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error?.code === 1) resolve(stdout);
        else reject(new Error(`the linter found nothing to refuse: ${stderr}`, { cause: error }));
      },
    );
  });
}
