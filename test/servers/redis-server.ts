import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { certificateFor } from './certificates.ts';
import { freePort, startProgram, temporaryFolder, type ChildProgram } from './child-program.ts';
import { programPath } from './programs.ts';

/** A real Redis on loopback that keeps nothing. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** Speaks TLS, with a certificate for 127.0.0.1 by the authority `ca`. */
  readonly tlsPort: number;
  readonly ca: string;
  /** Its own folder: a dump lies there, if any. */
  readonly folder: string;
  /** Sends a command as a person types it; the first line of the reply. */
  readonly say: (command: string) => Promise<string>;
  /** Kills it. */
  readonly crash: () => Promise<void>;
  /** Starts it again where it was, with what it kept. */
  readonly comeBack: () => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
}

/** Starts one with these settings, as `redis-server` takes them: `--requirepass secret`. */
export async function startRedis(settings: readonly string[] = [], dump?: Buffer): Promise<RedisServer> {
  const program = programPath('redis-server');
  if (program === undefined) throw new Error('redis-server is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('redis')).path;
  const certificate = certificateFor();
  await writeFile(join(folder, 'server.crt'), certificate.chain);
  await writeFile(join(folder, 'server.key'), certificate.key);
  if (dump !== undefined) await writeFile(join(folder, 'dump.rdb'), dump);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const say = (command: string): Promise<string> => firstLine(port, command);
  const own = [
    `--port ${port} --bind 127.0.0.1 --dir ${folder} --appendonly no --enable-debug-command yes`,
    `--tls-port ${tlsPort} --tls-auth-clients no`,
    `--tls-cert-file ${join(folder, 'server.crt')} --tls-key-file ${join(folder, 'server.key')}`,
  ].flatMap((line) => line.split(' '));
  const start = (): Promise<ChildProgram> =>
    startProgram(program, {
      args: [...own, ...(settings.includes('--save') ? [] : ['--save', '']), ...settings],
      isReady: () =>
        say('PING').then(
          () => true,
          () => false,
        ),
    });
  let child = await start();
  stack.defer(() => child[Symbol.asyncDispose]());
  const owned = stack.move();
  return {
    port,
    tlsPort,
    ca: certificate.ca,
    folder,
    say,
    crash: async () => child[Symbol.asyncDispose](),
    comeBack: async () => {
      child = await start();
    },
    signal: (name) => child.signal(name),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function firstLine(port: number, command: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\n`);
    let said = '';
    while (!said.includes('\r\n')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      said += chunk.toString();
    }
    return said.slice(0, said.indexOf('\r\n'));
  } finally {
    socket.destroy();
  }
}
