import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './programs.ts';

/** A real dnsmasq that answers from a hosts file which can be rewritten while it runs. */
export interface Dnsmasq extends AsyncDisposable {
  /** `address:port` */
  readonly address: string;
  /** Rewrites all names, and forgets those that are not among them. Resolves when it answers so. */
  readonly point: (names: Readonly<Record<string, string>>) => Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startDnsmasq(names: Readonly<Record<string, string>>): Promise<Dnsmasq> {
  const program = programPath('dnsmasq');
  if (program === undefined) throw new Error('dnsmasq is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-dnsmasq-'));
  const hosts = join(folder, 'hosts');
  // dnsmasq looks at the folder with the rights it drops to.
  await mkdir(hosts);
  await chmod(folder, 0o755);
  await chmod(hosts, 0o755);
  const write = async (all: Readonly<Record<string, string>>): Promise<void> => {
    await writeFile(
      join(hosts, 'world'),
      Object.entries(all)
        .map(([name, address]) => `${address} ${name}\n`)
        .join(''),
      { mode: 0o644 },
    );
  };
  await write(names);
  const port = await freeUdpPort();
  const child = spawn(
    program,
    [
      '--keep-in-foreground',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      '--listen-address=127.0.0.1',
      `--port=${String(port)}`,
      `--hostsdir=${hosts}`,
      '--local=/test/',
      '--local-ttl=0',
      '--user=root',
      '--pid-file=',
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  let known = names;
  const answers = async (all: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, address] of Object.entries(all)) await untilAnswered(port, name, address);
  };
  await answers(names);
  return {
    address: `127.0.0.1:${String(port)}`,
    point: async (all) => {
      const gone = Object.keys(known).filter((name) => !(name in all));
      known = all;
      await write(all);
      // It sees by itself what was added to the file; what left it, only when told to read all anew.
      if (gone.length > 0) child.kill('SIGHUP');
      await answers(all);
      for (const name of gone) await untilForgotten(port, name);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until the answer is this one; each try waits for its answer, and the test's own deadline ends it. */
async function untilAnswered(port: number, name: string, address: string): Promise<void> {
  while (!(await addressesOf(port, name)).includes(address));
}

async function addressesOf(port: number, name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`127.0.0.1:${String(port)}`]);
  return resolver.resolve4(name).catch((): string[] => []);
}

async function untilForgotten(port: number, name: string): Promise<void> {
  while ((await addressesOf(port, name)).length > 0);
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
