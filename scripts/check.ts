import { spawnSync } from 'node:child_process';
import path from 'node:path';

/*
 * Every gate that needs no running: types, lint with the walls between the rooms, dead code, format. All of them
 * run, so that one mistake does not hide the next. The walls' own fixture is a unit test (test/walls).
 */

const gates = [
  { name: 'types', command: ['typescript/bin/tsc', '-p', '.'] },
  { name: 'types of the page', command: ['typescript/bin/tsc', '-p', 'src/web'] },
  { name: 'build', command: ['typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noEmit'] },
  { name: 'lint', command: ['oxlint/bin/oxlint', '--ignore-pattern', 'test/walls/fixture/**'] },
  { name: 'walls', command: ['vitest/vitest.mjs', 'run', '--project', 'unit', 'test/walls'] },
  { name: 'dead code', command: ['knip/bin/knip.js', '--no-progress'] },
  { name: 'format', command: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
] as const;

const root = path.resolve(import.meta.dirname, '..');
const failed: string[] = [];
for (const { name, command } of gates) {
  const [script, ...options] = command;
  console.log(`\n> ${name}: ${path.basename(script)} ${options.join(' ')}`);
  const started = performance.now();
  const { status, error } = spawnSync(process.execPath, [path.join('node_modules', script), ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 300_000,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name}: ${status === 0 ? 'passed' : (error?.message ?? 'failed')} in ${seconds} s`);
  if (status !== 0) failed.push(name);
}

console.log(failed.length === 0 ? '\nall gates passed' : `\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
