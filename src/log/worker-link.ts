import { Worker } from 'node:worker_threads';
import { LogError } from '../ports/log.ts';
import type { Calls } from './calls.ts';
import type { Request, Response } from './serve.ts';

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: LogError) => void;
  readonly timer: NodeJS.Timeout | null;
}

/** How long a call may take, and how much of it may wait. */
export interface CallOptions {
  /** Rejects with `busy` after so long; without it the call waits for as long as the worker lives. */
  readonly timeoutMs?: number;
}

/**
 * Calls into one worker thread, answered in order. When the worker dies, by an error or by anything else,
 * all that waits and all that comes later rejects with `io`.
 */
export class WorkerLink<C extends Calls> {
  readonly #worker: Worker;
  readonly #what: string;
  readonly #maxPending: number;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #dead: LogError | null = null;

  /** `file` is the worker's start beside `base`, without its extension: `.ts` in a checkout, `.js` when built. */
  constructor(file: string, base: string, what: string, maxPending: number) {
    this.#what = what;
    this.#maxPending = maxPending;
    const extension = base.endsWith('.ts') ? '.ts' : '.js';
    this.#worker = new Worker(new URL(file + extension, base), {
      name: what,
      // V8 would take 128 MiB of young space for each thread on a large machine, and keep it.
      resourceLimits: { maxYoungGenerationSizeMb: 24 },
    });
    this.#worker.on('message', (response: Response) => this.#settle(response));
    this.#worker.on('error', (error) => this.#die(`${what} failed: ${String(error)}`, error));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    this.#worker.on('exit', (code) => {
      this.#die(`${what} ended with exit code ${code}`);
      resolve();
    });
  }

  /** Asks the worker. Rejects with LogError: the worker's own, `busy` when too much waits, `io` when it is gone. */
  call<Name extends keyof C & string>(
    name: Name,
    ask: C[Name]['ask'],
    { timeoutMs }: CallOptions = {},
  ): Promise<C[Name]['answer']> {
    if (this.#dead) return Promise.reject(new LogError('io', this.#dead.message, { cause: this.#dead }));
    if (this.#pending.size >= this.#maxPending) {
      return Promise.reject(new LogError('busy', `${this.#what} has ${this.#pending.size} calls waiting`));
    }
    const id = this.#nextId++;
    const request: Request = { id, name, ask };
    return new Promise<unknown>((resolve, reject) => {
      const timer = timeoutMs === undefined ? null : setTimeout(() => this.#expire(id, name, timeoutMs), timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#worker.postMessage(request);
    });
  }

  /** Ends the worker after what it was asked so far. */
  async close(): Promise<void> {
    if (this.#dead === null) await this.call('close', null);
    await this.#exited;
  }

  /** Ends the worker at once. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.#exited;
  }

  #settle(response: Response): void {
    const pending = this.#take(response.id);
    if (!pending) return;
    if ('failure' in response) pending.reject(new LogError(response.failure.code, response.failure.message));
    else pending.resolve(response.answer);
  }

  #expire(id: number, name: string, timeoutMs: number): void {
    this.#take(id)?.reject(new LogError('busy', `${this.#what} has not answered ${name} within ${timeoutMs} ms`));
  }

  #die(message: string, cause?: unknown): void {
    this.#dead ??= new LogError('io', message, { cause });
    for (const id of this.#pending.keys()) this.#take(id)?.reject(new LogError('io', message, { cause }));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending?.timer) clearTimeout(pending.timer);
    return pending;
  }
}
