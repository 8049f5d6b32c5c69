import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { certificateFor } from './certificates.ts';

/** Encrypts for a server of 127.0.0.1 that does not itself, as a proxy in front of it would. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
  /** PEM of the authority that issued its certificate, which is for 127.0.0.1 and `target.test`. */
  readonly ca: string;
}

/** Starts one on any free port of 127.0.0.1; `protocol` is what it agrees to by ALPN. */
export async function startTlsFront(backendPort: number, protocol = 'http/1.1'): Promise<TlsFront> {
  const { chain, key, ca } = certificateFor();
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('error', () => undefined).on('close', () => open.delete(socket));
  };
  const server = createServer({ cert: chain, key, ALPNProtocols: [protocol] }, (outer) => {
    const inner = keep(connect(backendPort, '127.0.0.1'));
    keep(outer).pipe(inner).pipe(outer);
    outer.on('close', () => inner.destroy());
    inner.on('close', () => outer.destroy());
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    ca,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
