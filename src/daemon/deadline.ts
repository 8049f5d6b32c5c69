import type { WakeUps } from './wake-ups.ts';

/** How something with a deadline ended. */
export type Ended<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'threw'; readonly thrown: unknown }
  /** It was told to end and did not: nobody waits for it any more. */
  | { readonly kind: 'abandoned' };

export interface Deadline {
  /** On the clock of `wakeUps`. */
  readonly dueMs: number;
  /** How long it may take to end once its signal has fired. */
  readonly graceMs: number;
  readonly wakeUps: WakeUps;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
  /** Called when something abandoned ends after all. */
  readonly late?: () => void;
}

/**
 * Runs `work` with a signal that fires at the deadline (or when `signal` does), and returns at the latest
 * `graceMs` after that, whether or not the work heeds it. Never rejects.
 */
export function withDeadline<Result>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Ended<Result>> {
  const { wakeUps, signal, graceMs } = deadline;
  return new Promise((resolve) => {
    const controller = new AbortController();
    let over = false;
    let wakeUp = wakeUps.at(deadline.dueMs, () => stop(new DOMException('the deadline passed', 'TimeoutError')));
    const stopEarly = (): void => stop(signal?.reason);
    const end = (ended: Ended<Result>): void => {
      if (over) return deadline.late?.();
      over = true;
      wakeUps.cancel(wakeUp);
      signal?.removeEventListener('abort', stopEarly);
      resolve(ended);
    };
    const stop = (reason: unknown): void => {
      wakeUps.cancel(wakeUp);
      signal?.removeEventListener('abort', stopEarly);
      wakeUp = wakeUps.at(wakeUps.now() + graceMs, () => end({ kind: 'abandoned' }));
      controller.abort(reason);
    };
    if (signal?.aborted === true) stopEarly();
    else signal?.addEventListener('abort', stopEarly);
    Promise.resolve()
      .then(() => work(controller.signal))
      .then(
        (result) => end({ kind: 'done', result }),
        (thrown: unknown) => end({ kind: 'threw', thrown }),
      );
  });
}

/** Whether something was over within so long; it goes on by itself otherwise. */
export async function within(wakeUps: WakeUps, ms: number, work: Promise<unknown>): Promise<boolean> {
  const ended = await withDeadline({ dueMs: wakeUps.now() + ms, graceMs: 0, wakeUps }, () => work);
  return ended.kind === 'done';
}
