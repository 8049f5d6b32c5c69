import { randomUUID } from 'node:crypto';
import { IDENTITY_KEY } from './key-value-store.ts';
import { html, json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import { member, parseJson } from './read-json.ts';

/**
 * What may be wrong with Consul:
 *
 * - `no-leader`: its servers lost each other: no leader, and 500 for whatever needs one
 * - `lock-refused`: every lock is refused, which Consul says with status 200 and the body `false`
 * - `forbidden`: the token may nothing: 403 · `wrong-environment`: it is staging, and holds staging's values
 * - `write-lost`: writes say that they succeeded and change nothing
 * - `maintenance`: a page in HTML with 200 · `5xx`: 503 · `hang`: never an answer
 */
export type ConsulFault =
  'no-leader' | 'lock-refused' | 'forbidden' | 'wrong-environment' | 'write-lost' | 'maintenance' | '5xx' | 'hang';

export interface ConsulOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Without one, everybody may do everything. */
  readonly token?: string;
  /** What production holds at first. */
  readonly values?: Readonly<Record<string, string>>;
  /** Wall time in milliseconds, for the TTL of sessions. Default: the system's. */
  readonly now?: () => number;
}

interface Session {
  readonly endsAt: number;
  readonly behavior: 'release' | 'delete';
}

interface Value {
  readonly bytes: Buffer;
  readonly lockIndex: number;
  readonly session?: string;
}

const MAX_KEYS = 10_000;
/** Consul's own bounds of a session's TTL: 10 s to 24 h. */
const [MIN_TTL_S, MAX_TTL_S] = [10, 86_400];

/** Starts a Consul agent's HTTP API: status, the key-value store, sessions and the locks they hold. */
export async function startConsul(options: ConsulOptions = {}): Promise<Consul> {
  const consul = new Consul(options);
  await consul.listen(options.host ?? '127.0.0.1');
  return consul;
}

/** One agent in memory that is its own leader. */
export class Consul implements AsyncDisposable {
  /** Breaks it, or mends it with null. */
  fault: ConsulFault | null = null;
  readonly #token: string | undefined;
  readonly #now: () => number;
  readonly #production: Map<string, Value>;
  readonly #staging: Map<string, Value>;
  readonly #sessions = new Map<string, Session>();
  #server: LoopbackServer | undefined;

  constructor({ token, values = {}, now = Date.now }: ConsulOptions) {
    this.#token = token;
    this.#now = now;
    this.#production = asValues(values);
    this.#staging = asValues({ [IDENTITY_KEY]: 'staging' });
  }

