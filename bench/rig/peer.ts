import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_MS = 10_000;

/** A program of the system at work for a bench. Disposing of it ends it. */
export interface Peer extends AsyncDisposable {
  readonly pid: number;
}

/** Where a program of the system lies; throws where it is not installed. Debian keeps daemons in sbin. */
export function programPath(name: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined) throw new Error(`looked for ${name}: not installed`);
  return found;
}

/** The first version number that a program says of itself. */
export function versionOf(name: string, flag: string): string {
  const { stdout, stderr } = spawnSync(programPath(name), [flag], { encoding: 'utf8' });
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? 'of an unknown version';
}

/** Starts a program that stays in the foreground, and waits until it listens on loopback at `port`. */
export async function startPeer(
  command: readonly [string, ...string[]],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Peer> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)));
  const { pid } = child;
  const until = performance.now() + START_MS;
  while (!(await listens(port))) {
    if (pid === undefined || child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`started ${program}: it does not listen at ${port}: ${said}`);
    }
    await delay(20);
  }
  if (pid === undefined) throw new Error(`started ${program}: no process`);
  return {
    pid,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port of loopback that nobody holds now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('asked for a free port: got none');
  return address.port;
}

/** Puts a command on one processor core, where taskset (util-linux) is there to do it. */
export function onCore(core: number, command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return spawnSync('taskset', ['--version']).status === 0 ? ['taskset', '-c', String(core), ...command] : command;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
