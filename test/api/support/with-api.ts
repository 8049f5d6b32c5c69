import { Secret } from '../../../src/model/secret.ts';
import type { Auth, Role } from '../../../src/ports/loaded.ts';
import { startApi } from '../../../src/api/start-api.ts';
import type { Api, ApiParts } from '../../../src/api/start-api.ts';
import { fakeDaemon, NOW } from './fake-daemon.ts';
import type { FakeDaemon } from './fake-daemon.ts';

const NOT_NOW = { kind: 'unavailable', message: 'nobody lives through this log again' } as const;

/** The token of the data folder. */
export const WRITE_TOKEN = 'made-at-first-start';

/** Tokens of every role: `viewer-token`, `reporter-token`, `operator-token`. */
export function tokens({ isPublic = false }: { isPublic?: boolean } = {}): Auth {
  const roles: readonly Role[] = ['viewer', 'reporter', 'operator'];
  return {
    kind: 'tokens',
    public: isPublic,
    tokens: roles.map((role) => ({ name: `the ${role}`, role, token: new Secret(`${role}-token`) })),
  };
}

/** A served fake daemon. */
export interface Served extends AsyncDisposable {
  readonly daemon: FakeDaemon;
  readonly api: Api;
  readonly url: string;
}

/** Starts the API over a fake daemon, on any free port of loopback. */
export async function serve(over: Partial<ApiParts> = {}): Promise<Served> {
  const daemon = fakeDaemon();
  const api = await startApi({
    view: daemon.view,
    past: { figures: async () => NOT_NOW, replay: async () => NOT_NOW },
    auth: { kind: 'default' },
    listen: { host: '127.0.0.1', port: 0 },
    version: '1.2.3',
    writeToken: new Secret(WRITE_TOKEN),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'tocsin_up 1\n' }),
    wall: () => NOW,
    ...over,
  });
  return { daemon, api, url: api.url, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}
