/**
 * CPU seconds per 1,000 probes, HTTP and HTTPS, through the whole daemon, beside blackbox_exporter's.
 *
 *   node bench/probe-cpu.ts [--quick] [--repetitions 5] [--runs 3000] [--scheme http|https]
 *
 * Both probe the same nginx in the same run, in turns, saturated on one core: as fast as they can with a fixed
 * number of probes in flight. Counted is user and system time of the whole process, threads included. The daemon
 * makes each run by `runNow`: schedule, lane, look-up, connection, judgement, log on disk, reduction, metrics;
 * the waiting until the log has it is not part of a run. blackbox_exporter is scraped over kept-alive connections,
 * and the scraper is not counted; neither is Prometheus, which would have to store the result.
 */
import { parseArgs } from 'node:util';
import { startBlackbox } from './rig/blackbox.ts';
import type { Blackbox } from './rig/blackbox.ts';
import { startDaemonProcess } from './rig/daemon.ts';
import type { DaemonProcess } from './rig/daemon.ts';
import { line, median, rounded, verdict } from './rig/figures.ts';
import { startNginx } from './rig/nginx.ts';
import { versionOf } from './rig/peer.ts';
import { cpuMs } from './rig/process-figures.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const PROBES = 200;
/** The daemon begins runs in batches of 20 ms, so that fewer would leave it idle between them. */
const IN_FLIGHT = { daemon: 64, blackbox: 16 };
const GOALS = { http: 0.35, https: 1 } as const;
const CORES = { measured: 0, nginx: 1 };
/** Runs before anything is counted: a daemon runs for months, so its compilers' first seconds are not its cost. */
const WARM_UP = { http: 12_000, https: 4000 };
const LIMIT_MS = 120_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    repetitions: { type: 'string' },
    runs: { type: 'string' },
    scheme: { type: 'string' },
  },
});
const repetitions = Number(values.repetitions ?? (values.quick === true ? 2 : 5));
const runs = Number(values.runs ?? (values.quick === true ? 1000 : 3000));

interface Spent {
  /** CPU seconds per 1,000 probes. */
  readonly cpu: number;
  readonly perSecond: number;
}

console.log(
  `node ${process.version}, nginx ${versionOf('nginx', '-v')}, ` +
    `blackbox_exporter ${versionOf('prometheus-blackbox-exporter', '--version')}; ` +
    `median of ${repetitions} × ${runs} probes, each on one core`,
);
await using folder = await temporaryFolder();
await using nginx = await startNginx(folder.path, CORES.nginx);
await using blackbox = await startBlackbox(folder.path, nginx.ca, CORES.measured);
for (const scheme of ['http', 'https'] as const) {
  if (values.scheme !== undefined && values.scheme !== scheme) continue;
  const urls = Array.from({ length: PROBES }, (_, index) => nginx.url(scheme, index));
  const probes = urls.map((url) => ({ url, every: '1h', ...(scheme === 'https' ? { ca: nginx.ca } : {}) }));
  await using daemon = await startDaemonProcess({ folder: folder.path, probes, core: CORES.measured });
  await spentByDaemon(daemon, WARM_UP[scheme]);
  await spentByBlackbox(blackbox, urls, Math.ceil(WARM_UP[scheme] / 10));
  const ours: Spent[] = [];
  const theirs: Spent[] = [];
  for (let round = 0; round < repetitions; round++) {
    ours.push(await spentByDaemon(daemon, runs));
    theirs.push(await spentByBlackbox(blackbox, urls, runs));
  }
  const ratios = ours.map(({ cpu }, round) => cpu / (theirs[round]?.cpu ?? Number.NaN));
  line(`${scheme}: tocsin, CPU s per 1,000 (probes/s)`, shown(ours));
  line(`${scheme}: blackbox_exporter, CPU s per 1,000 (probes/s)`, shown(theirs));
  line(`${scheme}: ratio, lowest … highest`, `${rounded(Math.min(...ratios))} … ${rounded(Math.max(...ratios))}`);
  verdict(`${scheme}: CPU per probe ÷ blackbox_exporter`, median(ratios), GOALS[scheme]);
}

async function spentByDaemon(daemon: DaemonProcess, count: number): Promise<Spent> {
  const done = await daemon.ask({ kind: 'saturate', runs: count, inFlight: IN_FLIGHT.daemon }, 'saturated', LIMIT_MS);
  if (done.notPassed > 0) throw new Error(`ran ${count} probes: ${done.notPassed} did not pass`);
  return { cpu: done.cpuMs / done.runs, perSecond: (done.runs * 1000) / done.ms };
}

async function spentByBlackbox(peer: Blackbox, urls: readonly string[], count: number): Promise<Spent> {
  const before = await cpuMs(peer.pid);
  const begun = performance.now();
  let next = 0;
  const keepBusy = async (): Promise<void> => {
    for (let run = next++; run < count; run = next++) await peer.probe(urls[run % urls.length] ?? '');
  };
  await Promise.all(Array.from({ length: IN_FLIGHT.blackbox }, keepBusy));
  const ms = performance.now() - begun;
  return { cpu: ((await cpuMs(peer.pid)) - before) / count, perSecond: (count * 1000) / ms };
}

function shown(spent: readonly Spent[]): string {
  const cpu = rounded(median(spent.map((one) => one.cpu)));
  return `${cpu} (${Math.round(median(spent.map((one) => one.perSecond)))})`;
}
