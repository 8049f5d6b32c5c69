import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startProgram, temporaryFolder } from './child-program.ts';
import { programPath } from './programs.ts';

/** A real Prometheus on loopback. */
export interface Prometheus extends AsyncDisposable {
  readonly url: string;
}

/** Starts one that knows nothing but what a query makes up. With `web`, as its web configuration file says. */
export async function startPrometheus(web = '{}'): Promise<Prometheus> {
  const program = programPath('prometheus');
  if (program === undefined) throw new Error('prometheus is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('prometheus'));
  const port = await freePort();
  await mkdir(join(folder.path, 'data'));
  await writeFile(join(folder.path, 'prometheus.yml'), 'scrape_configs: []\n');
  await writeFile(join(folder.path, 'web.yml'), web);
  const url = `http://127.0.0.1:${port}`;
  stack.use(
    await startProgram(program, {
      args: [
        `--config.file=${join(folder.path, 'prometheus.yml')}`,
        `--web.config.file=${join(folder.path, 'web.yml')}`,
        `--storage.tsdb.path=${join(folder.path, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      isReady: () =>
        fetch(`${url}/-/ready`, { headers: { connection: 'close' } }).then(
          async (answer) => {
            await answer.text();
            return answer.status === 200 || answer.status === 401;
          },
          () => false,
        ),
    }),
  );
  const owned = stack.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
