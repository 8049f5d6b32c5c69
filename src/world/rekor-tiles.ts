import { createHash, generateKeyPairSync } from 'node:crypto';
import { bodyOfV2, hashedRekordV2, readHashedRekordV2 } from './hashedrekord-v2.ts';
import { newKeyPair, publicKeyDer, publicKeyPem } from './key-pair.ts';
import type { KeyPair } from './key-pair.ts';
import { flipLastBit } from './log-identity.ts';
import { html, json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import { leafHash, MerkleTree } from './merkle-tree.ts';
import { parseJson } from './read-json.ts';
import {
  bundleOf,
  isServed,
  readTileNumber,
  tileHashes,
  tilesCheckpoint,
  tilesVkey,
  TILE_WIDTH,
} from './rekor-tiles-view.ts';
import type { TilesIdentity } from './rekor-tiles-view.ts';

/**
 * What may be wrong with a mini-Rekor of tiles:
 *
 * - `other-key`: another log answers, which signs with its own key under the same name
 * - `other-origin`: a staging log answers, which has the production key and its own name
 * - `rollback`: restored from an old backup, the newest entries are gone
 * - `fork`: a split view; the same key and origin, another history
 * - `bad-signature`: checkpoints are signed by the right key, as it seems, and do not verify
 * - `bad-tiles`, `bad-bundle`: the first hash of every tile, the last entry of every bundle is wrong
 * - `tiles-unreadable`: the checkpoint is served, tiles and bundles are 403
 * - `stale-read`: what is read stays as of this moment, what is written is written
 * - `frozen`: a shard that is no longer written to; 405 for a write
 * - `unauthorized`, `unsupported`, `5xx`, `hang`, `maintenance-page`: 401 · 501 · 503 · never an answer · 200 with HTML
 *
 * `/healthz` of the write path says that all is well under each of them but the last five.
 */
export type TilesFault =
  | 'other-key'
  | 'other-origin'
  | 'rollback'
  | 'fork'
  | 'bad-signature'
  | 'bad-tiles'
  | 'bad-bundle'
  | 'tiles-unreadable'
  | 'stale-read'
  | 'frozen'
  | 'unauthorized'
  | 'unsupported'
  | '5xx'
  | 'hang'
  | 'maintenance-page';

export interface RekorTilesOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** How many entries the log starts with; default 7. */
  readonly entries?: number;
  readonly origin?: string;
  /** Default: Ed25519. */
  readonly keys?: KeyPair;
  /** Whether an entry that is there already is 409 (default), or appended again. */
  readonly deduplicates?: boolean;
}

const ENTRIES_LOST = 3;

/** Starts a mini-Rekor v2: a real log of tiles, read at one URL and written at another. */
export async function startRekorTiles(options: RekorTilesOptions = {}): Promise<MiniRekorTiles> {
  const keys = options.keys ?? generateKeyPairSync('ed25519');
  const rekor = new MiniRekorTiles(
    { keys, origin: options.origin ?? 'log2026-1.rekor.corp.test' },
    options.deduplicates ?? true,
  );
  for (let i = 0; i < (options.entries ?? 7); i++) rekor.append(`artifact ${i}`);
  await rekor.listen(options.host ?? '127.0.0.1');
  return rekor;
}

/** A history: entries and the tree over them. */
class History {
  readonly tree = new MerkleTree();
  readonly entries: Buffer[] = [];

  add(entry: Buffer): number {
    this.entries.push(entry);
    return this.tree.append(leafHash(entry));
  }
}

/** What the read path shows: the first `size` entries of a history, by somebody. */
interface Shown {
  readonly identity: TilesIdentity;
  readonly history: History;
  readonly size: number;
}

/** A Rekor v2 with switches. The read path serves files alone; the write path answers 501 for them, as the real one. */
export class MiniRekorTiles implements AsyncDisposable {
  readonly #identity: TilesIdentity;
  readonly #deduplicates: boolean;
  readonly #history = new History();
  readonly #artifactKeys = newKeyPair();
  readonly #otherKeys = generateKeyPairSync('ed25519');
  #fork: History | undefined;
  #servers: { readonly read: LoopbackServer; readonly write: LoopbackServer } | undefined;
  #fault: TilesFault | null = null;
  #frozenSize = 0;

