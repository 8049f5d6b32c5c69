import { root } from './address.ts';
import { needSignIn, session } from './who.ts';

const DEADLINE_MS = 15_000;

/** An answer that is not the one asked for, or none. `status` is 0 where nothing came back. */
export class AskError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'AskError';
    this.status = status;
  }
}

/** Asks the API below `/api/v1/`. Rejects with `AskError`, whose message says what was asked and what came back. */
export async function ask<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  return (await send('GET', path, undefined, signal)) as Body;
}

/** Tells the API something. A missing or too weak token opens the sign-in. */
export async function tell<Body>(method: 'POST' | 'DELETE', path: string, body: object = {}): Promise<Body> {
  try {
    return (await send(method, path, body)) as Body;
  } catch (reason) {
    if (reason instanceof AskError && (reason.status === 401 || reason.status === 403)) needSignIn(reason.message);
    throw reason;
  }
}

async function send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<unknown> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const csrf = session.value?.csrf ?? null;
  const what = `${method} ${path.replace(/\?.*$/, '')}`;
  const response = await fetch(new URL(`api/v1/${path}`, root), {
    method,
    cache: 'no-store',
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    headers: {
      // A stranger's page can send our cookie, but does not know this.
      ...(csrf === null ? {} : { 'tocsin-csrf': csrf }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((reason: unknown) => {
    if (signal?.aborted === true) throw reason;
    throw new AskError(0, `${what}: ${deadline.aborted ? `no answer within ${DEADLINE_MS / 1000} s` : 'no answer'}`);
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new AskError(response.status, `${what}: ${response.status} ${detailOf(answer)}`.trim());
}

function detailOf(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'detail' in answer ? String(answer.detail) : '';
}
