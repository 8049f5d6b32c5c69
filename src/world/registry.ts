import { randomUUID, timingSafeEqual } from 'node:crypto';
import { json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import { blobsOf, digestOf, OCI_MANIFEST_TYPE } from './oci-image.ts';
import type { OciImage } from './oci-image.ts';
import { parseJson } from './read-json.ts';

/**
 * What may be wrong with the registry:
 *
 * - `blob-missing`: garbage collection took the blobs; manifests, HEAD and `/v2/` are as before
 * - `blob-corrupted`: blobs have the right size and digest header, and other bytes
 * - `read-only`: every write is 405
 * - `unauthorized`, `5xx`, `hang`: 401 · 503 · never an answer
 */
export type RegistryFault = 'blob-missing' | 'blob-corrupted' | 'read-only' | 'unauthorized' | '5xx' | 'hang';

/** Who may use it: everybody, or whoever fetches a token with these words from `/token`. */
export type RegistryAccess =
  { readonly kind: 'anonymous' } | { readonly kind: 'bearer'; readonly username: string; readonly password: string };

export interface RegistryOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Default: everybody. */
  readonly access?: RegistryAccess;
}

const MAX_STORED_BYTES = 64 << 20;
const MAX_UPLOADS = 64;
const NAME = '[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*';
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ROUTE = new RegExp(`^/v2/(?<name>${NAME})/(?<what>manifests|blobs|tags)/(?<reference>.+)$`);

/** Starts an empty registry that speaks the OCI distribution API as docker-registry 2.8 does. */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const registry = new Registry(options.access ?? { kind: 'anonymous' });
  await registry.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return registry;
}

/** An OCI registry in memory; every blob and manifest is checked against its digest when it is pushed. */
export class Registry implements AsyncDisposable {
  /** Breaks it, or mends it with null. */
  fault: RegistryFault | null = null;
  readonly #access: RegistryAccess;
  /** What `/token` gives; good for as long as this registry runs. */
  readonly #token = randomUUID();
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifests = new Map<string, Buffer>();
  /** `repository:tag` → digest. */
  readonly #tags = new Map<string, string>();
  /** Uploads begun and not ended, oldest first. */
  readonly #uploads = new Map<string, Buffer>();
  #storedBytes = 0;
  #server: LoopbackServer | undefined;

  constructor(access: RegistryAccess) {
    this.#access = access;
  }

