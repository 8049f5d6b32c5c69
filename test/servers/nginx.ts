import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startProgram, temporaryFolder } from './child-program.ts';
import { programPath } from './programs.ts';

/** A real nginx on loopback whose configuration can be exchanged while it runs. */
export interface Nginx extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Takes other locations; resolves when it answers by them. */
  readonly serve: (locations: string) => Promise<void>;
}

/** Starts one with these `location` blocks, on a free port of 127.0.0.1. */
export async function startNginx(locations: string): Promise<Nginx> {
  const program = programPath('nginx');
  if (program === undefined) throw new Error('nginx is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('nginx')).path;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'nginx.conf');
  let generation = 0;
  const write = (blocks: string): Promise<void> =>
    writeFile(file, configuration({ folder, port, blocks, generation: ++generation }));
  const isServing = async (): Promise<boolean> => {
    const answer = await fetch(`${url}/generation`).catch(() => undefined);
    return (await answer?.text()) === String(generation);
  };
  await write(locations);
  const args = ['-p', folder, '-c', file, '-e', join(folder, 'error.log')];
  const child = stack.use(await startProgram(program, { args, isReady: isServing }));
  const owned = stack.move();
  return {
    port,
    url,
    serve: async (blocks) => {
      await write(blocks);
      child.signal('SIGHUP');
      while (!(await isServing())) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    [Symbol.asyncDispose]: async () => {
      // Its worker is not ours to know: only the master can end it.
      child.signal('SIGTERM');
      await child.ended;
      await owned.disposeAsync();
    },
  };
}

/** One worker, nothing kept, no connection kept alive, so that a change counts from the next request on. */
function configuration(c: { folder: string; port: number; blocks: string; generation: number }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off; worker_processes 1; pid ${c.folder}/pid;
events {}
http {
  access_log off; keepalive_timeout 0;
  ${temporary.map((each) => `${each}_temp_path ${c.folder}/${each};`).join(' ')}
  server {
    listen 127.0.0.1:${c.port};
    location = /generation { return 200 "${c.generation}"; }
    ${c.blocks}
  }
}
`;
}
