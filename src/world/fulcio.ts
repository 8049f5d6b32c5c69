import { createHash, sign } from 'node:crypto';
import { issueAuthority, issueIntermediate, type Certificate } from './certificate.ts';
import { newKeyPair, publicKeyDer, publicKeyPem, type KeyPair } from './key-pair.ts';
import { html, json, SILENCE, startLoopbackServer } from './loopback-server.ts';
import type { LoopbackServer, Reply, Request } from './loopback-server.ts';

/**
 * What may be wrong with Fulcio, or with the log that it enters its certificates in:
 *
 * - `other-ca`: another authority answers, of the same names · `broken-chain`: the root did not sign what it should
 * - `expired-ca`: the issuing certificate ended yesterday
 * - `no-issuers`: the configuration was lost: nobody's tokens are accepted
 * - `not-serving`: it says of itself that it does not serve
 * - `ctlog-down`: the log answers 500 · `ctlog-other-key`: the log signs with another key
 * - `maintenance`: a page in HTML with 200 · `5xx`: 503 · `hang`: never an answer
 */
export type FulcioFault =
  | 'other-ca'
  | 'broken-chain'
  | 'expired-ca'
  | 'no-issuers'
  | 'not-serving'
  | 'ctlog-down'
  | 'ctlog-other-key'
  | 'maintenance'
  | '5xx'
  | 'hang';

export interface FulcioOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The OIDC issuers whose tokens it accepts. */
  readonly issuers?: readonly string[];
  /** When the issuing certificate ends; default in a year. Milliseconds. */
  readonly endsAt?: number;
  /** Wall time in milliseconds. Default: the system's. */
  readonly now?: () => number;
}

const DAY_MS = 86_400_000;

/** Starts a Fulcio, as far as it can be read without a token, and its certificate transparency log beside it. */
export async function startFulcio(options: FulcioOptions = {}): Promise<Fulcio> {
  const fulcio = new Fulcio(options);
  await fulcio.listen(options.host ?? '127.0.0.1');
  return fulcio;
}

/** An authority of two certificates, and a log that is empty but signs that it is. */
export class Fulcio implements AsyncDisposable {
  /** Breaks it, or mends it with null. */
  fault: FulcioFault | null = null;
  readonly #issuers: readonly string[];
  readonly #now: () => number;
  readonly #root: Certificate;
  readonly #keys = newKeyPair();
  readonly #endsAt: number;
  readonly #logKeys = newKeyPair();
  readonly #servers: LoopbackServer[] = [];

  constructor({ issuers = [], now = Date.now, endsAt = now() + 365 * DAY_MS }: FulcioOptions) {
    this.#issuers = issuers;
    this.#now = now;
    this.#endsAt = endsAt;
    this.#root = rootOf(newKeyPair(), now());
  }

  /** For `startFulcio` alone. */
  async listen(host: string): Promise<void> {
    const start = (name: string, handler: (request: Request) => Reply) =>
      startLoopbackServer({ name, host, port: 0, handler });
    this.#servers.push(await start('fulcio', (request) => this.#answer(request)));
    this.#servers.push(await start('the certificate log', (request) => this.#logAnswer(request)));
  }

  get server(): LoopbackServer {
    return this.#started(0);
  }

  get url(): string {
    return this.server.url;
  }

  /** The certificate transparency log's own server. */
  get ctLog(): LoopbackServer {
    return this.#started(1);
  }

  /** PEM of the key that the log signs with while nothing is wrong. */
  get ctLogPublicKey(): string {
    return publicKeyPem(this.#logKeys);
  }

  /** `sha256/…` of the root's key. */
  get rootSpki(): string {
    return pinOf(this.#root.keys);
  }

  /** `sha256/…` of the key that certificates are issued by. */
  get issuingSpki(): string {
    return pinOf(this.#keys);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  #started(index: number): LoopbackServer {
    const server = this.#servers[index];
    if (server === undefined) throw new Error('this fulcio was never started');
    return server;
  }

  #answer({ method, path }: Request): Reply {
    if (this.fault === 'hang') return SILENCE;
    if (this.fault === '5xx') return json(503, { code: 14, message: 'service unavailable', details: [] });
    if (this.fault === 'maintenance') return html(200, '<h1>Back soon</h1>');
    switch (`${method} ${path}`) {
      case 'GET /healthz':
        return json(200, { status: this.fault === 'not-serving' ? 'NOT_SERVING' : 'SERVING' });
      case 'GET /api/v2/trustBundle':
        return json(200, { chains: [{ certificates: this.#chain() }] });
      case 'GET /api/v2/configuration':
        return json(200, { issuers: this.fault === 'no-issuers' ? [] : this.#issuers.map(describedIssuer) });
      default:
        return json(404, { code: 5, message: 'Not Found', details: [] });
    }
  }

  /** Issuing certificate first, as Fulcio serves it. Made anew each time: what is wrong may change. */
  #chain(): readonly string[] {
    const now = this.#now();
    const root = this.fault === 'other-ca' ? rootOf(newKeyPair(), now) : this.#root;
    const signer = this.fault === 'broken-chain' ? rootOf(newKeyPair(), now) : root;
    const keys = this.fault === 'other-ca' ? newKeyPair() : this.#keys;
    const notAfter = this.fault === 'expired-ca' ? now - DAY_MS : this.#endsAt;
    const request = { commonName: 'authority issuing', keys, notBefore: now - 30 * DAY_MS, notAfter };
    return [issueIntermediate(request, signer).pem, root.pem];
  }

  #logAnswer({ method, path }: Request): Reply {
    if (this.fault === 'ctlog-down') return json(500, { error_message: 'backend GetLatestSignedLogRoot failed' });
    if (`${method} ${path}` !== 'GET /ct/v1/get-sth') return json(404, { error_message: 'no such entrypoint' });
    const keys = this.fault === 'ctlog-other-key' ? newKeyPair() : this.#logKeys;
    return json(200, signedTreeHead(keys, this.#now()));
  }
}

function rootOf(keys: KeyPair, now: number): Certificate {
  return issueAuthority({
    commonName: 'authority root',
    keys,
    notBefore: now - 60 * DAY_MS,
    notAfter: now + 3650 * DAY_MS,
  });
}

function describedIssuer(issuerUrl: string): Record<string, string> {
  return { issuerUrl, audience: 'sigstore', challengeClaim: 'email', spiffeTrustDomain: '' };
}

/** RFC 6962 §3.5 and §4.3, of the empty tree. `timestamp` in milliseconds. */
function signedTreeHead(keys: KeyPair, timestamp: number): Record<string, string | number> {
  const root = createHash('sha256').digest();
  const fields = Buffer.alloc(18);
  fields.writeUInt8(1, 1);
  fields.writeBigUInt64BE(BigInt(timestamp), 2);
  const signature = sign('sha256', Buffer.concat([fields, root]), keys.privateKey);
  // `sha256`, `ecdsa` and the signature's length, as TLS 1.2 writes a signature down.
  const written = Buffer.concat([Buffer.from([4, 3, 0, signature.length]), signature]);
  return {
    tree_size: 0,
    timestamp,
    sha256_root_hash: root.toString('base64'),
    tree_head_signature: written.toString('base64'),
  };
}

function pinOf(keys: KeyPair): string {
  return `sha256/${createHash('sha256').update(publicKeyDer(keys)).digest('base64')}`;
}
