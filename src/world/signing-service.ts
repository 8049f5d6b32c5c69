import { sign } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import type { KeyPair } from './key-pair.ts';
import { json, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import type { NamedClient } from './named-client.ts';
import { digestOf, OCI_MANIFEST_TYPE } from './oci-image.ts';
import { verifiesDigest } from './p256-verify.ts';
import { asList, member, parseJson } from './read-json.ts';
import { appendToLog } from './rekor-client.ts';
import type { PinnedLog } from './rekor-client.ts';
import { WorkerPool } from './worker-pool.ts';
import { WorldError } from './world-error.ts';

export interface SigningServiceOptions {
  readonly host?: string;
  readonly port?: number;
  /** Asked at each connection. */
  readonly certificate: () => Certificate;
  readonly keys: KeyPair;
  readonly client: NamedClient;
  readonly log: PinnedLog;
  /** Base URL by name, and the repository whose images may be signed. */
  readonly registry: { readonly url: string; readonly repository: string };
  /** The URL of the signing policy in the key-value store, and the token to read it. */
  readonly policy: { readonly url: string; readonly token: string };
  /** How long each call to another service may take; default 2 s. */
  readonly callTimeoutMs?: number;
}

/** The step of signing that failed: whom the service could not use. */
export type SigningStep = 'registry' | 'policy' | 'log';

/** What `POST /sign` answers. */
export interface Signed {
  readonly digest: string;
  /** Base64url of the DER signature over the manifest. */
  readonly signature: string;
  readonly logIndex: number;
  readonly entry: string;
}

const WORKERS = 10;
const QUEUE = 100;
const REMEMBERED_SIGNATURES = 1_000;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Starts the image-signing service, on HTTPS. */
export async function startSigningService(options: SigningServiceOptions): Promise<SigningService> {
  const service = new SigningService(options);
  await service.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return service;
}

/**
 * Signs and verifies container images.
 *
 * `POST /sign {digest}` needs everything: it reads the manifest from the registry, the policy from the store,
 * and appends the signature to the transparency log, whose promise it verifies with the pinned key. It runs
 * on ten workers with a queue before them. `GET /verify?digest=…&signature=…` needs nothing but the public
 * key, and neither it nor `GET /healthz` waits for a worker: which is why a health check stays green while
 * nobody can sign.
 */
export class SigningService implements AsyncDisposable {
  readonly pool = new WorkerPool(WORKERS, QUEUE);
  readonly #options: SigningServiceOptions;
  readonly #callTimeoutMs: number;
  /** By digest: an image signed twice gets the same signature, and so the same log entry. */
  readonly #signatures = new Map<string, Buffer>();
  #server: LoopbackServer | undefined;

  constructor(options: SigningServiceOptions) {
    this.#options = options;
    this.#callTimeoutMs = options.callTimeoutMs ?? 2_000;
  }

  /** For `startSigningService` alone. */
  async listen(host: string, port: number): Promise<void> {
    const certificate = (): { key: string; cert: string } => {
      const { keyPem, pem } = this.#options.certificate();
      return { key: keyPem, cert: pem };
    };
    const handler = (request: Request): Reply | Promise<Reply> => this.#answer(request);
    this.#server = await startLoopbackServer({ name: 'the signing service', host, port, handler, certificate });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this signing service was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  async close(): Promise<void> {
    this.pool.release();
    await this.#server?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #answer(request: Request): Reply | Promise<Reply> {
    switch (`${request.method} ${request.path}`) {
      case 'GET /healthz':
        return json(200, { ok: true });
      case 'GET /stats':
        return json(200, { workers: this.pool.size, busy: this.pool.busy, waiting: this.pool.waiting });
      case 'GET /verify':
        return this.#verify(request.query.get('digest') ?? '', request.query.get('signature') ?? '');
      case 'POST /sign':
        return this.#queueSigning(request);
      default:
        return json(404, { error: `no ${request.method} ${request.path}` });
    }
  }

  #verify(digest: string, signature: string): Reply {
    if (!DIGEST.test(digest)) return json(400, { error: 'digest is not sha256: and 64 hexadecimal digits' });
    const hash = Buffer.from(digest.slice('sha256:'.length), 'hex');
    const valid = verifiesDigest(this.#options.keys.publicKey, hash, Buffer.from(signature, 'base64url'));
    return json(200, { valid });
  }

  async #queueSigning(request: Request): Promise<Reply> {
    const digest = member(parseJson(request.body), 'digest');
    if (typeof digest !== 'string' || !DIGEST.test(digest))
      return json(400, { error: 'digest is not sha256: and 64 hexadecimal digits' });
    try {
      return await this.pool.run(() => this.#sign(digest), request.signal);
    } catch (error) {
      if (error instanceof WorldError && error.code === 'pool-full') return json(503, { error: error.message });
      throw error;
    }
  }

  async #sign(digest: string): Promise<Reply> {
    try {
      const manifest = await during('registry', () => this.#readManifest(digest));
      if (manifest === undefined) return json(404, { error: `no image ${digest}`, step: 'registry' });
      const allowed = await during('policy', () => this.#readPolicy());
      if (!allowed.includes(this.#options.registry.repository))
        return json(403, { error: `the policy does not allow ${this.#options.registry.repository}`, step: 'policy' });
      const signature = this.#signatureOf(digest, manifest);
      const { id, logIndex } = await during('log', () => {
        const { client, log, keys } = this.#options;
        return appendToLog(client, log, manifest, signature, keys, this.#callTimeoutMs);
      });
      const signed: Signed = { digest, signature: signature.toString('base64url'), logIndex, entry: id };
      return json(200, signed);
    } catch (error) {
      if (error instanceof StepFailure) return json(502, { error: error.message, step: error.step });
      throw error;
    }
  }

  /** The manifest's bytes, their hash checked; undefined where the registry has none. */
  async #readManifest(digest: string): Promise<Buffer | undefined> {
    const { url, repository } = this.#options.registry;
    const { status, body } = await this.#options.client({
      url: `${url}/v2/${repository}/manifests/${digest}`,
      headers: { accept: OCI_MANIFEST_TYPE },
      timeoutMs: this.#callTimeoutMs,
    });
    if (status === 404) return undefined;
    if (status !== 200) throw new WorldError('bad-answer', `the registry answered ${status} for the manifest`);
    if (digestOf(body) !== digest) throw new WorldError('bad-answer', 'the manifest has another digest than asked for');
    return body;
  }

  /** The repositories whose images may be signed. */
  async #readPolicy(): Promise<readonly unknown[]> {
    const { url, token } = this.#options.policy;
    const headers = { authorization: `Bearer ${token}` };
    const { status, body } = await this.#options.client({ url, headers, timeoutMs: this.#callTimeoutMs });
    if (status !== 200) throw new WorldError('bad-answer', `the policy store answered ${status}`);
    const allowed = asList(member(parseJson(body), 'allow'));
    if (allowed === undefined)
      throw new WorldError('bad-answer', 'the policy store answered something that is no policy');
    return allowed;
  }

  #signatureOf(digest: string, manifest: Buffer): Buffer {
    const remembered = this.#signatures.get(digest);
    if (remembered !== undefined) return remembered;
    const [oldest] = this.#signatures.keys();
    if (oldest !== undefined && this.#signatures.size >= REMEMBERED_SIGNATURES) this.#signatures.delete(oldest);
    const signature = sign('sha256', manifest, this.#options.keys.privateKey);
    this.#signatures.set(digest, signature);
    return signature;
  }
}

/** A step of signing failed; the message is that of its cause. */
class StepFailure extends Error {
  readonly step: SigningStep;

  constructor(step: SigningStep, cause: WorldError) {
    super(cause.message, { cause });
    this.step = step;
  }
}

async function during<T>(step: SigningStep, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WorldError ? new StepFailure(step, error) : error;
  }
}
