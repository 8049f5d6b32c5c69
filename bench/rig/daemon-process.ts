/**
 * The whole daemon in a process of its own, as `tocsin run` starts it, and beside it what a bench wants to
 * know. Started by `startDaemonProcess`: a configuration, a data folder, then messages (messages.ts). Ends
 * when its parent lets go of it.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { runDaemon } from '../../src/app/run-daemon.ts';
import type { RunningTocsin } from '../../src/app/run-daemon.ts';
import type { ProbeId } from '../../src/model/ids.ts';
import type { DaemonEvent } from '../../src/ports/telemetry.ts';
import { quantile } from './figures.ts';
import type { Answer, Ask, Spread, Watched } from './messages.ts';

const RESOLUTION_MS = 10;
/** Runs that were due in the stretch may end after it. */
const SETTLE_MS = 1500;

const [configuration = '', data = ''] = process.argv.slice(2);
let listener: (event: DaemonEvent) => void = () => undefined;
const result = await runDaemon({
  paths: [configuration],
  data,
  listen: { host: '127.0.0.1', port: 0 },
  env: process.env,
  screen: { write: () => undefined, colour: false, columns: 80 },
  logs: { write: (text) => void process.stderr.write(text), readable: true, colour: false, level: 'warn' },
  listener: (event) => listener(event),
});
if (result.kind === 'refused') throw new Error(`the configuration was refused: ${result.diagnostics[0]?.message}`);
const { tocsin } = result;
const probes = tocsin.daemon.view.configuration().probes.map((probe) => probe.id);
process.on('message', (ask: Ask) => void answer(ask));
process.once('disconnect', () => void stop(tocsin));
await tocsin.daemon.ready;
tell({ kind: 'ready', probes: probes.length });

async function answer(ask: Ask): Promise<void> {
  switch (ask.kind) {
    case 'saturate':
      return tell(await saturate(ask.runs, ask.inFlight));
    case 'weigh':
      globalThis.gc?.();
      return tell({ kind: 'weighed', liveMb: process.memoryUsage().heapUsed / 2 ** 20 });
    case 'watch':
      return tell({ kind: 'watched', seen: await watch(ask) });
  }
}

async function saturate(runs: number, inFlight: number): Promise<Answer> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let next = 0;
  let notPassed = 0;
  const keepBusy = async (): Promise<void> => {
    for (let run = next++; run < runs; run = next++) {
      const seen = await tocsin.daemon.runNow(probes[run % probes.length] ?? ('' as ProbeId));
      if (seen?.outcome !== 'pass') notPassed++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, keepBusy));
  return { kind: 'saturated', runs, notPassed, ms: performance.now() - begun, cpuMs: spent(cpu) };
}

async function watch({ forMs, everyMs }: Extract<Ask, { kind: 'watch' }>): Promise<Watched> {
  const from = Date.now();
  const until = from + forMs;
  const dueInside = new Set<ProbeId>();
  const lastDueAt = new Map(probes.map((id) => [id, from]));
  const missedUntil = (id: ProbeId, dueAt: number): number =>
    Math.max(0, Math.ceil((dueAt - (lastDueAt.get(id) ?? from)) / everyMs - 1.1));
  const lateness: number[] = [];
  let [observed, missed, notPassed, committed, longestCommitMs] = [0, 0, 0, 0, 0];
  listener = (event) => {
    if (event.kind === 'run-started') {
      const dueAt = Date.now() - event.latenessMs;
      if (dueAt < from || dueAt >= until) return;
      missed += missedUntil(event.probe, dueAt);
      lastDueAt.set(event.probe, dueAt);
      dueInside.add(event.probe);
      lateness.push(event.latenessMs);
    } else if (event.kind === 'observed') {
      if (!dueInside.delete(event.observation.probe)) return;
      observed++;
      if (event.observation.outcome !== 'pass') notPassed++;
    } else if (event.kind === 'committed') {
      for (const count of Object.values(event.entries)) committed += count;
      longestCommitMs = Math.max(longestCommitMs, event.ms);
    }
  };
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  const cpu = process.cpuUsage();
  await delay(forMs);
  const cpuMs = spent(cpu);
  histogram.disable();
  await delay(SETTLE_MS);
  listener = () => undefined;
  // What the monitor measures holds the interval at which it looks.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return {
    started: lateness.length,
    observed,
    missed: probes.reduce((sum, id) => sum + missedUntil(id, until), missed),
    notPassed,
    latenessMs: spread(lateness),
    loopDelayMs: {
      p50: late(histogram.percentile(50)),
      p99: late(histogram.percentile(99)),
      max: late(histogram.max),
    },
    cpuMs,
    committed,
    longestCommitMs,
  };
}

function spread(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function tell(message: Answer): void {
  process.send?.(message);
}

async function stop(running: RunningTocsin): Promise<void> {
  await running[Symbol.asyncDispose]();
  process.exit();
}