  /** For `startConsul` alone. */
  async listen(host: string): Promise<void> {
    const handler = (request: Request): Reply => this.#answer(request);
    this.#server = await startLoopbackServer({ name: 'consul', host, port: 0, handler });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this consul was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** The keys that are there, sorted. */
  get keys(): readonly string[] {
    return [...this.#values.keys()].sort();
  }

  get #values(): Map<string, Value> {
    return this.fault === 'wrong-environment' ? this.#staging : this.#production;
  }

  /** How many sessions live. */
  get sessions(): number {
    return this.#sessions.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
  }

  #answer(request: Request): Reply {
    const { method, path } = request;
    switch (this.fault) {
      case 'hang':
        return SILENCE;
      case '5xx':
        return plain(503, 'service unavailable');
      case 'maintenance':
        return html(200, '<h1>Back soon</h1>');
      case 'forbidden':
        if (path !== '/v1/status/leader') return plain(403, 'Permission denied: token lacks permission');
        break;
      case 'no-leader':
        return path === '/v1/status/leader' ? json(200, '') : plain(500, 'No cluster leader');
      case 'lock-refused':
      case 'wrong-environment':
      case 'write-lost':
      case null:
        break;
    }
    this.#endSessions();
    if (method === 'GET' && path === '/v1/status/leader') return json(200, '127.0.0.1:8300');
    if (this.#token !== undefined && request.headers['x-consul-token'] !== this.#token)
      return plain(403, 'Permission denied: ACL not found');
    if (path.startsWith('/v1/kv/')) return this.#value(request, decodeURIComponent(path.slice('/v1/kv/'.length)));
    if (method === 'PUT' && path === '/v1/session/create') return this.#createSession(request);
    const destroyed = /^\/v1\/session\/destroy\/([0-9a-f-]{36})$/.exec(path)?.[1];
    if (method !== 'PUT' || destroyed === undefined)
      return plain(404, 'Invalid URL path: not a recognized HTTP API endpoint');
    this.#endSession(destroyed);
    return json(200, true);
  }

  #value({ method, query, body }: Request, key: string): Reply {
    const value = this.#values.get(key);
    switch (method) {
      case 'GET':
        return value === undefined ? plain(404, '') : json(200, [this.#described(key, value)]);
      case 'PUT': {
        const session = query.get('acquire');
        if (session !== null) return this.#acquire(key, session, body);
        if (this.#values.size >= MAX_KEYS) return plain(413, 'too many keys');
        if (this.fault !== 'write-lost') this.#values.set(key, { bytes: body, lockIndex: value?.lockIndex ?? 0 });
        return json(200, true);
      }
      case 'DELETE':
        this.#values.delete(key);
        return json(200, true);
      default:
        return plain(405, `method ${method} not allowed`);
    }
  }

  /** A lock is held by one session; the same one may write again, another one is told `false`. */
  #acquire(key: string, session: string, bytes: Buffer): Reply {
    if (!this.#sessions.has(session)) return plain(500, `invalid session "${session}"`);
    const value = this.#values.get(key);
    const heldByAnother = value?.session !== undefined && value.session !== session;
    if (this.fault === 'lock-refused' || heldByAnother) return json(200, false);
    const lockIndex = (value?.lockIndex ?? 0) + (value?.session === session ? 0 : 1);
    if (this.fault !== 'write-lost') this.#values.set(key, { bytes, lockIndex, session });
    return json(200, true);
  }

  #createSession({ body }: Request): Reply {
    const given = parseJson(body);
    const seconds = Number(/^(\d+)s$/.exec(String(member(given, 'TTL')))?.[1]);
    if (!(seconds >= MIN_TTL_S && seconds <= MAX_TTL_S))
      return plain(400, `Session TTL must be between [${MIN_TTL_S}s=${MAX_TTL_S}s]`);
    const id = randomUUID();
    const behavior = member(given, 'Behavior') === 'delete' ? 'delete' : 'release';
    this.#sessions.set(id, { endsAt: this.#now() + seconds * 1000, behavior });
    return json(200, { ID: id });
  }

  #endSessions(): void {
    for (const [id, { endsAt }] of this.#sessions) if (endsAt <= this.#now()) this.#endSession(id);
  }

  /** What it had locked is let go, or goes with it. */
  #endSession(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    for (const [key, { bytes, lockIndex, session: holder }] of this.#values) {
      if (holder !== id) continue;
      if (session?.behavior === 'delete') this.#values.delete(key);
      else this.#values.set(key, { bytes, lockIndex });
    }
  }

  #described(key: string, { bytes, lockIndex, session }: Value): Record<string, unknown> {
    const lock = session === undefined ? {} : { Session: session };
    return { LockIndex: lockIndex, Key: key, Flags: 0, Value: bytes.toString('base64'), ...lock };
  }
}

function asValues(texts: Readonly<Record<string, string>>): Map<string, Value> {
  return new Map(Object.entries(texts).map(([key, text]) => [key, { bytes: Buffer.from(text), lockIndex: 0 }]));
}

/** An answer in plain text, as Consul gives its errors; the body may be empty. */
function plain(status: number, body: string): Reply {
  return { kind: 'answer', status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
