import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startHttpReceiver } from './http-receiver.ts';
import { receiveMessages } from './told.ts';
import type { Told } from './told.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Where a daemon runs that shall not see what we see. */
export interface DaemonPlace {
  /** Words before its own, by which it is put there. */
  readonly enter: readonly string[];
  /** Where its API listens, and where our webhook does. */
  readonly listen: string;
  readonly hook: string;
}

const HERE: DaemonPlace = { enter: [], listen: '127.0.0.1', hook: '127.0.0.1' };

/** Tocsin itself, as an operator runs it: a process of its own with a folder of its own. */
export interface RunningDaemon extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  /** Every message that its webhook received, in order of arrival, the same message once. */
  readonly messages: () => readonly Told[];
  /** Resolves with the first message that satisfies; rejects when the daemon ends before. */
  readonly message: (wanted: (message: Told) => boolean) => Promise<Told>;
  /** Resolves when /readyz says so. */
  readonly ready: () => Promise<void>;
  /** Ends it, and waits for its end. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Starts it again on the same folder. */
  readonly restart: () => Promise<void>;
  readonly output: () => string;
  /** Writes another configuration over the first. */
  readonly write: (yaml: string) => Promise<void>;
}

/**
 * Starts a daemon with this configuration (its files may be referred to by `${file:…}`) and a webhook channel
 * `hook` to a receiver of ours. The text may use HOOK_URL.
 */
export async function startTocsin(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
  place = HERE,
): Promise<RunningDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-acceptance-'));
  await mkdir(join(folder, 'config'));
  const receiver = await startHttpReceiver({ kind: 'answer', status: 200 }, undefined, place.hook);
  const write = (text: string): Promise<void> =>
    writeFile(join(folder, 'config', 'tocsin.yaml'), text.replaceAll('HOOK_URL', `${receiver.url}/hook`));
  await write(yaml);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'config', name), text);
  const port = await freePort();
  const log: string[] = [];
  const start = (): ReturnType<typeof spawn> => {
    const [program, ...words] = [...place.enter, process.execPath];
    const child = spawn(
      program,
      [
        ...words,
        MAIN,
        'run',
        '--config',
        join(folder, 'config'),
        '--data',
        join(folder, 'data'),
        '--listen',
        `${place.listen}:${String(port)}`,
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NO_COLOR: '1' },
      },
    );
    child.stdout?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    return child;
  };
  let child = start();
  let ended = once(child, 'exit');
  const url = `http://${place.listen}:${String(port)}`;
  const arrived = receiveMessages(receiver);
  const output = (): string => log.join('');
  const failed = (): Error =>
    new Error(`the daemon ended with ${String(child.exitCode ?? child.signalCode)}:\n${output().slice(-4000)}`);
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await ended;
  };
  return {
    folder,
    url,
    output,
    write,
    kill,
    signal: (name) => void child.kill(name),
    messages: () => arrived.messages,
    message: (wanted) =>
      Promise.race([
        arrived.message(wanted),
        ended.then(() => {
          throw failed();
        }),
      ]),
    ready: async () => {
      for (;;) {
        if (child.exitCode !== null || child.signalCode !== null) throw failed();
        const ok = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1000) }).then(
          (r) => r.ok,
          () => false,
        );
        if (ok) return;
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    restart: async () => {
      await kill('SIGKILL');
      child = start();
      ended = once(child, 'exit');
    },
    [Symbol.asyncDispose]: async () => {
      await kill('SIGTERM');
      await receiver[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const receiver = await startHttpReceiver({ kind: 'drop' });
  const { port } = new URL(receiver.url);
  await receiver[Symbol.asyncDispose]();
  return Number(port);
}
