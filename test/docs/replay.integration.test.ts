import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runToEnd } from '../package/package.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = resolve(ROOT, 'src/cli/main.ts');

interface Shown {
  readonly command: string;
  readonly output: string;
}

/** The commands of a page and what it says they print: fences of `console`, a prompt before each command. */
async function shownIn(page: string): Promise<readonly Shown[]> {
  const text = await readFile(resolve(ROOT, page), 'utf8');
  return [...text.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .filter((part) => part !== '')
      .map((part) => {
        const end = part.indexOf('\n');
        return { command: part.slice(0, end), output: part.slice(end + 1).trimEnd() };
      }),
  );
}

const shown = await shownIn('docs/replay.md');

describe('docs/replay.md', () => {
  test('shows commands', () => {
    expect(shown.length).toBeGreaterThanOrEqual(5);
  });

  test.each(shown)('$command prints what the page says', async ({ command, output }) => {
    const words = command.split(' ');
    expect(words.shift()).toBe('tocsin');
    const exit = / # exit (\d)$/.exec(command)?.[1];
    const given = exit === undefined ? words : words.slice(0, words.indexOf('#'));
    const { code, stdout } = await runToEnd(process.execPath, [MAIN, ...given], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1' },
    });
    const printed = stdout
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
    // An ellipsis on its own line stands for whatever is left out there.
    for (const part of output.split(/^…$/m)) expect(printed).toContain(part.trim());
    expect(code).toBe(Number(exit ?? 0));
  });
});
