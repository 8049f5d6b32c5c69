import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startProgram, temporaryFolder } from './child-program.ts';
import { programPath } from './programs.ts';

/** An alert as Alertmanager's API shows it. */
export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

/** A real Alertmanager on loopback, alone. */
export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** Its active alerts, ended ones not among them. */
  readonly alerts: () => Promise<readonly ShownAlert[]>;
}

/** Starts one that tells nobody. */
export async function startAlertmanager(): Promise<Alertmanager> {
  const program = programPath('prometheus-alertmanager');
  if (program === undefined) throw new Error('prometheus-alertmanager is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('alertmanager'));
  const port = await freePort();
  const config = join(folder.path, 'alertmanager.yml');
  await writeFile(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  const url = `http://127.0.0.1:${port}`;
  stack.use(
    await startProgram(program, {
      args: [
        `--config.file=${config}`,
        `--storage.path=${folder.path}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
      isReady: () =>
        get(`${url}/-/ready`).then(
          () => true,
          () => false,
        ),
    }),
  );
  const owned = stack.move();
  return {
    url,
    alerts: async () => JSON.parse(await get(`${url}/api/v2/alerts`)) as readonly ShownAlert[],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function get(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return text;
}
