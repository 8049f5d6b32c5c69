/**
 * What the log costs: bytes an observation, rows a second in and out, a day of one probe.
 *
 *   node bench/log.ts [--rows 1000000] [--probes 1000] [--batch 250] [--synchronous full|normal]
 *
 * The mix: 99 % passing HTTP runs with five phases and what HTTP measures; 1 % failing ones with steps and
 * two kilobytes of evidence. Runs once through; writes in a temporary folder, and removes it.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { cpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import type { Entry } from '../src/model/entry.ts';
import type { CapabilityId, ProbeId, Sha256 } from '../src/model/ids.ts';
import { openLog, openLogReader } from '../src/log/open-log.ts';
import type { Commit } from '../src/ports/log.ts';

const ENGINE = 'bench';
const EVERY_MS = 15_000;
const START_AT = 1_760_000_000_000;
const DAY_MS = 86_400_000;
const MAX_ROWS = 20_000_000;
const MAX_IN_FLIGHT = 8;
/** Commits one after another, each waited for, as a daemon with 67 probes a second makes them. */
const PACED = 200;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    probes: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '250' },
    synchronous: { type: 'string', default: 'full' },
  },
});
const rows = Math.min(MAX_ROWS, Number(values.rows));
const probes = Number(values.probes);
const batch = Number(values.batch);
const synchronous = values.synchronous === 'normal' ? 'normal' : 'full';

/** What each probe's runs have in common, made once: the bench is not to measure hashing. */
const common = Array.from({ length: probes }, (_, index) => {
  const facts = factsOf(index);
  return { facts, factsHash: sha256(JSON.stringify(facts)), capability: `service-${index % 50}.read` as CapabilityId };
});

const folder = await mkdtemp(join(tmpdir(), 'tocsin-bench-log-'));
try {
  console.log(`node ${process.version}, ${rows} rows, ${probes} probes, ${batch} a commit, synchronous ${synchronous}`);
  await append();
  const bytes = (await stat(join(folder, 'log.db'))).size;
  print('bytes an observation', (bytes / rows).toFixed(1));
  await replay();
  await oneDay();
} finally {
  await rm(folder, { recursive: true });
}

