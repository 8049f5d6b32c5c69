import { timingSafeEqual } from 'node:crypto';
import { html, json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';

/**
 * What may be wrong with the store:
 *
 * - `unauthorized`: a build from the wrong environment answers everything with a well-formed 401
 * - `wrong-environment`: it answers, with the staging namespace: its title, and staging's values
 * - `empty`: it answers 200 with nothing in it
 * - `forbidden`: the token is known, and may not do this: 403 · `no-values`: the same for values alone
 * - `write-lost`: writes succeed and change nothing · `wrong-value`: every value is read as another
 * - `maintenance`: a page in HTML with 200
 * - `rate-limited`: 429 with `retry-after` · `5xx`: 503 · `hang`: never an answer
 */
export type StoreFault =
  | 'unauthorized'
  | 'wrong-environment'
  | 'empty'
  | 'forbidden'
  | 'no-values'
  | 'write-lost'
  | 'wrong-value'
  | 'maintenance'
  | 'rate-limited'
  | '5xx'
  | 'hang';

export interface StoreOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Default `world`. */
  readonly account?: string;
  /** Default `policies`. */
  readonly namespace?: string;
  readonly token: string;
  /** What the production namespace holds at first; `tocsin/identity` is added. */
  readonly values?: Readonly<Record<string, string>>;
  /** Wall time in milliseconds, for expiry and limits. Default: the system's. */
  readonly now?: () => number;
}

/** The key under which each environment's name stands, written once by its operator. */
export const IDENTITY_KEY = 'tocsin/identity';

const MAX_KEYS = 10_000;
/** Workers KV refuses to end a key sooner. */
const MIN_TTL_S = 60;
/** Workers KV takes one write a second to one key. */
const MIN_BETWEEN_WRITES_MS = 1000;

/** Starts a key-value store with the REST API of Workers KV. */
export async function startStore(options: StoreOptions): Promise<KeyValueStore> {
  const store = new KeyValueStore(options);
  await store.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return store;
}

/** A key-value store in memory, with the paths, envelope and error codes of Workers KV. */
export class KeyValueStore implements AsyncDisposable {
  /** Breaks it, or mends it with null. */
  fault: StoreFault | null = null;
  readonly #account: string;
  readonly #namespace: string;
  readonly #token: string;
  readonly #now: () => number;
  /** When a key was written last, and when it ends. Keys of either environment. */
  readonly #writtenAt = new Map<string, number>();
  readonly #endsAt = new Map<string, number>();
  readonly #production: Map<string, string>;
  readonly #staging = new Map([[IDENTITY_KEY, 'staging']]);
  #server: LoopbackServer | undefined;
  #asked = 0;

  constructor({ account = 'world', namespace = 'policies', token, values = {}, now = Date.now }: StoreOptions) {
    this.#now = now;
    this.#account = account;
    this.#namespace = namespace;
    this.#token = token;
    this.#production = new Map([[IDENTITY_KEY, 'production'], ...Object.entries(values)]);
  }

