import { WorldError } from './world-error.ts';

/**
 * A fixed number of workers and a bounded queue before them. Work beyond the queue is refused with a
 * `WorldError` of code `pool-full`; work whose caller has gone leaves the queue. It can be filled, as a
 * client that sends too much fills it: every worker is then busy until released.
 */
export class WorkerPool {
  readonly size: number;
  readonly #queueLimit: number;
  readonly #queue: (() => void)[] = [];
  #busy = 0;
  #filled: (() => void) | undefined;

  constructor(size: number, queueLimit: number) {
    this.size = size;
    this.#queueLimit = queueLimit;
  }

  /** How many workers are at work. */
  get busy(): number {
    return this.#busy;
  }

  /** How many callers wait for one. */
  get waiting(): number {
    return this.#queue.length;
  }

  get filled(): boolean {
    return this.#filled !== undefined;
  }

  /** Runs `task` on the next free worker. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#acquire(signal);
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  /**
   * Occupies every worker until `release`, each as soon as it is free. Callers already in the queue are
   * overtaken: whoever fills a pool came in a crowd before them.
   */
  fill(): void {
    if (this.#filled !== undefined) return;
    const released = Promise.withResolvers<void>();
    this.#filled = released.resolve;
    for (let worker = 0; worker < this.size; worker++) {
      const occupy = (): void => void released.promise.then(() => this.#release());
      if (this.#busy < this.size) {
        this.#busy += 1;
        occupy();
      } else this.#queue.unshift(occupy);
    }
  }

  /** Ends what `fill` began. */
  release(): void {
    this.#filled?.();
    this.#filled = undefined;
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#busy < this.size) {
      this.#busy += 1;
      return;
    }
    if (this.#queue.length >= this.#queueLimit)
      throw new WorldError('pool-full', `all ${this.size} workers are busy and ${this.#queueLimit} callers wait`);
    const turn = Promise.withResolvers<void>();
    this.#queue.push(turn.resolve);
    const leave = (): void => {
      const place = this.#queue.indexOf(turn.resolve);
      if (place < 0) return;
      this.#queue.splice(place, 1);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Hands the worker to the next in the queue, or sets it free. */
  #release(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#busy -= 1;
    else next();
  }
}
