import { spawnSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import path from 'node:path';

/* Turns src/ into dist/: every .ts file to JavaScript, what the browser gets (page, scripts, styles, icon) as it is. */

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

if (compiled.status === 0) {
  for (const file of globSync('**/*.*', { cwd: path.join(root, 'src') })) {
    if (!/\.(?:ts|md|json)$/.test(file)) cpSync(path.join(root, 'src', file), path.join(dist, file));
  }
} else {
  process.exitCode = 1;
}
