import type { Socket } from 'node:net';
import type { RunContext } from '../../ports/probe-kind.ts';
import { onAbort } from './deadline.ts';
import { stoppedByError, stoppedBySignal, type Stopped } from './stopped.ts';

/** What was read, and why reading ended. */
export interface Received {
  readonly bytes: Buffer;
  readonly ended: 'enough' | 'closed' | 'full' | 'stopped';
  readonly stopped?: Stopped;
}

/**
 * Reads from a connection until `enough` says so, the peer closes, `maxBytes` have come, or time is up.
 * Bytes beyond `maxBytes` are dropped. The socket stays open and paused.
 */
export function readUntil(
  socket: Socket,
  subject: string,
  maxBytes: number,
  enough: (bytes: Buffer) => boolean,
  context: Pick<RunContext, 'signal'>,
): Promise<Received> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (received: Omit<Received, 'bytes'>) => {
      offAbort();
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError);
      socket.pause();
      resolve({ bytes, ...received });
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk.subarray(0, maxBytes - bytes.length)]);
      if (enough(bytes)) settle({ ended: 'enough' });
      else if (bytes.length >= maxBytes) settle({ ended: 'full' });
    };
    const onEnd = () => settle({ ended: 'closed' });
    const onError = (error: Error) => settle({ ended: 'stopped', stopped: stoppedByError('protocol', subject, error) });
    const offAbort = onAbort(context.signal, () =>
      settle({ ended: 'stopped', stopped: stoppedBySignal('protocol', subject, context.signal) }),
    );
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
    socket.resume();
  });
}
