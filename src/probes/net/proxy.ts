import { isIP, type Socket } from 'node:net';
import { Client } from 'undici';
import type { RunContext } from '../../ports/probe-kind.ts';
import { openConnection, secure, type Connection, type ConnectTarget } from './connection.ts';
import { onAbort } from './deadline.ts';
import { handOver } from './send-request.ts';
import { stoppedByError, stoppedBySignal, type Stopped } from './stopped.ts';
import { hostOf, portOf } from './urls.ts';

/**
 * A connection through a plain HTTP proxy: for https a CONNECT tunnel (RFC 9110 §9.3.6) with TLS inside it,
 * for http the bare connection to the proxy. The guard sees the proxy's address, and the target's where the
 * URL holds a literal one: a name behind a proxy is resolved there and cannot be seen.
 */
export async function connectThroughProxy(
  proxy: Pick<ConnectTarget, 'address' | 'port' | 'host'>,
  url: URL,
  offer: Pick<ConnectTarget, 'tls' | 'alpn'>,
  context: RunContext,
): Promise<Connection> {
  const { tls, alpn } = offer;
  const target = { host: hostOf(url), port: portOf(url), address: hostOf(url), alpn };
  if (isIP(target.host) !== 0) {
    const verdict = context.guard(target.host, target.port);
    if (!verdict.allowed) {
      const message = `connect to ${target.host} through a proxy: not allowed (${verdict.reason})`;
      return { phases: {}, stopped: { at: 'guard', class: 'probe.misconfigured', message } };
    }
  }
  const opened = await openConnection(proxy, context);
  if (opened.socket === undefined || tls === undefined) return opened;
  const refused = await openTunnel(opened.socket, proxy, target, context);
  if (refused.socket === undefined) {
    opened.socket.destroy();
    return { phases: opened.phases, stopped: refused.stopped };
  }
  const secured = await secure(refused.socket, target, tls, context);
  return { ...secured, phases: { ...opened.phases, ...secured.phases } };
}

type Tunnel = { readonly socket: Socket } | { readonly socket?: undefined; readonly stopped: Stopped };

function openTunnel(
  socket: Socket,
  proxy: Pick<ConnectTarget, 'host' | 'port'>,
  target: { readonly host: string; readonly port: number },
  context: RunContext,
): Promise<Tunnel> {
  const authority = isIP(target.host) === 6 ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
  const subject = `CONNECT ${authority} through ${proxy.host}:${proxy.port}`;
  const { signal } = context;
  const client = new Client(`http://${isIP(proxy.host) === 6 ? `[${proxy.host}]` : proxy.host}:${proxy.port}`, {
    connect: handOver(socket),
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return new Promise((resolve) => {
    const settle = (tunnel: Tunnel) => {
      offAbort();
      if (tunnel.socket === undefined) void client.destroy();
      resolve(tunnel);
    };
    const offAbort = onAbort(signal, () => settle({ stopped: stoppedBySignal('proxy', subject, signal) }));
    client.connect({ path: authority }).then(
      ({ statusCode }) => {
        if (statusCode >= 200 && statusCode < 300) return settle({ socket });
        const message = `${subject}: the proxy answered ${statusCode}`;
        const failureClass = statusCode === 407 ? 'auth.unauthorized' : statusCode >= 500 ? 'http.5xx' : 'http.4xx';
        settle({ stopped: { at: 'proxy', class: failureClass, message } });
      },
      (error: unknown) => settle({ stopped: stoppedByError('proxy', subject, error) }),
    );
  });
}
