import { Key, Metadata, MetaFile, Root, Signature, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { json, startLoopbackServer, type LoopbackServer, type Reply } from '../../src/world/loopback-server.ts';

const DAY_MS = 86_400_000;
const SPEC = '1.0.31';

/** What of a repository shall be different. Days from now until metadata ends; negative ones are past. */
export interface RepositoryWishes {
  readonly days?: Partial<Record<'root' | 'timestamp' | 'snapshot' | 'targets', number>>;
  /** Of timestamp, snapshot and targets. */
  readonly version?: number;
  readonly consistentSnapshot?: boolean;
  readonly files?: Readonly<Record<string, string>>;
}

/** A key that signs metadata. */
export class SigningKey {
  readonly key: Key;
  readonly #privateKey: KeyObject;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const hex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
    const keyID = createHash('sha256').update(hex).digest('hex');
    this.key = new Key({ keyID, keyType: 'ed25519', scheme: 'ed25519', keyVal: { public: hex } });
    this.#privateKey = privateKey;
  }

  sign(metadata: Metadata<Root | Timestamp | Snapshot | Targets>): void {
    metadata.sign(
      (data) => new Signature({ keyID: this.key.keyID, sig: sign(null, data, this.#privateKey).toString('hex') }),
    );
  }
}

/** A real repository: signed by real keys, served file by file. What is wrong with it is done to `files`. */
export class TufRepository implements AsyncDisposable {
  /** By path: metadata beside each other, target files below `targets/`. */
  readonly files = new Map<string, Buffer>();
  readonly key = new SigningKey();
  readonly asked: string[] = [];
  #server: LoopbackServer | undefined;

  static async start(wishes: RepositoryWishes = {}): Promise<TufRepository> {
    const repository = new TufRepository();
    repository.publish(wishes);
    const handler = ({ path }: { readonly path: string }): Reply => {
      const name = decodeURIComponent(path.slice(1));
      repository.asked.push(name);
      const body = repository.files.get(name);
      return body === undefined ? json(404, { error: 'no such file' }) : { kind: 'answer', status: 200, body };
    };
    repository.#server = await startLoopbackServer({ name: 'tuf', host: '127.0.0.1', port: 0, handler });
    return repository;
  }

  get server(): LoopbackServer {
    if (this.#server === undefined) throw new Error('this repository was never started');
    return this.#server;
  }

  /** The first root, as an operator pins it. */
  get root(): string {
    return this.files.get('1.root.json')?.toString('utf8') ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
  }

  /** Signs and publishes everything anew; the first root stays. */
  publish(wishes: RepositoryWishes = {}): void {
    const { version = 1, consistentSnapshot = false, files = { 'trusted_root.json': '{"tlogs":[]}' } } = wishes;
    const expires = (role: 'root' | 'timestamp' | 'snapshot' | 'targets') => endsIn(wishes.days?.[role] ?? 100);
    const common = { version, specVersion: SPEC };
    if (!this.files.has('1.root.json')) {
      this.publishRoot(1, [this.key], { days: wishes.days?.root ?? 100, consistentSnapshot });
    }
    const targets = new Metadata(new Targets({ ...common, expires: expires('targets') }));
    for (const [path, text] of Object.entries(files)) {
      const body = Buffer.from(text);
      targets.signed.addTarget(new TargetFile({ path, length: body.length, hashes: { sha256: sha256(body) } }));
      this.files.set(`targets/${consistentSnapshot ? `${sha256(body)}.` : ''}${path}`, body);
    }
    const targetsBytes = this.#signed(targets);
    const meta = { 'targets.json': promise(version, targetsBytes) };
    const snapshotBytes = this.#signed(new Metadata(new Snapshot({ ...common, expires: expires('snapshot'), meta })));
    const snapshotMeta = promise(version, snapshotBytes);
    const timestamp = new Metadata(new Timestamp({ ...common, expires: expires('timestamp'), snapshotMeta }));
    const prefix = consistentSnapshot ? `${version}.` : '';
    this.files.set(`${prefix}targets.json`, targetsBytes);
    this.files.set(`${prefix}snapshot.json`, snapshotBytes);
    this.files.set('timestamp.json', this.#signed(timestamp));
  }

  /** Publishes a root that names this repository's key for every role, signed by `signers`. */
  publishRoot(
    version: number,
    signers: readonly SigningKey[],
    {
      days = 100,
      consistentSnapshot = false,
      file = version,
    }: { days?: number; consistentSnapshot?: boolean; file?: number } = {},
  ): void {
    const root = new Metadata(new Root({ version, specVersion: SPEC, expires: endsIn(days), consistentSnapshot }));
    for (const role of ['root', 'timestamp', 'snapshot', 'targets']) root.signed.addKey(this.key.key, role);
    for (const signer of signers) signer.sign(root);
    this.files.set(`${file}.root.json`, bytesOf(root));
  }

  #signed(metadata: Metadata<Root | Timestamp | Snapshot | Targets>): Buffer {
    this.key.sign(metadata);
    return bytesOf(metadata);
  }
}

function bytesOf(metadata: { toJSON(): unknown }): Buffer {
  return Buffer.from(JSON.stringify(metadata.toJSON()));
}

function promise(version: number, bytes: Buffer): MetaFile {
  return new MetaFile({ version, length: bytes.length, hashes: { sha256: sha256(bytes) } });
}

/** `NaN` gives an end that cannot be read. */
function endsIn(days: number): string {
  return Number.isNaN(days) ? 'never' : new Date(Date.now() + days * DAY_MS).toISOString();
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