  constructor(identity: TilesIdentity, deduplicates: boolean) {
    this.#identity = identity;
    this.#deduplicates = deduplicates;
  }

  /** For `startRekorTiles` alone. */
  async listen(host: string): Promise<void> {
    const [read, write] = await Promise.all([
      startLoopbackServer({ name: 'rekor tiles', host, port: 0, handler: (request) => this.#read(request) }),
      startLoopbackServer({ name: 'rekor write', host, port: 0, handler: (request) => this.#write(request) }),
    ]);
    this.#servers = { read, write };
  }

  /** Where it is read. */
  get url(): string {
    return this.#started.read.url;
  }

  get writeUrl(): string {
    return this.#started.write.url;
  }

  get origin(): string {
    return this.#identity.origin;
  }

  /** The pin, in PEM. */
  get publicKeyPem(): string {
    return publicKeyPem(this.#identity.keys);
  }

  /** The pin, as a vkey. */
  get vkey(): string {
    return tilesVkey(this.#identity);
  }

  /** The number of entries of the true log, whatever a fault shows. */
  get size(): number {
    return this.#history.entries.length;
  }

  get fault(): TilesFault | null {
    return this.#fault;
  }

  /** Breaks it, or mends it with null. What is shown under `rollback` and `stale-read` is as of this moment. */
  set fault(fault: TilesFault | null) {
    this.#fault = fault;
    this.#frozenSize = this.size;
  }

  /** Adds an entry about `text` to the true log; gives its index. */
  append(text: string): number {
    return this.#history.add(bodyOfV2(hashedRekordV2(Buffer.from(text), this.#artifactKeys)));
  }

  /** Hexadecimal leaf hash of an entry of the true log. */
  leaf(index: number): string {
    return this.#history.tree.leaf(index).toString('hex');
  }

  async close(): Promise<void> {
    await Promise.all([this.#servers?.read.close(), this.#servers?.write.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #started(): { readonly read: LoopbackServer; readonly write: LoopbackServer } {
    if (this.#servers === undefined) throw new Error('this rekor was never started');
    return this.#servers;
  }

  #shown(): Shown {
    const [identity, history] = [this.#identity, this.#history];
    const whole = { identity, history, size: this.size };
    switch (this.#fault) {
      case 'other-key':
        return { ...whole, identity: { ...identity, keys: this.#otherKeys } };
      case 'other-origin':
        return { ...whole, identity: { ...identity, origin: `staging.${identity.origin}` } };
      case 'rollback':
        return { ...whole, size: Math.max(1, this.#frozenSize - ENTRIES_LOST) };
      case 'stale-read':
        return { ...whole, size: this.#frozenSize };
      case 'fork':
        this.#fork ??= forked(history);
        return { ...whole, history: this.#fork, size: this.#fork.entries.length };
      case 'bad-signature':
      case 'bad-tiles':
      case 'bad-bundle':
      case 'tiles-unreadable':
      case 'frozen':
      case 'unauthorized':
      case 'unsupported':
      case '5xx':
      case 'hang':
      case 'maintenance-page':
      case null:
        return whole;
    }
  }

  #read({ method, path }: Request): Reply {
    const outage = this.#outage();
    if (outage !== undefined) return outage;
    const shown = this.#shown();
    if (method === 'GET' && path === '/checkpoint') return text(this.#checkpoint(shown));
    const [, kind, number, partial] =
      /^\/tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,3}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
    const index = readTileNumber(number ?? '');
    if (method !== 'GET' || kind === undefined || index === undefined) return NOT_FOUND;
    if (this.#fault === 'tiles-unreadable') return { kind: 'answer', status: 403, body: 'AccessDenied\n' };
    const width = Number(partial ?? TILE_WIDTH);
    return kind === 'entries' ? this.#bundle(index, width) : this.#tile(Number(kind), index, width);
  }

  /** Files are those of the whole history: what a checkpoint does not cover yet may be there already. */
  #tile(level: number, index: number, width: number): Reply {
    const { history } = this.#shown();
    const hashes = tileHashes(history.tree, history.entries.length, level, index, width);
    if (hashes === undefined) return NOT_FOUND;
    return bytes(
      Buffer.concat(this.#fault === 'bad-tiles' ? hashes.map((h, i) => (i === 0 ? flipLastBit(h) : h)) : hashes),
    );
  }

  #bundle(index: number, width: number): Reply {
    const { history } = this.#shown();
    const first = index * TILE_WIDTH;
    if (!isServed(history.entries.length - first, width)) return NOT_FOUND;
    const entries = history.entries.slice(first, first + width);
    if (this.#fault === 'bad-bundle') return bytes(bundleOf(entries.map((entry) => flipLastBit(entry))));
    return bytes(bundleOf(entries));
  }

  #checkpoint({ identity, history, size }: Shown): string {
    return tilesCheckpoint(identity, size, history.tree.root(size), this.#fault === 'bad-signature');
  }

  #write({ method, path, body }: Request): Reply {
    const outage = this.#outage();
    if (outage !== undefined) return outage;
    const route = `${method} ${path}`;
    if (route === 'GET /healthz') return json(200, { status: 'SERVING' });
    if (path.startsWith('/tile/') || path === '/checkpoint' || path === '/api/v2/checkpoint')
      return json(501, { code: 12, message: 'not implemented: read from the log’s read URL' });
    if (route !== 'POST /api/v2/log/entries') return json(404, { code: 5, message: 'Not Found' });
    if (this.#fault === 'frozen') return json(405, { code: 12, message: 'This log has been frozen' });
    const entry = readHashedRekordV2(parseJson(body));
    if (typeof entry === 'string') return json(400, { code: 3, message: entry });
    return this.#add(bodyOfV2(entry));
  }

  #add(entry: Buffer): Reply {
    const { tree } = this.#history;
    const known = this.#deduplicates ? tree.indexOf(leafHash(entry)) : undefined;
    if (known !== undefined)
      return json(409, { code: 6, message: `an equivalent entry already exists` }, { 'x-log-index': String(known) });
    const index = this.#history.add(entry);
    const shown = { identity: this.#identity, history: this.#history, size: this.size };
    return json(201, {
      logIndex: String(index),
      logId: { keyId: createHash('sha256').update(publicKeyDer(this.#identity.keys)).digest('base64') },
      kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      integratedTime: '0',
      inclusionProof: {
        logIndex: String(index),
        rootHash: tree.root().toString('base64'),
        treeSize: String(this.size),
        hashes: tree.inclusionProof(index, this.size).map((hash) => hash.toString('base64')),
        checkpoint: { envelope: this.#checkpoint(shown) },
      },
      canonicalizedBody: entry.toString('base64'),
    });
  }

  #outage(): Reply | undefined {
    switch (this.#fault) {
      case 'hang':
        return SILENCE;
      case 'unauthorized':
        return json(401, { code: 16, message: 'unauthorized' });
      case 'unsupported':
        return json(501, { code: 12, message: 'not implemented' });
      case '5xx':
        return json(503, { code: 14, message: 'service unavailable' });
      case 'maintenance-page':
        return html(200, '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>\n');
      default:
        return undefined;
    }
  }
}

const NOT_FOUND: Reply = {
  kind: 'answer',
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: 'not found\n',
};

function text(body: string): Reply {
  return { kind: 'answer', status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function bytes(body: Buffer): Reply {
  return { kind: 'answer', status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
}

/** The first half is the true history; the rest, and two more, is another. */
function forked(from: History): History {
  const fork = new History();
  const shared = Math.floor(from.entries.length / 2);
  for (const entry of from.entries.slice(0, shared)) fork.add(entry);
  const keys = newKeyPair();
  for (let i = shared; i < from.entries.length + 2; i++)
    fork.add(bodyOfV2(hashedRekordV2(Buffer.from(`forked artifact ${i}`), keys)));
  return fork;
}
