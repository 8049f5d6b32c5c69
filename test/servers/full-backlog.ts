import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A port where packets of new connections are dropped, as behind a firewall that says nothing. */
export interface FullBacklog extends AsyncDisposable {
  readonly port: number;
}

/** What Linux lets wait to be accepted is one more than the backlog says. */
const BACKLOG = 1;
const LISTEN = `
  const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: ${BACKLOG} }, () =>
    process.stdout.write(String(server.address().port)));
`;

/**
 * Starts a listener, stops it (SIGSTOP) so that it accepts nobody, and fills its queue: Linux then drops every SYN
 * that comes (`tcp_conn_request`), without any right that a test may lack.
 */
export async function fullBacklog(): Promise<FullBacklog> {
  const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(said.toString());
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  for (let each = 0; each <= BACKLOG; each++) {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    waiting.push(socket);
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGKILL');
      await ended;
    },
  };
}