  /** For `startRegistry` alone. */
  async listen(host: string, port: number): Promise<void> {
    const handler = (request: Request): Reply => this.#answer(request);
    this.#server = await startLoopbackServer({ name: 'the registry', host, port, handler });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this registry was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** Uploads begun and neither finished nor cancelled. */
  get openUploads(): number {
    return this.#uploads.size;
  }

  /** Puts an image in place without a push. */
  load(repository: string, tag: string, image: OciImage): void {
    for (const blob of image.blobs) this.#blobs.set(digestOf(blob), blob);
    this.#manifests.set(image.digest, image.manifest);
    this.#tags.set(`${repository}:${tag}`, image.digest);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: Request): Reply {
    if (this.fault === 'hang') return SILENCE;
    if (this.fault === '5xx') return failure(503, 'UNAVAILABLE', 'service unavailable');
    if (request.path === '/token') return this.#issueToken(request);
    if (this.fault === 'unauthorized' || !this.#allowed(request)) return this.#challenge(request);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (this.fault === 'read-only' && !isRead)
      return failure(405, 'UNSUPPORTED', 'the operation is unsupported: the registry is read-only');
    if (request.path === '/v2/' || request.path === '/v2') return json(200, {}, API_VERSION);
    const { name, what, reference } = ROUTE.exec(decodeURIComponent(request.path))?.groups ?? {};
    if (name === undefined || reference === undefined) return failure(404, 'NAME_INVALID', 'no such route');
    if (what === 'manifests') return this.#manifest(request, name, reference);
    if (what === 'tags') return this.#tagList(name, reference);
    return reference.startsWith('uploads/') ? this.#upload(request, name, reference) : this.#blob(request, reference);
  }

  #manifest(request: Request, name: string, reference: string): Reply {
    const digest = DIGEST.test(reference) ? reference : this.#tags.get(`${name}:${reference}`);
    if (request.method === 'PUT') return this.#putManifest(request, name, reference);
    const manifest = digest === undefined ? undefined : this.#manifests.get(digest);
    if (manifest === undefined || digest === undefined) return failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    if (request.method === 'DELETE') {
      this.#manifests.delete(digest);
      for (const [tag, tagged] of this.#tags) if (tagged === digest) this.#tags.delete(tag);
      return { kind: 'answer', status: 202, headers: API_VERSION };
    }
    // So does docker-registry 2.8: a client that does not say that it knows OCI is told that there is nothing.
    if (!(request.headers.accept ?? '').includes(OCI_MANIFEST_TYPE))
      return failure(404, 'MANIFEST_UNKNOWN', 'OCI manifest found, but accept header does not support OCI manifests');
    return content(request, manifest, manifest, OCI_MANIFEST_TYPE, digest);
  }

  #putManifest(request: Request, name: string, reference: string): Reply {
    const digest = digestOf(request.body);
    if (DIGEST.test(reference) && reference !== digest)
      return failure(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
    const blobs = blobsOf(parseJson(request.body));
    if (blobs === undefined) return failure(400, 'MANIFEST_INVALID', 'manifest invalid');
    const unknown = blobs.find((blob) => !this.#blobs.has(blob));
    if (unknown !== undefined) return failure(400, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${unknown}`);
    if (!this.#store(this.#manifests, digest, request.body)) return FULL;
    if (!DIGEST.test(reference)) this.#tags.set(`${name}:${reference}`, digest);
    return created(`/v2/${name}/manifests/${digest}`, digest);
  }

  #blob(request: Request, digest: string): Reply {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) return failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    if (this.fault === 'blob-missing' && request.method === 'GET')
      return failure(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    const served = this.fault === 'blob-corrupted' ? Buffer.from(blob.map((byte) => byte ^ 0x20)) : blob;
    return content(request, blob, served, 'application/octet-stream', digest);
  }

  /** POST begins an upload, PATCH adds to it, PUT with a digest ends it, DELETE cancels it. */
  #upload(request: Request, name: string, reference: string): Reply {
    const id = reference.slice('uploads/'.length);
    const at = (upload: string): string => `/v2/${name}/blobs/uploads/${upload}`;
    if (request.method === 'POST' && id === '') {
      const upload = randomUUID();
      const [oldest] = this.#uploads.keys();
      if (oldest !== undefined && this.#uploads.size >= MAX_UPLOADS) this.#uploads.delete(oldest);
      this.#uploads.set(upload, Buffer.alloc(0));
      return accepted(at(upload), upload, 0);
    }
    const begun = this.#uploads.get(id);
    if (begun === undefined) return failure(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    const bytes = Buffer.concat([begun, request.body]);
    switch (request.method) {
      case 'PATCH':
        if (bytes.length > MAX_STORED_BYTES) return FULL;
        this.#uploads.set(id, bytes);
        return accepted(at(id), id, bytes.length);
      case 'PUT': {
        const digest = request.query.get('digest') ?? '';
        if (digest !== digestOf(bytes))
          return failure(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
        if (!this.#store(this.#blobs, digest, bytes)) return FULL;
        this.#uploads.delete(id);
        return created(`/v2/${name}/blobs/${digest}`, digest);
      }
      case 'DELETE':
        this.#uploads.delete(id);
        return { kind: 'answer', status: 204, headers: API_VERSION };
      default:
        return failure(405, 'UNSUPPORTED', 'the operation is unsupported');
    }
  }

  #tagList(name: string, reference: string): Reply {
    const prefix = `${name}:`;
    const tags = [...this.#tags.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    if (reference !== 'list' || tags.length === 0)
      return failure(404, 'NAME_UNKNOWN', 'repository name not known to registry');
    return json(200, { name, tags: tags.sort() }, API_VERSION);
  }

  #store(into: Map<string, Buffer>, digest: string, bytes: Buffer): boolean {
    if (into.has(digest)) return true;
    if (this.#storedBytes + bytes.length > MAX_STORED_BYTES) return false;
    this.#storedBytes += bytes.length;
    into.set(digest, bytes);
    return true;
  }

  #allowed(request: Request): boolean {
    return this.#access.kind === 'anonymous' || sameText(request.headers.authorization ?? '', `Bearer ${this.#token}`);
  }

  #challenge(request: Request): Reply {
    const realm = `http://${request.headers.host ?? 'registry'}/token`;
    const scope = /^\/v2\/(.+?)\/(?:manifests|blobs|tags)\//.exec(request.path)?.[1];
    const wanted = scope === undefined ? '' : `,scope="repository:${scope}:pull,push"`;
    return failure(401, 'UNAUTHORIZED', 'authentication required', {
      'www-authenticate': `Bearer realm="${realm}",service="registry"${wanted}`,
    });
  }

  #issueToken(request: Request): Reply {
    if (this.#access.kind === 'anonymous') return json(200, { token: this.#token, expires_in: 300 });
    const { username, password } = this.#access;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    if (!sameText(request.headers.authorization ?? '', basic))
      return failure(401, 'UNAUTHORIZED', 'incorrect username or password');
    return json(200, { token: this.#token, expires_in: 300 });
  }
}

const API_VERSION = { 'docker-distribution-api-version': 'registry/2.0' } as const;
const FULL: Reply = failure(507, 'TOOMANYREQUESTS', `this registry holds at most ${MAX_STORED_BYTES} bytes`);

/** `sizedAs` gives the length that a HEAD tells; `served` is what a GET brings. */
function content(request: Request, sizedAs: Buffer, served: Buffer, type: string, digest: string): Reply {
  const headers = { ...API_VERSION, 'content-type': type, 'docker-content-digest': digest, etag: `"${digest}"` };
  if (request.method === 'GET') return { kind: 'answer', status: 200, headers, body: served };
  if (request.method === 'HEAD')
    return { kind: 'answer', status: 200, headers: { ...headers, 'content-length': String(sizedAs.length) } };
  return failure(405, 'UNSUPPORTED', 'the operation is unsupported');
}

function created(location: string, digest: string): Reply {
  return { kind: 'answer', status: 201, headers: { ...API_VERSION, location, 'docker-content-digest': digest } };
}

function accepted(location: string, upload: string, bytes: number): Reply {
  const range = `0-${Math.max(0, bytes - 1)}`;
  return { kind: 'answer', status: 202, headers: { ...API_VERSION, location, range, 'docker-upload-uuid': upload } };
}

function failure(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(status, { errors: [{ code, message, detail: null }] }, { ...API_VERSION, ...headers });
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
