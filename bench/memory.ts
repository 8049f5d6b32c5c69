/**
 * What a probe weighs: the daemon's resident memory when every probe of a configuration has had its first run.
 *
 *   node bench/memory.ts [--quick]
 *
 * HTTP probes every 60 s against a local nginx, one service each; the peak is since the process began, reading
 * and compiling the configuration included.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startDaemonProcess } from './rig/daemon.ts';
import { line } from './rig/figures.ts';
import { startNginx } from './rig/nginx.ts';
import { rssMb } from './rig/process-figures.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const SIZES = [10, 1000, 10_000];
const READY_MS = 120_000;
/** The last commits are written and what the first round left is let go of. */
const SETTLE_MS = 5000;

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
await using folder = await temporaryFolder();
await using nginx = await startNginx(folder.path);
console.log(`node ${process.version}`);
let [before, beforeCount] = [0, 0];
for (const count of values.quick === true ? SIZES.slice(0, 2) : SIZES) {
  const probes = Array.from({ length: count }, (_, index) => ({ url: nginx.url('http', index), every: '60s' }));
  const begun = performance.now();
  await using daemon = await startDaemonProcess({ folder: folder.path, probes, readyWithinMs: READY_MS });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const first = await rssMb(daemon.pid);
  await delay(SETTLE_MS);
  const rss = await rssMb(daemon.pid);
  line(
    `${count} probes: MiB at the end of the first round / ${SETTLE_MS / 1000} s later / peak`,
    `${first.toFixed(0)} / ${rss.toFixed(0)} / ${(await peakMb(daemon.pid)).toFixed(0)}`,
  );
  line('  from start to the end of the first round', `${seconds} s`);
  if (beforeCount > 0) line('  KiB a probe', (((rss - before) * 1024) / (count - beforeCount)).toFixed(1));
  [before, beforeCount] = [rss, count];
}

async function peakMb(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