async function append(): Promise<void> {
  await using log = await openLog({ path: folder, engine: ENGINE, synchronous });
  const commitMs: number[] = [];
  const started = performance.now();
  const before = cpuUsage();
  const inFlight = new Set<Promise<void>>();
  for (let n = 1; n <= rows; n += batch) {
    const committed = timed(commitMs, log.commit(commitOf(n, Math.min(rows, n + batch - 1))));
    inFlight.add(committed);
    void committed.then(() => inFlight.delete(committed));
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  const ms = performance.now() - started;
  const cpu = cpuUsage(before);
  print('append, rows/s (their making included)', perSecond(rows, ms));
  print('  CPU µs an entry, both threads', ((cpu.user + cpu.system) / rows).toFixed(1));
  const paced: number[] = [];
  for (let first = rows + 1; first <= rows + PACED * 20; first += 20) {
    await timed(paced, log.commit(commitOf(first, first + 19)));
  }
  print('a commit of 20 alone, ms p50 / p99', `${quantile(paced, 0.5)} / ${quantile(paced, 0.99)}`);
}

async function timed(into: number[], commit: Promise<void>): Promise<void> {
  const from = performance.now();
  await commit;
  into.push(performance.now() - from);
}

async function replay(): Promise<void> {
  await using log = await openLogReader({ path: folder, engine: ENGINE });
  for (const name of ['first', 'second'] as const) {
    const started = performance.now();
    const { user, system } = cpuUsage();
    let count = 0;
    for await (const page of log.entriesAfter(0)) count += page.length;
    print(`replay, entries/s (${name} time)`, perSecond(count, performance.now() - started));
    const cpu = cpuUsage({ user, system });
    print('  CPU µs an entry, both threads', ((cpu.user + cpu.system) / count).toFixed(2));
  }
}

async function oneDay(): Promise<void> {
  const to = START_AT + Math.ceil(rows / probes) * EVERY_MS;
  const query = { from: Math.max(START_AT, to - DAY_MS), to };
  await using log = await openLogReader({ path: folder, engine: ENGINE });
  const listMs: number[] = [];
  const summaryMs: number[] = [];
  let count = 0;
  for (let index = 0; index < 21; index++) {
    const probe = probeId(Math.floor((index * probes) / 21));
    const from = performance.now();
    count = (await log.observations({ probe, ...query, limit: 50_000 })).length;
    const between = performance.now();
    await log.summary({ probe, ...query, stepMs: 300_000 });
    listMs.push(between - from);
    summaryMs.push(performance.now() - between);
  }
  print(`a day of one probe (${count} runs), ms first / median`, firstAndMedian(listMs));
  print('its summary in steps of 5 min, ms first / median', firstAndMedian(summaryMs));
}

function commitOf(first: number, last: number): Commit {
  const entries: Entry[] = [];
  for (let n = first; n <= last; n++) entries.push(observation(n));
  return {
    entries,
    decisions: [],
    outboxPut: [],
    outboxDone: [],
    threads: [],
    memories: [],
    decisionHash: sha256('bench'),
  };
}

function observation(n: number): Entry {
  const index = n % probes;
  const at = START_AT + Math.floor((n * EVERY_MS) / probes);
  const dns = tenths(0.3 + noise(n, 1));
  const connect = tenths(0.4 + noise(n, 2));
  const tls = tenths(3 + 4 * noise(n, 3));
  const firstByte = tenths(5 + 60 * noise(n, 4) ** 4);
  const transfer = tenths(0.2 + noise(n, 5));
  const fails = noise(n, 6) > 0.99;
  const durationMs = Math.ceil(dns + connect + tls + firstByte + transfer);
  const phases = { dns, connect, tls, firstByte, transfer };
  const { facts, factsHash, capability } = common[index] ?? throwing(index);
  const times = {
    n,
    at,
    kind: 'observation',
    probe: probeId(index),
    location: 'local',
    cause: fails ? 'confirm' : 'schedule',
    startedAt: at - durationMs - (n % 20),
    endedAt: at - (n % 20),
  } as const;
  const rest = { warnings: [], phases, address: `10.2.${index % 200}.4`, factsHash, facts };
  if (!fails) {
    const measured = { ...measuredOf(n, durationMs, 200), facts: {} };
    return { ...times, outcome: 'pass', proven: [capability], against: [], ...rest, measured };
  }
  return {
    ...times,
    outcome: 'fail',
    class: 'http.5xx',
    message: `GET https://service-${index}.example/ready answered 503 after ${durationMs} ms`,
    proven: [],
    against: [capability],
    ...rest,
    measured: { ...measuredOf(n, durationMs, 503), facts: {} },
    evidence: { body: evidence(n) },
    steps: [
      { name: 'connect', kind: 'reach', outcome: 'pass', ms: connect },
      { name: 'status', kind: 'read', outcome: 'fail', ms: firstByte, expected: '200', got: '503' },
    ],
  };
}

/** What the kind `http` measures, as it is kept of a run (src/core/judge/kept-measured.ts). */
function measuredOf(n: number, ms: number, status: number): object {
  const text = '{"status":"ok","database":"up","queue":0}';
  const body = { kind: 'whole', sha256: sha256(`body ${n % probes}`), length: text.length, text };
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': '41',
    connection: 'close',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    server: 'nginx/1.24.0',
  };
  const chain = [
    { subject: `CN=service-${n % probes}.example`, notAfter: START_AT + 40 * DAY_MS },
    { subject: 'CN=Example Issuing CA 3, O=Example', notAfter: START_AT + 900 * DAY_MS },
  ];
  const phases = ['connect', 'tls', 'firstByte', 'transfer'];
  const address = `10.2.${(n % probes) % 200}.4`;
  const asked = { address, asked: true, ms, phases, httpVersion: '1.1', status, headers, body };
  return { attempts: [{ ...asked, redirects: [], chain }], omitted: ['/attempts/0/headers/date'] };
}

function throwing(index: number): never {
  throw new RangeError(`there is no probe ${index}`);
}

function factsOf(index: number): Readonly<Record<string, string | number | readonly string[]>> {
  return {
    addresses: [`10.2.${index % 200}.4`, `10.3.${index % 200}.4`],
    issuer: 'CN=Example Issuing CA 3, O=Example',
    notAfter: START_AT + 40 * DAY_MS,
    serial: sha256(`serial ${index}`).slice(0, 32),
    spki: `sha256/${sha256(`key ${index}`).slice(0, 43)}`,
  };
}

/** Two kilobytes, a quarter of them never seen before: a page of HTML with a trace in it. */
function evidence(n: number): string {
  const unique = [1, 2, 3, 4, 5, 6, 7, 8].map((part) => sha256(`${n} ${part}`)).join(' ');
  return `<html><head><title>503</title></head><body>${'<p>upstream connect error or disconnect</p>'.repeat(35)}${unique}</body></html>`;
}

function probeId(index: number): ProbeId {
  return `service-${index}/ready` as ProbeId;
}

function sha256(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256;
}

/** 0 … 1, the same every time. */
function noise(n: number, salt: number): number {
  let x = Math.imul(n, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function perSecond(count: number, ms: number): string {
  return Math.round((count * 1000) / ms).toLocaleString('en');
}

function firstAndMedian(ms: readonly number[]): string {
  return `${(ms[0] ?? 0).toFixed(1)} / ${quantile(ms.slice(1), 0.5)}`;
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2);
}

function print(name: string, value: string): void {
  console.log(`${name.padEnd(52)} ${value}`);
}
