/**
 * Runs benches one after the other, each in a process of its own and for a bounded time.
 *
 *   node bench/main.ts [name …] [--quick]
 *
 * Without names: all of them, about a quarter of an hour. `--quick` makes each of them short enough to see that
 * it works; its figures are for nobody's eyes. docs/performance.md says what they should come to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Bench {
  readonly what: string;
  readonly quick: readonly string[];
  readonly limitMs: number;
}

const MINUTE_MS = 60_000;
const QUICK = ['--quick'];
const BENCHES: Readonly<Record<string, Bench>> = {
  'probe-cpu': { what: 'CPU per probe beside blackbox_exporter', quick: QUICK, limitMs: 8 * MINUTE_MS },
  soak: { what: '1,000 probes every 10 s for five minutes', quick: QUICK, limitMs: 8 * MINUTE_MS },
  memory: { what: 'memory by number of probes', quick: QUICK, limitMs: 4 * MINUTE_MS },
  engine: { what: 'the reducer alone', quick: QUICK, limitMs: 3 * MINUTE_MS },
  state: { what: 'what the engine remembers weighs', quick: QUICK, limitMs: 3 * MINUTE_MS },
  replay: { what: 'the log, read and reduced', quick: QUICK, limitMs: 3 * MINUTE_MS },
  log: { what: 'the log alone', quick: ['--rows', '100000'], limitMs: 5 * MINUTE_MS },
  check: { what: '`tocsin check` of 1,000 services', quick: ['--rounds', '1'], limitMs: 5 * MINUTE_MS },
  scrape: { what: 'a scrape of /metrics', quick: ['--rounds', '3'], limitMs: 2 * MINUTE_MS },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } });
const unknown = positionals.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
const memoryGb = (totalmem() / 2 ** 30).toFixed(0);
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memoryGb} GiB`);
let failed = 0;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n== ${name}: ${bench.what}`);
  const args = [join(import.meta.dirname, `${name}.ts`), ...(values.quick === true ? bench.quick : [])];
  const child = spawn(process.execPath, args, { stdio: 'inherit', timeout: bench.limitMs, killSignal: 'SIGTERM' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code === 0) continue;
  failed++;
  if (signal !== null) console.log(`ended by ${signal}: it took longer than ${bench.limitMs / MINUTE_MS} min`);
}
process.exitCode = failed === 0 ? 0 : 1;
