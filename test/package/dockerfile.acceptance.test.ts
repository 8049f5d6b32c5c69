import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followDockerfile, imageEnvironment, type FollowedImage } from '../../scripts/dockerfile-steps.ts';
import { checkout, runToEnd } from './package.ts';

/*
 * The image's steps, followed in an empty folder. Paths that the image has at `/` are below the folder here.
 */
describe('the image that the Dockerfile describes', () => {
  let scratch: string;
  let image: FollowedImage;
  const daemons: ChildProcess[] = [];

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'tocsin-image-'));
    image = followDockerfile(checkout, scratch);
  }, 240_000);
  afterAll(async () => {
    for (const daemon of daemons.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
    }
    await rm(scratch, { recursive: true, force: true });
  });

  test('runs its entry point with nothing but what was copied', async () => {
    const [node, ...rest] = inFolder(image.entrypoint, image.root);
    const ended = await runToEnd(node ?? '', [...rest, '--version'], {
      cwd: tmpdir(),
      env: imageEnvironment(process.env),
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('becomes healthy, writes only below /data, and ends by itself on SIGTERM', async () => {
    const port = await freePort();
    await mkdir(path.join(image.root, 'config'));
    await writeFile(path.join(image.root, 'config', 'tocsin.yaml'), smallConfiguration(port));

    const before = await filesOutsideData(image.root);

    const [node, ...options] = inFolder([...image.entrypoint, ...image.command], image.root);
    const listen = options.map((word) => (word === '0.0.0.0:9700' ? `127.0.0.1:${String(port)}` : word));
    const daemon = spawn(node ?? '', listen, {
      cwd: path.join(image.root, image.workdir),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: imageEnvironment(process.env),
    });
    daemons.push(daemon);
    const exit = once(daemon, 'exit');
    let said = '';
    daemon.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    daemon.stdout.resume();

    const healthy = inFolder(image.healthcheck, image.root).map((word) => word.replace('9700', String(port)));
    let health = { code: 1 as number | null };
    while (health.code !== 0 && daemon.exitCode === null) {
      health = await runToEnd(healthy[0] ?? '', healthy.slice(1), { cwd: tmpdir() });
    }
    expect({ health: health.code, daemon: daemon.exitCode }, said).toEqual({ health: 0, daemon: null });

    daemon.kill('SIGTERM');
    expect(await exit, said).toEqual([0, null]);
    expect(await filesOutsideData(image.root)).toEqual(before);
  });
});

/** A command of the image, its absolute paths below the folder that stands for `/`. */
function inFolder(command: readonly string[], root: string): string[] {
  return command.map((word) =>
    word.startsWith('/') ? path.join(root, word) : word === 'node' ? process.execPath : word,
  );
}

/** Every file that the image has beside its data and its packages, with when it was last written. */
async function filesOutsideData(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true });
  const kept = entries.filter((name) => !/^(?:data|app\/node_modules)(?:\/|$)/.test(name));
  return Promise.all(kept.map(async (name) => `${name} ${String((await stat(path.join(root, name))).mtimeMs)}`));
}

function smallConfiguration(port: number): string {
  return [
    `server: { listen: 127.0.0.1:${String(port)} }`,
    'channels: { log: { kind: exec, command: [/bin/true] } }',
    'services:',
    '  nobody: { probe: tcp://127.0.0.1:9 }',
    '',
  ].join('\n');
}

/** A port of loopback that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
