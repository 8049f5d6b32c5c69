/**
 * Whether the daemon keeps up: 1,000 HTTP probes every 10 s against a local nginx, for five minutes.
 *
 *   node bench/soak.ts [--quick] [--minutes 5] [--probes 1000]
 *
 * Counted is every run that was due in that time. Lost is one that never began, whose observation was not recorded,
 * or is not in the log when it is read back afterwards. The event loop's delay is that of the daemon's own process, from
 * `monitorEventLoopDelay`. Resident memory is the median of each minute, looked at every two seconds; live memory is
 * the main thread's heap after a full collection, before and after.
 */
import { parseArgs } from 'node:util';
import { engine } from '../src/core/tocsin-engine.ts';
import { openLogReader } from '../src/log/open-log.ts';
import { startDaemonProcess } from './rig/daemon.ts';
import { line, median, rounded, verdict } from './rig/figures.ts';
import { startNginx } from './rig/nginx.ts';
import { versionOf } from './rig/peer.ts';
import { rssMb } from './rig/process-figures.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const EVERY_S = 10;
const LOOK_MS = 2000;
const MINUTE_MS = 60_000;
const GOALS = { latenessMs: 50, loopDelayMs: 50, growth: 1.1 };

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, minutes: { type: 'string' }, probes: { type: 'string', default: '1000' } },
});
const minutes = Number(values.minutes ?? (values.quick === true ? 1 : 5));
const count = Number(values.probes);

interface Look {
  readonly atMs: number;
  readonly rssMb: number;
}

console.log(
  `node ${process.version}, nginx ${versionOf('nginx', '-v')}; ${count} probes every ${EVERY_S} s for ${minutes} min`,
);
await using folder = await temporaryFolder();
await using nginx = await startNginx(folder.path);
const probes = Array.from({ length: count }, (_, index) => ({ url: nginx.url('http', index), every: `${EVERY_S}s` }));
const looks: Look[] = [];
const { seen, live, dataFolder } = await soak();
const expected = (count * minutes * 60) / EVERY_S;
const stored = await observationsIn(dataFolder);

line('runs due, give or take one at each end', rounded(expected));
line('  begun / recorded / not passed', `${seen.started} / ${seen.observed} / ${seen.notPassed}`);
line('  observations in the log, all told', `${stored.observations} of ${stored.entries} entries`);
line('lateness, ms p50 / p99 / max', spreadText(seen.latenessMs));
line("event loop's delay, ms p50 / p99 / max", spreadText(seen.loopDelayMs));
line('longest commit, ms', rounded(seen.longestCommitMs));
line('CPU, seconds a minute', rounded(seen.cpuMs / 1000 / minutes));
const byMinute = Array.from({ length: minutes }, (_, minute) => rssIn(minute));
line('resident memory by minute, MiB', byMinute.map((mb) => mb.toFixed(0)).join(' '));
line('live memory before / after, MiB', `${live.before.toFixed(1)} / ${live.after.toFixed(1)}`);

const lost = seen.missed + Math.max(0, seen.started - Math.min(seen.observed, stored.observations));
const verdicts = [
  verdict('runs lost', lost, 0),
  verdict('lateness p99', seen.latenessMs.p99, GOALS.latenessMs, 'ms'),
  verdict("event loop's delay p99", seen.loopDelayMs.p99, GOALS.loopDelayMs, 'ms'),
  verdict('live memory, after ÷ before', live.after / live.before, GOALS.growth),
];
if (minutes > 1)
  verdicts.push(
    verdict('resident memory, last minute ÷ first', (byMinute.at(-1) ?? NaN) / (byMinute[0] ?? NaN), GOALS.growth),
  );
process.exitCode = verdicts.every(Boolean) ? 0 : 1;

async function soak() {
  await using daemon = await startDaemonProcess({ folder: folder.path, probes });
  const before = (await daemon.ask({ kind: 'weigh' }, 'weighed', LOOK_MS)).liveMb;
  const begun = performance.now();
  const look = async (): Promise<void> => {
    looks.push({ atMs: performance.now() - begun, rssMb: await rssMb(daemon.pid) });
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  const forMs = minutes * MINUTE_MS;
  const { seen } = await daemon.ask({ kind: 'watch', forMs, everyMs: EVERY_S * 1000 }, 'watched', forMs + MINUTE_MS);
  clearInterval(timer);
  const after = (await daemon.ask({ kind: 'weigh' }, 'weighed', LOOK_MS)).liveMb;
  return { seen, live: { before, after }, dataFolder: daemon.dataFolder };
}

async function observationsIn(path: string): Promise<{ readonly entries: number; readonly observations: number }> {
  await using log = await openLogReader({ path, engine: engine.version });
  let [entries, observations] = [0, 0];
  for await (const page of log.entriesAfter(0)) {
    entries += page.length;
    observations += page.filter((entry) => entry.kind === 'observation' && entry.cause === 'schedule').length;
  }
  return { entries, observations };
}

function rssIn(minute: number): number {
  const from = minute * MINUTE_MS;
  return median(looks.filter(({ atMs }) => atMs >= from && atMs < from + MINUTE_MS).map((look) => look.rssMb));
}

function spreadText({ p50, p99, max }: { readonly p50: number; readonly p99: number; readonly max: number }): string {
  return `${rounded(p50)} / ${rounded(p99)} / ${rounded(max)}`;
}
