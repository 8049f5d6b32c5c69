import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/*
 * `script` (util-linux) gives the command a real terminal; what is typed goes in at its stdin. macOS has another
 * program of that name, with other options.
 */
const isThere = process.platform === 'linux' && existsSync('/usr/bin/script');
if (!isThere) console.log('skipped without script (Debian package bsdutils): init asked at a real terminal');

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
const QUESTIONS = ['Which team owns this? [sre]', 'Which URL do you depend on?', 'Where do pages go'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tocsin-init-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** `init FILE`, each of `typed` once its question stands on the screen; without a question all at once. */
async function init(
  file: string,
  typed: readonly (readonly [question: string, keys: string])[],
  more = '',
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const command = `'${process.execPath}' '${MAIN}' init ${file} ${more}`;
  const child = spawn('/usr/bin/script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 90_000,
  });
  const left = [...typed];
  let screen = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    screen += text;
    const [next] = left;
    if (next === undefined || !screen.includes(next[0])) return;
    left.shift();
    child.stdin.write(next[1]);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  child.stdin.destroy();
  return { code, screen };
}

describe.runIf(isThere)('tocsin init at a terminal', () => {
  test('asks three questions, and writes what was answered', async () => {
    const { code, screen } = await init('asked.yaml', [
      [QUESTIONS[0]!, 'payments\r'],
      [QUESTIONS[1]!, '\r'],
      [QUESTIONS[2]!, 'https://hook.example/x\r'],
    ]);
    expect(screen).toContain('asked.yaml is written');
    expect(code).toBe(0);
    const text = await readFile(join(folder, 'asked.yaml'), 'utf8');
    expect(text).toContain('server: { owner: "payments" }');
    expect(text).toContain('probe: "https://pay.example/health"');
    expect(text).toContain('{ kind: webhook, url: "https://hook.example/x" }');
  });

  test('takes lines that were pasted at once in the order of the questions', async () => {
    const { code } = await init('pasted.yaml', [[QUESTIONS[0]!, 'shop\rhttps://a.example/\rshop@a.example\r']]);
    expect(code).toBe(0);
    const text = await readFile(join(folder, 'pasted.yaml'), 'utf8');
    expect(text).toContain('server: { owner: "shop" }');
    expect(text).toContain('probe: "https://a.example/"');
    expect(text).toContain('"shop@a.example"');
  });

  test('asks only for what no option says', async () => {
    const { code, screen } = await init('partly.yaml', [[QUESTIONS[1]!, '\r']], '--owner web --page a@a.example');
    expect(code).toBe(0);
    expect(screen).not.toContain(QUESTIONS[0]!);
    expect(await readFile(join(folder, 'partly.yaml'), 'utf8')).toContain('server: { owner: "web" }');
  });

  test.each([
    ['Ctrl-C', '\u0003', 130],
    ['the end of the input (Ctrl-D)', '\u0004', 2],
  ])('%s at the second question leaves nothing written', async (_what, key, ends) => {
    const before = await readdir(folder);
    const { code, screen } = await init('left.yaml', [
      [QUESTIONS[0]!, 'payments\r'],
      [QUESTIONS[1]!, key],
    ]);
    expect(screen).toContain('nothing was written');
    expect(code).toBe(ends);
    expect(await readdir(folder)).toEqual(before);
  });

  test('a file that is there already is told before anything is asked', async () => {
    const { code, screen } = await init('asked.yaml', []);
    expect(code).toBe(2);
    expect(screen).toContain('it is there already');
    expect(screen).not.toContain(QUESTIONS[0]!);
  });
});
