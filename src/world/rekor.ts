import { canonicalJson } from './canonical-json.ts';
import { CANARY_ENTRY, hashedRekord, readHashedRekord } from './hashedrekord.ts';
import type { HashedRekord } from './hashedrekord.ts';
import { newKeyPair, publicKeyPem } from './key-pair.ts';
import type { KeyPair } from './key-pair.ts';
import { treeIdHex } from './log-identity.ts';
import { html, json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import { leafHash } from './merkle-tree.ts';
import { parseJson } from './read-json.ts';
import { FaultyLogs, madeUp } from './rekor-fault.ts';
import type { RekorFault, Shard } from './rekor-fault.ts';
import { RekorLog, recordOf } from './rekor-log.ts';
import type { LogRecord } from './rekor-log.ts';
import { refused, RekorView } from './rekor-view.ts';

export type { RekorFault } from './rekor-fault.ts';

export interface RekorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** How many entries the log starts with, the canary among them; at least 1, default 7. */
  readonly entries?: number;
  /** Decimal, at most 63 bits. */
  readonly treeId?: string;
  /** The name under which the log signs its checkpoints: `rekor_server.hostname`. */
  readonly hostname?: string;
  readonly keys?: KeyPair;
  /** Entries of an earlier life, the canary among them; `entries` is then not looked at. */
  readonly records?: readonly LogRecord[];
  /** Called with each new entry before it is acknowledged. */
  readonly keep?: (record: LogRecord) => Promise<void>;
}

/** A new entry of the log. */
export interface AppendedEntry {
  /** 80 hexadecimal digits. */
  readonly id: string;
  /** The virtual index. */
  readonly logIndex: number;
}

/** Entries of shards before this one, so that virtual and shard-local indexes differ as they do in real logs. */
const FIRST_INDEX = 4_163_431;
const DEFAULT_TREE_ID = '1193050959916656506';

/** Starts a mini-Rekor: a real RFC 6962 log behind the HTTP API of Rekor v1. */
export async function startRekor(options: RekorOptions = {}): Promise<MiniRekor> {
  const identity = {
    keys: options.keys ?? newKeyPair(),
    treeId: options.treeId ?? DEFAULT_TREE_ID,
    hostname: options.hostname ?? 'rekor.corp.test',
  };
  const log = new RekorLog(identity, options.records ?? firstRecords(options.entries ?? 7));
  const rekor = new MiniRekor(log, options.keep);
  await rekor.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return rekor;
}

/** The canary third (or last), so that its proofs have hashes on both sides. */
export function firstRecords(count: number): LogRecord[] {
  const records = [...madeUp('artifact', Math.max(1, count) - 1)];
  records.splice(2, 0, recordOf(CANARY_ENTRY, 1_729_999_999));
  return records;
}

/**
 * A Rekor v1 with switches. Honest, it behaves as the real one where a client can tell: virtual and
 * shard-local indexes, 409 with Location for an entry it has, 400 for a proof to a size it does not know,
 * a fresh checkpoint signature per request, and `rootHash` of a consistency proof that is the current root.
 */
export class MiniRekor implements AsyncDisposable {
  readonly #log: RekorLog;
  readonly #logs: FaultyLogs;
  readonly #keep: (record: LogRecord) => Promise<void>;
  readonly #artifactKeys = newKeyPair();
  #server: LoopbackServer | undefined;
  #fault: RekorFault | null = null;
  #frozenSize = 0;

  constructor(log: RekorLog, keep: (record: LogRecord) => Promise<void> = () => Promise.resolve()) {
    this.#log = log;
    this.#logs = new FaultyLogs(log);
    this.#keep = keep;
  }

