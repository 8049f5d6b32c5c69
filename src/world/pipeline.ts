import { json, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';
import type { Call, CallAnswer, NamedClient } from './named-client.ts';
import { OCI_MANIFEST_TYPE } from './oci-image.ts';
import { member, parseJson } from './read-json.ts';
import { WorldError } from './world-error.ts';

export interface PipelineOptions {
  readonly host?: string;
  readonly port?: number;
  readonly client: NamedClient;
  /** The signing service's base URL, by name. */
  readonly signerUrl: string;
  /** The registry's base URL by name, and the repository that is deployed. */
  readonly registry: { readonly url: string; readonly repository: string };
  /** The image that is deployed where none is named: `sha256:…`. */
  readonly image: string;
  /** How long each step may take; default 3 s. */
  readonly stepTimeoutMs?: number;
}

/** What a deploy does, in this order. */
export type DeployStep = 'sign' | 'verify' | 'push';

/** What became of a deploy. */
export type Deployed =
  | { readonly ok: true; readonly image: string; readonly dryRun: boolean }
  | {
      readonly ok: false;
      readonly image: string;
      readonly dryRun: boolean;
      readonly step: DeployStep;
      readonly error: string;
    };

/** The tag that marks what is deployed. */
export const DEPLOYED_TAG = 'deployed';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Starts the deploy service. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const pipeline = new Pipeline(options);
  await pipeline.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return pipeline;
}

/**
 * Deploys images, and never one that is not signed: it has the image signed, has the signature verified,
 * and tags the image as deployed in the registry. `POST /deploy` does so. `GET /health-deep` does the same
 * as a dry run (it begins and cancels an upload in place of tagging) and says what failed. `GET /healthz`
 * says only that the process runs.
 */
export class Pipeline implements AsyncDisposable {
  readonly #options: PipelineOptions;
  readonly #timeoutMs: number;
  /** The dry run under way, shared by everybody who asks meanwhile. */
  #dryRun: Promise<Deployed> | undefined;
  #server: LoopbackServer | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#timeoutMs = options.stepTimeoutMs ?? 3_000;
  }

  /** For `startPipeline` alone. */
  async listen(host: string, port: number): Promise<void> {
    const handler = (request: Request): Reply | Promise<Reply> => this.#answer(request);
    this.#server = await startLoopbackServer({ name: 'the pipeline', host, port, handler });
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this pipeline was never started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  /** Deploys an image. A failing step is a result; only broken assumptions reject. */
  async deploy(image: string = this.#options.image, dryRun = false): Promise<Deployed> {
    const failed = (step: DeployStep, error: string): Deployed => ({ ok: false, image, dryRun, step, error });
    const signed = await this.#try({
      method: 'POST',
      url: `${this.#options.signerUrl}/sign`,
      ...asJson({ digest: image }),
    });
    if (signed.kind === 'failed') return failed('sign', signed.error);
    const signature = text(signed.answer, 'signature');

    const query = new URLSearchParams({ digest: image, signature });
    const verified = await this.#try({ url: `${this.#options.signerUrl}/verify?${query.toString()}` });
    if (verified.kind === 'failed') return failed('verify', verified.error);
    if (member(parseJson(verified.answer.body), 'valid') !== true)
      return failed('verify', 'the signature does not verify');

    const pushed = await (dryRun ? this.#tryPushRight() : this.#tag(image));
    return pushed.kind === 'failed' ? failed('push', pushed.error) : { ok: true, image, dryRun };
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: Request): Promise<Reply> {
    switch (`${request.method} ${request.path}`) {
      case 'GET /healthz':
        return json(200, { ok: true });
      case 'GET /health-deep': {
        this.#dryRun ??= this.deploy(undefined, true).finally(() => (this.#dryRun = undefined));
        return outcome(await this.#dryRun);
      }
      case 'POST /deploy': {
        const image = member(parseJson(request.body), 'image') ?? this.#options.image;
        if (typeof image !== 'string' || !DIGEST.test(image))
          return json(400, { error: 'image is not sha256: and 64 hexadecimal digits' });
        return outcome(await this.deploy(image));
      }
      default:
        return json(404, { error: `no ${request.method} ${request.path}` });
    }
  }

  async #tag(image: string): Promise<Tried> {
    const { url, repository } = this.#options.registry;
    const read = await this.#try({
      url: `${url}/v2/${repository}/manifests/${image}`,
      headers: { accept: OCI_MANIFEST_TYPE },
    });
    if (read.kind === 'failed') return read;
    return this.#try({
      method: 'PUT',
      url: `${url}/v2/${repository}/manifests/${DEPLOYED_TAG}`,
      headers: { 'content-type': OCI_MANIFEST_TYPE },
      body: read.answer.body,
    });
  }

  /** Begins an upload and cancels it: proves the right to push, and leaves nothing behind. */
  async #tryPushRight(): Promise<Tried> {
    const { url, repository } = this.#options.registry;
    const begun = await this.#try({ method: 'POST', url: `${url}/v2/${repository}/blobs/uploads/` });
    if (begun.kind === 'failed') return begun;
    return this.#try({ method: 'DELETE', url: new URL(begun.answer.headers.location ?? '', url).href });
  }

  /** A call that counts as failed unless it is answered with success. */
  async #try(call: Omit<Call, 'timeoutMs'>): Promise<Tried> {
    try {
      const answer = await this.#options.client({ ...call, timeoutMs: this.#timeoutMs });
      if (answer.status >= 200 && answer.status < 300) return { kind: 'done', answer };
      const said = text(answer, 'error');
      return {
        kind: 'failed',
        error: `${call.method ?? 'GET'} ${call.url} answered ${answer.status}${said && `: ${said}`}`,
      };
    } catch (error) {
      if (error instanceof WorldError) return { kind: 'failed', error: error.message };
      throw error;
    }
  }
}

type Tried =
  { readonly kind: 'done'; readonly answer: CallAnswer } | { readonly kind: 'failed'; readonly error: string };

function outcome(deployed: Deployed): Reply {
  return json(deployed.ok ? 200 : 503, deployed);
}

function asJson(body: unknown): Pick<Call, 'headers' | 'body'> {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A text member of an answer's JSON; empty where there is none. */
function text(answer: CallAnswer, name: string): string {
  const value = member(parseJson(answer.body), name);
  return typeof value === 'string' ? value : '';
}
