import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Notification } from '../../src/model/notification.ts';
import { startHttpReceiver } from './http-receiver.ts';
import type { HttpReceiver } from './http-receiver.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Tocsin itself, as an operator runs it: a process of its own with a folder of its own. */
export interface RunningDaemon extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  /** Every message that its webhook received, in order of arrival, the same message once. */
  readonly messages: () => readonly (Notification & { readonly receivedAt: number })[];
  /** Resolves with the first message that satisfies; rejects when the daemon ends before. */
  readonly message: (
    wanted: (message: Notification) => boolean,
  ) => Promise<Notification & { readonly receivedAt: number }>;
  /** Resolves when /readyz says so. */
  readonly ready: () => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
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
export async function startTocsin(yaml: string, files: Readonly<Record<string, string>> = {}): Promise<RunningDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-acceptance-'));
  await mkdir(join(folder, 'config'));
  const receiver = await startHttpReceiver({ kind: 'answer', status: 200 });
  const write = (text: string): Promise<void> =>
    writeFile(join(folder, 'config', 'tocsin.yaml'), text.replaceAll('HOOK_URL', `${receiver.url}/hook`));
  await write(yaml);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'config', name), text);
  const port = await freePort();
  const log: string[] = [];
  const start = (): ReturnType<typeof spawn> => {
    const child = spawn(
      process.execPath,
      [
        MAIN,
        'run',
        '--config',
        join(folder, 'config'),
        '--data',
        join(folder, 'data'),
        '--listen',
        `127.0.0.1:${String(port)}`,
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
  const url = `http://127.0.0.1:${String(port)}`;
  const arrived = stamped(receiver);
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
    messages: () => arrived.messages,
    message: async (wanted) => {
      for (;;) {
        const found = arrived.messages.find(wanted);
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw failed();
        await Promise.race([arrived.next(), ended]);
      }
    },
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

/** Messages with their time of arrival; a repeated delivery of the same message counts once. */
function stamped(receiver: HttpReceiver): {
  readonly messages: readonly (Notification & { receivedAt: number })[];
  readonly next: () => Promise<void>;
} {
  const messages: (Notification & { receivedAt: number })[] = [];
  const seen = new Set<string>();
  let waiting = new Set<() => void>();
  const pump = async (): Promise<void> => {
    for (let read = 0; ;) {
      await receiver.nextRequest();
      for (; read < receiver.requests.length; read++) {
        const body = JSON.parse(receiver.requests[read]?.body ?? 'null') as Notification;
        const key = `${body.incident?.id ?? ''} ${String(body.sequence)}`;
        if (!seen.has(key)) messages.push({ ...body, receivedAt: Date.now() });
        seen.add(key);
      }
      for (const wake of waiting) wake();
      waiting = new Set();
    }
  };
  void pump();
  return { messages, next: () => new Promise<void>((wake) => waiting.add(wake)) };
}

async function freePort(): Promise<number> {
  const receiver = await startHttpReceiver({ kind: 'drop' });
  const { port } = new URL(receiver.url);
  await receiver[Symbol.asyncDispose]();
  return Number(port);
}
