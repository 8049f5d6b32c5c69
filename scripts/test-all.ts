import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provideRealServers, searchPath } from './real-servers.ts';
import { testFigures, type TestFigures } from './test-figures.ts';

/*
 * Every test there is. The last line has the figures, alone: `N passed, N failed`. Ends with 1 where anything
 * failed, and with --no-skips also where anything was skipped that could have run.
 */

const deadlineMs = 45 * 60_000;
const noSkips = process.argv.includes('--no-skips');

provideRealServers();
const { passed, failed, skipped } = runTests();

/** Tests of public data that is not shipped with the project say so in their names; generated data is always there. */
const withoutPublicData = skipped.filter((name) => /\bpublic\b/.test(name));
const mayNotSkip = noSkips ? skipped.filter((name) => !withoutPublicData.includes(name)) : [];
list('skipped', skipped);
list('skipped, which is not allowed here', mayNotSkip);
console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
process.exitCode = failed > 0 || passed === 0 || mayNotSkip.length > 0 ? 1 : 0;

function list(what: string, names: readonly string[]): void {
  if (names.length === 0) return;
  console.log(`\n${String(names.length)} ${what}:`);
  for (const name of names) console.log(`  ${name}`);
}

function runTests(): TestFigures {
  const root = path.resolve(import.meta.dirname, '..');
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-tests-'));
  try {
    const report = path.join(folder, 'report.json');
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const { status, error } = spawnSync(
      process.execPath,
      [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        timeout: deadlineMs,
        env: { ...process.env, PATH: searchPath },
      },
    );
    if (error !== undefined) console.log(`the tests did not end by themselves: ${error.message}`);
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [] };
    const figures = testFigures(readFileSync(report, 'utf8'));
    return status !== 0 && figures.failed === 0 ? { ...figures, failed: 1 } : figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
