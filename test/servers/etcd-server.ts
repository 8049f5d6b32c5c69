import { join } from 'node:path';
import { freePort, startProgram, temporaryFolder } from './child-program.ts';
import { programPath } from './programs.ts';

/** A real etcd of one member on loopback. */
export interface EtcdServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** One call of the JSON gateway. */
  readonly call: (path: string, body: object, token?: string) => Promise<Readonly<Record<string, unknown>>>;
  /** Stops it where it stands, and lets it go on. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** Starts one, with further arguments of `etcd`. */
export async function startEtcd(args: readonly string[] = []): Promise<EtcdServer> {
  const program = programPath('etcd');
  if (program === undefined) throw new Error('etcd is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('etcd'));
  const [port, peerPort] = [await freePort(), await freePort()];
  const [url, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const own = [
    `--data-dir ${join(folder.path, 'data')} --log-level error`,
    `--listen-client-urls ${url} --advertise-client-urls ${url}`,
    `--listen-peer-urls ${peerUrl} --initial-advertise-peer-urls ${peerUrl} --initial-cluster default=${peerUrl}`,
  ].flatMap((line) => line.split(' '));
  const child = stack.use(
    await startProgram(program, {
      args: [...own, ...args],
      isReady: () =>
        fetch(`${url}/health`, { headers: { connection: 'close' } }).then(
          async (answer) => (await answer.text()).includes('true'),
          () => false,
        ),
    }),
  );
  const owned = stack.move();
  return {
    url,
    port,
    async call(path, body, token) {
      const headers = { connection: 'close', ...(token !== undefined && { authorization: token }) };
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Readonly<Record<string, unknown>>;
    },
    freeze: () => child.signal('SIGSTOP'),
    thaw: () => child.signal('SIGCONT'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Base64, as keys and values travel. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
