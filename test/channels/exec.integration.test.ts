import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exec } from '../../src/channels/exec.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import { page, pageWith } from './samples/notifications.ts';

function run(
  code: string,
  given: { args?: string[]; env?: Record<string, string>; signal?: AbortSignal; message?: Notification } = {},
): Promise<Delivery> {
  const command = [process.execPath, '-e', code, '--', ...(given.args ?? [])];
  return runCommand(command, given);
}

function runCommand(
  command: string[],
  given: { env?: Record<string, string>; signal?: AbortSignal; message?: Notification } = {},
): Promise<Delivery> {
  const options = exec.schema.parse({ command, ...(given.env === undefined ? {} : { env: given.env }) });
  const signal = given.signal ?? AbortSignal.timeout(10_000);
  return exec.deliver(options, given.message ?? page, { signal, now: 0, idempotencyKey: 'key', thread: null });
}

test('a program gets the notification as JSON on its standard input', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'message');
  const code = `require('fs').writeFileSync(process.argv[1], require('fs').readFileSync(0))`;
  expect(await run(code, { args: [file] })).toMatchObject({ kind: 'delivered' });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(page);
});

test('a program sees nothing of the environment but what it is given', async () => {
  const delivery = await run('console.log(JSON.stringify(process.env))', { env: { BELL: 'loud' } });
  expect(delivery).toMatchObject({ kind: 'delivered' });
  const { detail = '' } = delivery as { detail?: string };
  expect(JSON.parse(detail)).toEqual({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    BELL: '<secret>',
    TOCSIN_EVENT: 'page',
    TOCSIN_INCIDENT: 'rekor-3',
  });
});

test('arguments are not words for a shell', async () => {
  const delivery = await run('console.log(process.argv[1])', { args: ['$(id) ; `id` && echo "x"'] });
  expect(delivery).toMatchObject({ kind: 'delivered', detail: '$(id) ; `id` && echo "x"' });
});

test.each([
  [0, 'delivered'],
  [75, 'retry'],
  [1, 'retry'],
  [69, 'retry'],
  [64, 'failed'],
  [77, 'failed'],
  [78, 'failed'],
  [127, 'failed'],
])('exit status %i means: %s', async (status, kind) => {
  expect((await run(`process.exit(${status})`)).kind).toBe(kind);
});

test('a program that does not exist fails for good', async () => {
  expect(await runCommand(['/nonexistent/bell'])).toMatchObject({
    kind: 'failed',
    error: expect.stringContaining('ENOENT'),
  });
});

test('a program that ends by a signal may be tried again', async () => {
  const delivery = await run(`process.kill(process.pid, 'SIGTERM')`);
  expect(delivery).toMatchObject({ kind: 'retry', error: expect.stringContaining('SIGTERM') });
});

test('a program need not read its input, however long', async () => {
  const message = pageWith({ title: 'long '.repeat(200_000) });
  expect(await run('process.exit(0)', { message })).toMatchObject({ kind: 'delivered' });
});

test('of a flood of output only the beginning is kept', async () => {
  const code = `process.stdout.write('tocsin '.repeat(1_000_000))`;
  const delivery = await run(code);
  expect(delivery).toMatchObject({ kind: 'delivered', detail: expect.stringMatching(/^tocsin tocsin .*…$/) });
  expect(JSON.stringify(delivery).length).toBeLessThan(400);
});

test('what a program says cannot play with the terminal that shows it', async () => {
  const delivery = await run(`process.stdout.write('a\\u001b[2Jb\\u202ec')`);
  expect(delivery).toMatchObject({ detail: 'a\\u{1b}[2Jb\\u{202e}c' });
});

test('at the deadline a program is killed with everything that it started', async () => {
  await using listener = await listen();
  const deadline = new AbortController();
  const delivery = run(familyOf(2, listener.port), { signal: deadline.signal });
  const members = await listener.connected(2);
  deadline.abort();
  expect(await delivery).toMatchObject({ kind: 'retry', error: expect.stringContaining('deadline') });
  await Promise.all(members.map((member) => member.closed));
});

test('what a program leaves running with its output open is ended, too', async () => {
  await using listener = await listen();
  // The parent ends as soon as its child is connected; the child inherits its output.
  const child = `const s = require('net').connect(${listener.port}, '127.0.0.1'); s.resume()`;
  const parent = `
    const { spawn } = require('child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
    const s = require('net').connect(${listener.port}, '127.0.0.1');
    s.on('data', () => process.exit(0));
  `;
  const delivery = run(parent);
  const members = await listener.connected(2);
  for (const { socket } of members) socket.write('end');
  expect(await delivery).toMatchObject({ kind: 'delivered' });
  await Promise.all(members.map((member) => member.closed));
});

test.each([
  ['no program', []],
  ['a relative path', ['./bell']],
  ['a NUL in an argument', ['/bin/true', 'a\0b']],
])('%s is refused when the configuration is read', (_what, command) => {
  expect(exec.schema.safeParse({ command }).success).toBe(false);
});

/** A program that starts the given number of generations, each of which connects to a port and stays. */
function familyOf(generations: number, port: number): string {
  const stay = `const s = require('net').connect(${port}, '127.0.0.1'); s.resume();`;
  const next =
    generations > 1
      ? `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(familyOf(generations - 1, port))}], { stdio: 'inherit' });`
      : '';
  return stay + next;
}

interface Member {
  readonly socket: Socket;
  /** Resolves when the other end is gone. */
  readonly closed: Promise<unknown>;
}

async function listen() {
  const members: Member[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    members.push({ socket, closed: once(socket, 'close') });
    server.emit('member');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connected: async (count: number): Promise<readonly Member[]> => {
      while (members.length < count) await once(server, 'member');
      return members;
    },
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of members) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'tocsin-exec-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
