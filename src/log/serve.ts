import { parentPort } from 'node:worker_threads';
import type { Calls } from './calls.ts';
import { toLogError, type Failure } from './failure.ts';

/** A call on its way to a worker. */
export interface Request {
  readonly id: number;
  readonly name: string;
  readonly ask: unknown;
}

/** A worker's answer, or why there is none. */
export type Response =
  { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly failure: Failure };

/** What a worker does for each call; what it throws becomes a LogError on the other side. */
export type Handlers<C extends Calls> = { readonly [Name in keyof C]: (ask: C[Name]['ask']) => C[Name]['answer'] };

/** Answers calls in this worker, one after another, in the order in which they came. */
export function serve<C extends Calls>(handlers: Handlers<C>): void {
  const port = parentPort;
  if (!port) throw new Error('this file is the start of a worker thread and nothing by itself');
  port.on('message', ({ id, name, ask }: Request) => {
    port.postMessage(respond(id, name, () => handlers[name]?.(ask)));
    if (name === 'close') port.close();
  });
}

function respond(id: number, name: string, handle: () => unknown): Response {
  try {
    return { id, answer: handle() };
  } catch (error) {
    const { code, message } = toLogError(error, `${name} in the log`);
    return { id, failure: { code, message } };
  }
}
