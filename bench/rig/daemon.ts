import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Ask } from './messages.ts';
import { onCore } from './peer.ts';

/** The whole daemon in a process of its own. Disposing of it stops it in order, and waits for that. */
export interface DaemonProcess extends AsyncDisposable {
  readonly pid: number;
  readonly dataFolder: string;
  /** Asks, and waits for the answer of that kind. Rejects when the process ends or takes longer than `withinMs`. */
  readonly ask: <Kind extends Answer['kind']>(
    ask: Ask,
    kind: Kind,
    withinMs: number,
  ) => Promise<Extract<Answer, { kind: Kind }>>;
}

/** One probe of the benches' configurations. */
export interface BenchProbe {
  readonly url: string;
  readonly every: string;
  readonly ca?: string;
}

export interface DaemonProcessOptions {
  readonly folder: string;
  readonly probes: readonly BenchProbe[];
  /** The processor core to run on; any where absent. */
  readonly core?: number;
  /** How long the first round may take. */
  readonly readyWithinMs?: number;
}

/** Starts the daemon with one service and probe for each of `probes`, and waits for its first round. */
export async function startDaemonProcess(options: DaemonProcessOptions): Promise<DaemonProcess> {
  const configuration = join(options.folder, 'tocsin.yaml');
  const dataFolder = join(options.folder, `data-${Date.now()}`);
  await writeFile(configuration, configurationOf(options.probes));
  const script = join(import.meta.dirname, 'daemon-process.ts');
  // `--cpu-prof` for example.
  const extra = (process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean);
  const command = [
    process.execPath,
    '--expose-gc',
    '--max-semi-space-size=8',
    ...extra,
    script,
    configuration,
    dataFolder,
  ] as const;
  const [program, ...args] = options.core === undefined ? command : onCore(options.core, command);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const answer = async (kind: Answer['kind'], withinMs: number): Promise<Answer> => {
    const signal = AbortSignal.timeout(withinMs);
    for (;;) {
      const [said] = (await Promise.race([
        once(child, 'message', { signal }),
        ended.then(() => Promise.reject(new Error('the daemon process ended by itself'))),
      ])) as [Answer];
      if (said.kind === kind) return said;
    }
  };
  await answer('ready', options.readyWithinMs ?? 60_000);
  return {
    pid: child.pid ?? 0,
    dataFolder,
    ask: (ask, kind, withinMs) => {
      child.send(ask);
      return answer(kind, withinMs) as never;
    },
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await ended;
    },
  };
}

function configurationOf(probes: readonly BenchProbe[]): string {
  const services = probes.map(({ url, every, ca }, index) => [
    `service-${index}`,
    {
      external: true,
      probes: { http: { kind: 'http', url, every, timeout: '5s', ...(ca === undefined ? {} : { tls: { ca } }) } },
    },
  ]);
  return JSON.stringify({
    server: { instance: 'bench', owner: 'bench' },
    channels: { screen: { kind: 'terminal' } },
    routes: [{ page: ['screen'] }],
    services: Object.fromEntries(services) as unknown,
  });
}
