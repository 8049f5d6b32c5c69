import { useEffect, useState } from 'preact/hooks';
import { ask, AskError } from './ask.ts';

/** What asking gave so far. The last answer stays while a new one is on its way. */
export interface Asked<Body> {
  readonly body: Body | null;
  readonly error: AskError | null;
  /** Asks again now. */
  readonly again: () => void;
}

/**
 * Asks the API while a component is shown, and again whenever `path` changes or `everyMs` have passed. A null path
 * asks nothing.
 */
export function useAsked<Body>(path: string | null, everyMs?: number): Asked<Body> {
  const [answer, setAnswer] = useState<{ readonly path: string | null; body: Body | null; error: AskError | null }>({
    path: null,
    body: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    const leaving = new AbortController();
    const once = (): void => {
      ask<Body>(path, leaving.signal).then(
        (body) => setAnswer({ path, body, error: null }),
        (reason: unknown) => {
          if (leaving.signal.aborted) return;
          const error = reason instanceof AskError ? reason : new AskError(0, String(reason));
          setAnswer((before) => ({ path, body: before.path === path ? before.body : null, error }));
        },
      );
    };
    once();
    const timer = everyMs === undefined ? undefined : setInterval(once, everyMs);
    return () => {
      leaving.abort();
      clearInterval(timer);
    };
  }, [path, everyMs, turn]);
  const isCurrent = answer.path === path;
  return {
    body: isCurrent ? answer.body : null,
    error: isCurrent ? answer.error : null,
    again: () => setTurn((before) => before + 1),
  };
}
