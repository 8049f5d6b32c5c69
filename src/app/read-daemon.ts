import { engine } from '../core/tocsin-engine.ts';
import { pastState } from '../daemon/past-state.ts';
import { openLogReader } from '../log/open-log.ts';
import type { ProbeId } from '../model/ids.ts';
import type { IncidentView, ServiceView } from '../model/view.ts';
import type { PastView, Refusal, StoredObservation } from '../ports/daemon-view.ts';

/** A running daemon could not be asked. `refused` and `denied` are the operator's to mend. */
export class AskError extends Error {
  readonly code: 'unreachable' | 'denied' | 'refused';
  constructor(code: AskError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AskError';
    this.code = code;
  }
}

const ASK_TIMEOUT_MS = 10_000;

/** GETs JSON from a running daemon's API. Rejects with `AskError`. */
export function ask(url: string, token: string | undefined, route: string): Promise<unknown> {
  return request(url, token, { method: 'GET', route });
}

/** What is said to a running daemon: a word with a body, or the end of something. */
export interface Said {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly route: string;
  readonly body?: unknown;
}

/** Asks or tells a running daemon; null where there is nothing to answer. Rejects with `AskError`. */
export async function request(url: string, token: string | undefined, { method, route, body }: Said): Promise<unknown> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new AskError('unreachable', `ask ${url}: not the URL of a daemon; write it like http://127.0.0.1:9700`);
  }
  const target = `${url.replace(/\/$/, '')}/api/v1${route}`;
  let response: Response;
  try {
    response = await fetch(target, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
  } catch (cause) {
    const inner = whyNot(cause);
    const instead = method === 'GET' ? ' Use --url, or --data to read a data folder' : ' Use --url';
    throw new AskError('unreachable', `${method} ${target}: ${inner}; is the daemon running there?${instead}`, {
      cause,
    });
  }
  const answered: unknown = await response.json().catch(() => null);
  if (response.ok) return answered;
  const detail =
    typeof answered === 'object' && answered !== null && 'detail' in answered
      ? String(answered.detail)
      : response.statusText;
  const code = response.status === 401 || response.status === 403 ? 'denied' : 'refused';
  throw new AskError(code, `${method} ${target}: ${String(response.status)} ${detail}`);
}

/** In our words, and those of the system where it has some: `fetch` hides them one level below. */
function whyNot(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `no answer within ${ASK_TIMEOUT_MS / 1000}s`;
  const inner = error instanceof Error ? error.cause : undefined;
  if (!(inner instanceof Error)) return String(error);
  if ('code' in inner && inner.code === 'ECONNREFUSED') return 'nothing listens there';
  // A port that browsers refuse to speak to; fetch knows no way around that list.
  return inner.message === 'bad port' ? 'this port is reserved for another protocol' : inner.message;
}

/** The world as a data folder's log knows it, read without disturbing a daemon that may be writing there. */
export interface FolderView extends AsyncDisposable {
  readonly at: number;
  readonly entries: number;
  readonly services: readonly ServiceView[];
  readonly incidents: readonly IncidentView[];
  /** As it all stood at a moment. */
  readonly stateAt: (at: number) => Promise<PastView | Refusal>;
  readonly observations: (probe: ProbeId, limit: number) => Promise<readonly StoredObservation[]>;
}

/** Reads a data folder: its newest snapshot, and the entries since, through the engine. */
export async function readFolder(path: string): Promise<FolderView> {
  const log = await openLogReader({ path, engine: engine.version });
  const { snapshot } = log.recovered;
  let state = snapshot === null ? engine.initial() : engine.restore(snapshot.state);
  let entries = snapshot?.n ?? 0;
  let at = snapshot?.at ?? 0;
  for await (const page of log.entriesAfter(entries)) {
    for (const entry of page) {
      state = engine.reduce(state, entry).state;
      entries = entry.n;
      at = entry.at;
    }
  }
  return {
    at,
    entries,
    services: engine.services(state),
    incidents: engine.incidents(state),
    stateAt: (at) => pastState(engine, log, at),
    observations: (probe, limit) => log.observations({ probe, limit }),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
