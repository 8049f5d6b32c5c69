import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A real server of the system that runs as a child. Disposing it ends it, by its process id, and waits. */
export interface ChildProgram extends AsyncDisposable {
  /** What it has said on both outputs, for a test that has to tell why it did not start. */
  readonly said: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** How a program is started. */
export interface ChildProgramOptions {
  readonly args: readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Asked again and again, each time after it has answered, until it says yes. */
  readonly isReady: () => Promise<boolean>;
}

const MAX_SAID = 20_000;

/** Starts a program; resolves when it is ready, rejects with what it said when it ends before. */
export async function startProgram(program: string, options: ChildProgramOptions): Promise<ChildProgram> {
  const child = spawn(program, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options.user,
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', ...options.env },
  });
  let said = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => {
      if (said.length < MAX_SAID) said += chunk.toString();
    });
  }
  const ended = once(child, 'close');
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  while (!(await options.isReady())) {
    if (over()) throw new Error(`${program} ended before it was ready: ${said}`);
    // What is not there yet refuses at once: leave it the processor for a moment.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    said: () => said,
    signal: (name) => void child.kill(name),
    ended: ended.then(() => undefined),
    async [Symbol.asyncDispose]() {
      if (!over()) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A folder that everybody may look into and that disposing removes. */
export async function temporaryFolder(name: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), `tocsin-${name}-`));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Databases refuse to run as root: as root they run as the user that their package made, else as ourselves. */
export function serviceUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${name}`);
  return { uid: Number(uid), gid: Number(gid) };
}
