import { timingSafeEqual } from 'node:crypto';
import { json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';

/**
 * What may be wrong with the store:
 *
 * - `unauthorized`: a build from the wrong environment answers everything with a well-formed 401
 * - `wrong-environment`: it answers, with the staging namespace: its title, and staging's values
 * - `empty`: it answers 200 with nothing in it
 * - `rate-limited`: 429 with `retry-after` · `5xx`: 503 · `hang`: never an answer
 */
export type StoreFault = 'unauthorized' | 'wrong-environment' | 'empty' | 'rate-limited' | '5xx' | 'hang';

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
}

/** The key under which each environment's name stands, written once by its operator. */
export const IDENTITY_KEY = 'tocsin/identity';

const MAX_KEYS = 10_000;

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
  readonly #production: Map<string, string>;
  readonly #staging = new Map([[IDENTITY_KEY, 'staging']]);
  #server: LoopbackServer | undefined;

  constructor({ account = 'world', namespace = 'policies', token, values = {} }: StoreOptions) {
    this.#account = account;
    this.#namespace = namespace;
    this.#token = token;
    this.#production = new Map([[IDENTITY_KEY, 'production'], ...Object.entries(values)]);
  }

  /** For `startStore` alone. */
  async listen(host: string, port: number): Promise<void> {
    const handler = (request: Request): Reply => this.#answer(request);
    this.#server = await startLoopbackServer({ name: 'the key-value store', host, port, handler });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this store was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
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
      case 'wrong-environment':
      case null:
        break;
    }
    if (!this.#knows(request.headers.authorization)) return failure(401, 10_000, 'Authentication error');
    const { method, path } = request;
    if (method === 'GET' && path === '/client/v4/user/tokens/verify') return success({ id: 'world', status: 'active' });
    if (method === 'GET' && path === this.#namespacesPath) return success([this.#described()]);
    if (method === 'GET' && path === this.#namespacePath) return success(this.#described());
    if (method === 'GET' && path === `${this.#namespacePath}/keys`)
      return success([...this.#values().keys()].sort().map((name) => ({ name })));
    const values = `${this.#namespacePath}/values/`;
    if (!path.startsWith(values)) return failure(404, 7_003, `no route for ${method} ${path}`);
    return this.#value(request, decodeURIComponent(path.slice(values.length)));
  }

  #value(request: Request, key: string): Reply {
    const values = this.#values();
    switch (request.method) {
      case 'GET': {
        const value = values.get(key);
        if (value === undefined) return failure(404, 10_009, `get: 'key not found'`);
        return { kind: 'answer', status: 200, headers: { 'content-type': 'application/octet-stream' }, body: value };
      }
      case 'PUT':
        if (!values.has(key) && values.size >= MAX_KEYS) return failure(413, 10_047, `at most ${MAX_KEYS} keys fit`);
        values.set(key, request.body.toString('utf8'));
        return success(null);
      case 'DELETE':
        values.delete(key);
        return success(null);
      default:
        return failure(405, 7_001, `no method ${request.method} for a value`);
    }
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
