import { EventEmitter, once } from 'node:events';
import { json, SILENCE, startLoopbackServer } from '../../src/world/loopback-server.ts';
import type { Reply, Request } from '../../src/world/loopback-server.ts';

/** What a stub does with a request: work, or one of the ways not to. */
export type StubState = 'well' | 'broken' | 'silent';

/** What a stub needs to work: another stub by its name, or anything that can be asked whether it works. */
export type StubNeed = string | (() => Promise<boolean>);

/** Small services behind one listener, each under a path of its own. */
export interface StubServices extends AsyncDisposable {
  readonly url: (name: string) => string;
  /** What this service does from now on. */
  readonly turn: (name: string, state: StubState) => void;
  /** The next requests of this service are answered so, one each; then it goes on as it was turned. */
  readonly next: (name: string, ...states: readonly StubState[]) => void;
  /** Whether a client of this service is served. */
  readonly works: (name: string) => Promise<boolean>;
  /** Resolves when the next request of this service has arrived. */
  readonly asked: (name: string) => Promise<void>;
  /** From now on connections to all of them are refused, until they come back. */
  readonly vanish: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

interface Stub {
  readonly needs: readonly StubNeed[];
  state: StubState;
  next: StubState[];
}

/**
 * Starts services that answer 200 `{"ok":true}` while what they need works, asked at each request, and 503 otherwise.
 * An outage so spreads from a real fault as it does in life: by each service's own answer.
 */
export async function startStubServices(
  needs: Readonly<Record<string, readonly StubNeed[]>>,
  host = '127.0.0.1',
): Promise<StubServices> {
  const stubs = new Map<string, Stub>(
    Object.entries(needs).map(([name, of]) => [name, { needs: of, state: 'well', next: [] }]),
  );
  const stub = (name: string): Stub => {
    const found = stubs.get(name);
    if (found === undefined) throw new Error(`there is no stub ${name}`);
    return found;
  };
  const works = async (name: string): Promise<boolean> => {
    const { state, needs: of } = stub(name);
    if (state !== 'well') return false;
    const standing = await Promise.all(of.map((need) => (typeof need === 'string' ? works(need) : need())));
    return standing.every(Boolean);
  };
  const arrivals = new EventEmitter();
  const answer = async ({ path }: Request): Promise<Reply> => {
    const name = path.slice(1);
    const found = stubs.get(name);
    if (found === undefined) return json(404, { error: `no service ${name}` });
    arrivals.emit(name);
    const now = found.next.shift();
    if ((now ?? found.state) === 'silent') return SILENCE;
    const ok = now === undefined ? await works(name) : now === 'well';
    return json(ok ? 200 : 503, { ok, service: name });
  };
  const server = await startLoopbackServer({ name: 'the stub services', host, port: 0, handler: answer });
  return {
    url: (name) => `${server.url}/${name}`,
    turn: (name, state) => void (stub(name).state = state),
    next: (name, ...states) => void stub(name).next.push(...states),
    works,
    asked: async (name) => void (await once(arrivals, name)),
    vanish: () => server.vanish(),
    comeBack: () => server.comeBack(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
