/** A signal that fires with its parent, or after a time of its own. Dispose it, or its timer stays. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** Narrows `parent` to at most `timeoutMs` from now; without a time it is the parent itself. */
export function deadlineWithin(parent: AbortSignal, timeoutMs: number | undefined): Deadline {
  if (timeoutMs === undefined) return { signal: parent, [Symbol.dispose]: () => undefined };
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException(`not done within ${timeoutMs} ms`, 'TimeoutError')),
    timeoutMs,
  );
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
}

/** A signal that fires `afterMs` after its parent has, with the same reason. Dispose it, or its timer stays. */
export function lingering(parent: AbortSignal, afterMs: number): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const off = onAbort(parent, () => {
    timer = setTimeout(() => controller.abort(parent.reason), afterMs);
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      off();
      clearTimeout(timer);
    },
  };
}

/**
 * Calls `listener` when the signal fires; soon, but never before this returns, if it has already. Gives the
 * function that takes it off again.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let off = false;
  const once = () => {
    if (!off) listener();
  };
  if (signal.aborted) queueMicrotask(once);
  else signal.addEventListener('abort', once, { once: true });
  return () => {
    off = true;
    signal.removeEventListener('abort', once);
  };
}