  /** For `startStore` alone. */
  async listen(host: string, port: number): Promise<void> {
    const handler = (request: Request): Reply => {
      this.#asked += 1;
      return this.#answer(request);
    };
    this.#server = await startLoopbackServer({ name: 'the key-value store', host, port, handler });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this store was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** How many requests it was ever asked. */
  get asked(): number {
    return this.#asked;
  }

  /** What is kept, in order; those that ended among them until somebody asks. */
  get keys(): readonly string[] {
    return [...this.#values().keys()].sort();
  }

  /** The path of a value, below the server's URL. */
  valuePath(key: string): string {
    return `${this.#namespacePath}/values/${encodeURIComponent(key)}`;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #namespacesPath(): string {
    return `/client/v4/accounts/${this.#account}/storage/kv/namespaces`;
  }

  get #namespacePath(): string {
    return `${this.#namespacesPath}/${this.#namespace}`;
  }

  #answer(request: Request): Reply {
    switch (this.fault) {
      case 'hang':
        return SILENCE;
      case 'unauthorized':
        return failure(401, 10_000, 'Authentication error');
      case '5xx':
        return failure(503, 10_001, 'service unavailable');
      case 'rate-limited':
        return failure(429, 10_429, 'rate limited', { 'retry-after': '30' });
      case 'empty':
        return { kind: 'answer', status: 200, headers: { 'content-type': 'application/octet-stream' } };
      case 'forbidden':
        return failure(403, 10_000, 'Authentication error');
      case 'maintenance':
        return html(200, '<h1>Back soon</h1>');
      case 'wrong-environment':
      case 'no-values':
      case 'write-lost':
      case 'wrong-value':
      case null:
        break;
    }
    if (!this.#knows(request.headers.authorization)) return failure(401, 10_000, 'Authentication error');
    const { method, path } = request;
    if (method === 'GET' && path === '/client/v4/user/tokens/verify') return success({ id: 'world', status: 'active' });
    if (method === 'GET' && path === this.#namespacesPath) return success([this.#described()]);
    if (method === 'GET' && path === this.#namespacePath) return success(this.#described());
    if (method === 'GET' && path === `${this.#namespacePath}/keys`) return success(this.keys.map((name) => ({ name })));
    const values = `${this.#namespacePath}/values/`;
    if (!path.startsWith(values)) return failure(404, 7_003, `no route for ${method} ${path}`);
    if (this.fault === 'no-values') return failure(403, 10_000, 'Authentication error');
    return this.#value(request, decodeURIComponent(path.slice(values.length)));
  }

  #value(request: Request, key: string): Reply {
    const values = this.#values();
    if ((this.#endsAt.get(key) ?? Infinity) <= this.#now()) this.#forget(key);
    switch (request.method) {
      case 'GET': {
        const value = this.fault === 'wrong-value' && values.has(key) ? 'another value' : values.get(key);
        if (value === undefined) return failure(404, 10_009, `get: 'key not found'`);
        return { kind: 'answer', status: 200, headers: { 'content-type': 'application/octet-stream' }, body: value };
      }
      case 'PUT':
        return this.#put(request, key);
      case 'DELETE':
        this.#forget(key);
        return success(null);
      default:
        return failure(405, 7_001, `no method ${request.method} for a value`);
    }
  }

  #put({ query, body }: Request, key: string): Reply {
    const values = this.#values();
    const ttl = query.get('expiration_ttl');
    if (ttl !== null && !(Number(ttl) >= MIN_TTL_S))
      return failure(400, 10_033, `an expiration_ttl of at least ${MIN_TTL_S}`);
    const now = this.#now();
    if (now - (this.#writtenAt.get(key) ?? -Infinity) < MIN_BETWEEN_WRITES_MS)
      return failure(429, 10_429, 'one write a second to one key', { 'retry-after': '1' });
    if (!values.has(key) && values.size >= MAX_KEYS) return failure(413, 10_047, `at most ${MAX_KEYS} keys fit`);
    this.#writtenAt.set(key, now);
    if (this.fault === 'write-lost') return success(null);
    values.set(key, body.toString('utf8'));
    if (ttl === null) this.#endsAt.delete(key);
    else this.#endsAt.set(key, now + Number(ttl) * 1000);
    return success(null);
  }

  #forget(key: string): void {
    this.#values().delete(key);
    this.#endsAt.delete(key);
  }

  #values(): Map<string, string> {
    return this.fault === 'wrong-environment' ? this.#staging : this.#production;
  }

  #described(): Record<string, unknown> {
    const title = this.fault === 'wrong-environment' ? 'staging' : 'production';
    return { id: this.#namespace, title, supports_url_encoding: true };
  }

  #knows(authorization = ''): boolean {
    const expected = `Bearer ${this.#token}`;
    return (
      authorization.length === expected.length && timingSafeEqual(Buffer.from(authorization), Buffer.from(expected))
    );
  }
}

function success(result: unknown): Reply {
  return json(200, { success: true, errors: [], messages: [], result });
}

function failure(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(status, { success: false, errors: [{ code, message }], messages: [], result: null }, headers);
}
