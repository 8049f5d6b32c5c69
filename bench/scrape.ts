/**
 * What a scrape of /metrics costs: its length, its size, how long it stops the event loop, and the same series
 * held and written by prom-client alone.
 *
 *   node bench/scrape.ts [--probes 10000] [--rounds 7]
 *
 * Every probe has had a passing HTTP run over TLS: 14 samples each. Medians over the rounds.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Gauge, Registry } from 'prom-client';
import type { ObservationFact } from '../src/model/entry.ts';
import type { ProbeId, ServiceId, Sha256 } from '../src/model/ids.ts';
import type { Gauges } from '../src/ports/telemetry.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';

const { values } = parseArgs({
  options: { probes: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '7' } },
});
const probes = Number(values.probes);
const rounds = Number(values.rounds);

const observations = Array.from({ length: probes }, (_, index) => observation(index));
const gauges: Gauges = {
  capabilities: () => observations.map(({ probe }) => [probe.replace('/', '.'), 'up'] as const),
  openIncidents: () => ({ critical: 0, warning: 0, info: 0 }),
  outboxOldestSeconds: () => 0,
  configHash: () => 'bench',
};

console.log(`node ${process.version}, ${probes} probes, median of ${rounds} rounds`);

using metrics = createMetrics(gauges, () => performance.now());
for (const each of observations) metrics.listener(observed(each));
const ours = await measured(async () => (await metrics.render()).body.byteLength);
report('tocsin', ours);

const registry = promClientAlone();
const theirs = await measured(async () => Buffer.byteLength(await registry.metrics()));
report('prom-client alone', theirs);
console.log(`scrape ÷ prom-client alone: ${(ours.cpuMs / theirs.cpuMs).toFixed(2)}`);

interface Figures {
  readonly ms: number;
  readonly cpuMs: number;
  readonly stallMs: number;
  readonly bytes: number;
}

/**
 * Scrapes again and again beside a task that looks, turn by turn, how long it had to wait: in this thread's
 * CPU time, so that other processes on the machine do not count.
 */
async function measured(scrape: () => Promise<number>): Promise<Figures> {
  const figures: Figures[] = [];
  for (let round = 0; round < rounds + 2; round += 1) {
    let stallMs = 0;
    let last = threadCpuMs();
    let watching = true;
    const watch = (): void => {
      const now = threadCpuMs();
      stallMs = Math.max(stallMs, now - last);
      last = now;
      if (watching) setImmediate(watch);
    };
    setImmediate(watch);
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const bytes = await scrape();
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    await new Promise((resolve) => setImmediate(resolve));
    watching = false;
    await new Promise((resolve) => setImmediate(resolve));
    // The first two warm the compiler up.
    if (round >= 2) figures.push({ ms, cpuMs: (user + system) / 1000, stallMs, bytes });
  }
  const of = (key: keyof Figures): number => median(figures.map((each) => each[key]));
  return { ms: of('ms'), cpuMs: of('cpuMs'), stallMs: of('stallMs'), bytes: of('bytes') };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function report(name: string, { ms, cpuMs, stallMs, bytes }: Figures): void {
  const size = (bytes / 1e6).toFixed(1);
  console.log(
    `${name}: ${ms.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms, longest stall ${stallMs.toFixed(1)} ms, ${size} MB`,
  );
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

function observed(each: ObservationFact) {
  return { kind: 'observed', service: serviceOf(each), probeKind: 'http', observation: each } as const;
}

function serviceOf({ probe }: ObservationFact): ServiceId {
  return probe.slice(0, probe.indexOf('/')) as ServiceId;
}

function observation(index: number): ObservationFact {
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  return {
    kind: 'observation',
    probe: `service-${index}/http` as ProbeId,
    location: 'local',
    cause: 'schedule',
    startedAt: 1_795_230_000_000,
    endedAt: 1_795_230_000_000 + 20 + (index % 50),
    outcome: 'pass',
    proven: [],
    against: [],
    warnings: [],
    phases: { dns: 0.41, connect: 0.22 + index / 1e5, tls: 3.13, firstByte: 2.04 + index / 1e4, transfer: 0.31 },
    address,
    factsHash: '0'.repeat(64) as Sha256,
    facts: { notAfter: '2026-12-31T00:00:00.000Z' },
    measured: { facts: {}, attempts: [{ address, status: 200 }] },
  };
}

/** The same samples in prom-client's own gauges. */
function promClientAlone(): Registry {
  const registry = new Registry();
  const labelNames = ['service', 'probe', 'location'];
  const single = [
    'probe_success',
    'probe_duration_seconds',
    'probe_dns_lookup_time_seconds',
    'probe_http_status_code',
    'probe_http_version',
    'probe_ssl_earliest_cert_expiry',
    'probe_ip_protocol',
    'probe_ip_addr_hash',
    'probe_failed_due_to_regex',
  ].map((name) => new Gauge({ name, help: name, labelNames, registers: [registry] }));
  const phases = new Gauge({
    name: 'probe_http_duration_seconds',
    help: 'by phase',
    labelNames: ['phase', ...labelNames],
    registers: [registry],
  });
  for (const each of observations) {
    const labels = { service: serviceOf(each), probe: each.probe, location: each.location };
    for (const gauge of single) gauge.set(labels, each.endedAt - each.startedAt);
    for (const [phase, ms] of Object.entries(each.phases ?? {})) phases.set({ ...labels, phase }, ms / 1000);
  }
  return registry;
}
