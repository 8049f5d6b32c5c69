import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** How a hostile server treats whoever connects. */
export type Hostility =
  /** Accepts and says nothing. */
  | 'silent'
  /** Begins an HTTP answer and goes on byte by byte, for ever. */
  | 'drips'
  /** An HTTP answer whose body does not end, as fast as it is taken. */
  | 'body bomb'
  /** An HTTP answer whose headers do not end, as fast as they are taken. */
  | 'header bomb'
  /** An HTTP answer whose headers do not end, one now and then. */
  | 'slow header bomb'
  /** Bytes that belong to no protocol, then the end. */
  | 'garbage'
  /** Accepts, and resets the connection when something comes. */
  | 'resets';

/** A server that means no good, on one loopback port for TCP; what comes by UDP there is heard and not answered. */
export interface HostileServer extends AsyncDisposable {
  readonly at: string;
  readonly port: number;
  /** Resolves when somebody has connected, or sent a datagram. */
  readonly touched: Promise<void>;
}

const DRIP_MS = 5;

/** Starts one on a free port of 127.0.0.1. */
export async function hostileServer(hostility: Hostility): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const stop = mistreat(socket, hostility);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        stop();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const datagrams = createSocket('udp4');
  datagrams.bind(port, '127.0.0.1');
  await once(datagrams, 'listening');
  const touched = Promise.race([once(server, 'connection'), once(datagrams, 'message')]).then(() => undefined);
  touched.catch(() => undefined);
  return {
    at: `127.0.0.1:${port}`,
    port,
    touched,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      datagrams.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Begins to; gives the function that stops it. */
function mistreat(socket: Socket, hostility: Hostility): () => void {
  switch (hostility) {
    case 'silent':
      socket.resume();
      return () => undefined;
    case 'resets':
      socket.on('data', () => socket.resetAndDestroy());
      return () => undefined;
    case 'garbage':
      socket.end(Buffer.alloc(512, 0xa5));
      return () => undefined;
    case 'drips':
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      return repeat(DRIP_MS, () => socket.write('.'));
    case 'slow header bomb':
      socket.write('HTTP/1.1 200 OK\r\n');
      return repeat(DRIP_MS, () => socket.write('x-more: more\r\n'));
    case 'body bomb':
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      return pour(socket, Buffer.alloc(16_384, '.'));
    case 'header bomb':
      socket.write('HTTP/1.1 200 OK\r\n');
      return pour(socket, Buffer.from('x-more: more\r\n'.repeat(100)));
  }
}

function repeat(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

function pour(socket: Socket, chunk: Buffer): () => void {
  const more = (): void => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
  return () => socket.off('drain', more);
}
