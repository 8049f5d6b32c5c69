/**
 * What `tocsin check` costs, cold start included: processor time (user and system, of the whole process) and time on
 * the wall, medians over the rounds.
 *
 *   npm run build && node bench/check.ts [--services 1000] [--rounds 5] [--keep FOLDER]
 *
 * The configuration: `--services` services in 40 team files, each with two capabilities, three needs of which one is
 * cached, an HTTP probe and two ways out. It runs the built package where there is one, else the sources. `--keep`
 * writes the configuration to a folder and leaves it there, to be profiled.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { line, median, rounded, verdict } from './rig/figures.ts';
import { endedChildrenCpuMs } from './rig/process-figures.ts';
import { temporaryFolder } from './rig/temporary-folder.ts';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    keep: { type: 'string' },
  },
});
const TEAMS = 40;
const ROOT_FILE = `channels: { oncall: { kind: webhook, url: https://hooks.example/oncall } }
routes: [{ page: [oncall], ticket: [oncall] }]
`;
const GOAL_S = 2;
const LIMIT_MS = 60_000;
const services = Number(values.services);
const rounds = Number(values.rounds);

await using temporary = await temporaryFolder();
const folder = values.keep === undefined ? temporary.path : resolve(values.keep);
const large = join(folder, 'large');
const small = join(folder, 'small');
await writeConfiguration(large, services);
await writeConfiguration(small, 2);

const root = join(import.meta.dirname, '..');
const isBuilt = existsSync(join(root, 'dist', 'cli', 'main.js'));
const program = isBuilt ? [join(root, 'bin', 'tocsin.cjs')] : [join(root, 'src', 'cli', 'main.ts')];
console.log(
  `node ${process.version}, ${isBuilt ? 'the built package' : 'the sources'}, load ${rounded(loadavg()[0] ?? Number.NaN)}`,
);

await measured('node -e 0', ['-e', '0']);
await measured('check of 2 services', [...program, 'check', small, '--json']);
const check = await measured(`check of ${services} services`, [...program, 'check', large, '--json']);
verdict(`check of ${services} services, processor time`, check.cpuS, GOAL_S, 's');

interface Figures {
  readonly cpuS: number;
  readonly wallS: number;
}

/** A first run, which may fill the cache of compiled code, is not counted. */
async function measured(what: string, args: readonly string[]): Promise<Figures> {
  const figures: Figures[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const beforeMs = await endedChildrenCpuMs();
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--max-semi-space-size=8', ...args], { stdio: 'ignore', timeout: LIMIT_MS });
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal !== null) throw new Error(`${what}: ended by ${signal} after ${LIMIT_MS} ms`);
    if (round > 0)
      figures.push({
        cpuS: ((await endedChildrenCpuMs()) - beforeMs) / 1000,
        wallS: (performance.now() - startedAt) / 1000,
      });
  }
  const of = (key: keyof Figures): number => median(figures.map((each) => each[key]));
  const result = { cpuS: of('cpuS'), wallS: of('wallS') };
  line(what, `${rounded(result.cpuS)} s processor, ${rounded(result.wallS)} s wall`);
  return result;
}

async function writeConfiguration(to: string, count: number): Promise<void> {
  await mkdir(join(to, 'teams'), { recursive: true });
  await writeFile(join(to, 'tocsin.yaml'), ROOT_FILE);
  const perTeam = Math.ceil(count / TEAMS);
  for (let team = 0; team * perTeam < count; team += 1) {
    const numbers = Array.from({ length: Math.min(perTeam, count - team * perTeam) }, (_, i) => team * perTeam + i);
    const text = `owner: team-${team}\nservices:\n${numbers.map(service).join('')}`;
    await writeFile(join(to, 'teams', `team-${team}.yaml`), text);
  }
}

/** As a person writes one; it needs such as were declared before it, so that there are no circles. */
function service(n: number): string {
  const needs =
    n < 2
      ? ''
      : `
        needs:
          - service-${Math.floor(n / 2)}.read
          - { cached: service-${Math.floor(n / 3)}.write, ttl: 10m }`;
  return `  service-${n}:
    title: Service number ${n}
    tier: ${1 + (n % 3)}
    runbook: https://wiki.example/service-${n}
    detectWithin: 5m
    capabilities:
      read:
        down: readers of ${n} wait${needs}
      write:
        needs: [service-${n}.read]
    probes:
      health:
        kind: http
        url: https://service-${n}.example/health
        every: 30s
        timeout: 5s
        expect: { status: 200, contains: ok }
        proves: { reach: [read, write] }
    recovery:
      - name: redeploy ${n}
        needs: [service-${Math.floor(n / 5)}.write]
      - name: by hand ${n}
        breakGlass: true
        drilled: 2026-09-01
`;
}