  /** For `startRekor` alone. */
  async listen(host: string, port: number): Promise<void> {
    this.#server = await startLoopbackServer({
      name: 'rekor',
      host,
      port,
      handler: (request) => this.#answer(request),
    });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this rekor was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** The pin. */
  get publicKeyPem(): string {
    return publicKeyPem(this.#log.identity.keys);
  }

  get treeId(): string {
    return this.#log.identity.treeId;
  }

  /** The tree that is active under the fault `rotated`. */
  get rotatedTreeId(): string {
    return this.#logs.rotatedTreeId;
  }

  /** `<hostname> - <treeId>`, the first line of its checkpoints. */
  get origin(): string {
    return `${this.#log.identity.hostname} - ${this.treeId}`;
  }

  /** The 80-digit id of an entry that is in the log from its beginning. */
  get canary(): string {
    return treeIdHex(this.treeId) + leafHash(Buffer.from(canonicalJson({ ...CANARY_ENTRY }))).toString('hex');
  }

  /** The number of entries of the true log, whatever a fault shows. */
  get size(): number {
    return this.#log.size;
  }

  get records(): readonly LogRecord[] {
    return this.#log.records;
  }

  get fault(): RekorFault | null {
    return this.#fault;
  }

  /** Breaks it, or mends it with null. What is shown under `stale` and `rollback` is as of this moment. */
  set fault(fault: RekorFault | null) {
    this.#fault = fault;
    this.#frozenSize = this.#log.size;
  }

  /** Adds an entry about `text` to the true log, as a client would by POST. */
  async append(text: string): Promise<AppendedEntry> {
    const { index } = await this.#add(hashedRekord(Buffer.from(text), this.#artifactKeys));
    return { id: this.#log.entryId(index), logIndex: FIRST_INDEX + index };
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #add(entry: HashedRekord): Promise<{ readonly index: number; readonly added: boolean }> {
    const record = recordOf(entry, Math.floor(Date.now() / 1000));
    const result = this.#log.add(record);
    if (result.added) await this.#keep(record);
    return result;
  }

  #view(): RekorView {
    return new RekorView(this.#logs.shards(this.#fault, FIRST_INDEX, this.#frozenSize), this.#fault);
  }

  #answer(request: Request): Reply | Promise<Reply> {
    const { method, path } = request;
    switch (this.#fault) {
      case 'hang':
        return SILENCE;
      case 'unauthorized':
        return json(401, { code: 401, message: 'unauthorized' }, { 'www-authenticate': 'Bearer realm="staging"' });
      case '5xx':
        return json(503, { code: 503, message: 'service unavailable' });
      case 'ok-to-everything':
        return html(200, '<!doctype html><title>It works!</title><h1>It works!</h1>\n');
      case 'maintenance-page':
        return html(200, '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>\n');
      case 'unsupported':
        if (path.startsWith('/api/v1/log')) return json(501, { code: 501, message: 'the endpoint is disabled' });
        break;
      default:
        break;
    }
    const route = `${method} ${path}`;
    switch (route) {
      case 'GET /ping':
        return { kind: 'answer', status: 200, headers: { 'content-type': 'text/plain' }, body: '.' };
      case 'GET /api/v1/version':
        return json(200, { gitVersion: 'v1.3.10', gitCommit: 'world', gitTreeState: 'clean', buildDate: 'unknown' });
      case 'GET /api/v1/log':
        return this.#view().logInfo();
      case 'GET /api/v1/log/publicKey':
        return this.#view().publicKey();
      case 'GET /api/v1/log/proof':
        return this.#view().proof(request.query);
      case 'GET /api/v1/log/entries':
        return this.#view().entryByIndex(request.query);
      case 'POST /api/v1/log/entries':
        return this.#create(request.body);
      default: {
        const id = /^GET \/api\/v1\/log\/entries\/((?:[0-9a-f]{16})?[0-9a-f]{64})$/.exec(route)?.[1];
        return id === undefined
          ? json(404, { code: 404, message: `path ${path} was not found` })
          : this.#view().entryById(id);
      }
    }
  }

  /**
   * As the real log: 201 for a new entry, 409 with Location for one that it has. A stalled sequencer lets the
   * first attempt wait in vain (500), tells the second that the entry exists (409), and serves it to nobody.
   */
  async #create(body: Buffer): Promise<Reply> {
    const read = readHashedRekord(parseJson(body));
    if (read.kind === 'invalid') return refused(`error processing entry: ${read.reason}`);
    const { active } = this.#view();
    if (active.log !== this.#log) return this.#created(active, active.log.add(recordOf(read.entry, now())));
    const result = await this.#add(read.entry);
    return this.#created(this.#view().active, result);
  }

  #created(shard: Shard, { index, added }: { readonly index: number; readonly added: boolean }): Reply {
    const id = shard.log.entryId(index);
    const location = `/api/v1/log/entries/${id}`;
    if (!added)
      return json(
        409,
        { code: 409, message: `an equivalent entry already exists in the transparency log with UUID ${id}` },
        { location },
      );
    const grown = {
      ...shard,
      size: this.#fault === 'stale' || this.#fault === 'rollback' ? shard.size : shard.log.size,
    };
    if (index >= grown.size) return json(500, { code: 500, message: 'unexpected result from transparency log' });
    return json(201, this.#view().entryBody(grown, index), { location, etag: id });
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
