import { randomUUID, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import { startDns } from './dns.ts';
import { startImpostor } from './impostor.ts';
import { deriveKeyPair, deriveToken, publicKeyPem } from './key-pair.ts';
import type { KeyPair } from './key-pair.ts';
import { startStore } from './key-value-store.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { namedClient } from './named-client.ts';
import { buildImage } from './oci-image.ts';
import type { OciImage } from './oci-image.ts';
import { startPipeline } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { startRegistry } from './registry.ts';
import { openJournal } from './rekor-journal.ts';
import { firstRecords, startRekor } from './rekor.ts';
import type { RekorOptions } from './rekor.ts';
import { ServerCertificate, worldAuthority } from './server-certificate.ts';
import { startSigningService } from './signing-service.ts';
import { worldSwitches } from './switches.ts';
import type { Breakable, SwitchId, WorldSwitch } from './switches.ts';
import { WorldError } from './world-error.ts';
import { FIXED_PORTS, WORLD_NAMES } from './world-ports.ts';
import type { WorldServer } from './world-ports.ts';

export interface WorldOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** `free` (default): any that are free · `fixed`: those of `FIXED_PORTS`, which the example configuration names. */
  readonly ports?: 'free' | 'fixed';
  /** All keys follow from it. Default: a new one, but `DEMO_SEED` with fixed ports. */
  readonly seed?: string;
  /** `address:port` of a name server that the services ask instead of the world's own; it must know `WORLD_NAMES`. */
  readonly resolver?: string;
  /** Where the transparency log keeps its entries over restarts; without it every start begins a new log. */
  readonly directory?: string;
}

/** What a configuration has to know of the world, as files: public keys, certificates, a token, a signature. */
export const WORLD_FILES = [
  'rekor.pub',
  'ca.pem',
  'signer.pub',
  'store.token',
  'image.digest',
  'image.signature',
] as const;

/** The name of one of them. */
export type WorldFile = (typeof WORLD_FILES)[number];

/** A running world: five services that need each other as real ones do, their name server, and an impostor. */
export interface World extends Breakable, AsyncDisposable {
  readonly pipeline: Pipeline;
  readonly switches: readonly WorldSwitch[];
  readonly switch: (id: SwitchId) => WorldSwitch;
  /** Base URLs by name: they need the world's name server. */
  readonly urls: Readonly<Record<keyof typeof WORLD_NAMES, string>>;
  readonly image: OciImage;
  readonly files: Readonly<Record<WorldFile, string>>;
  /** Writes `files` into a folder. */
  writeFiles(directory: string): Promise<void>;
  close(): Promise<void>;
}

/** The seed of the world that `config/` describes. Its private keys are no secret: they guard nothing. */
export const DEMO_SEED = 'tocsin demo world';

/** The repository whose images are signed and deployed. */
const REPOSITORY = 'shop/web';

/** The key of the signing policy in the store. */
const POLICY_KEY = 'policy/signing';

/**
 * Starts a world on loopback, quickest things first. Rejects with a `WorldError` that names the server and
 * the address when one cannot be had; whatever was started by then is stopped again.
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { host = '127.0.0.1', ports = 'free' } = options;
  const seed = options.seed ?? (ports === 'fixed' ? DEMO_SEED : randomUUID());
  const port = (server: WorldServer): number => (ports === 'fixed' ? FIXED_PORTS[server] : 0);
  const token = deriveToken(seed, 'store token');
  const signerKeys = deriveKeyPair(seed, 'signer');
  const authority = worldAuthority(seed);
  const image = buildImage('Hello from the shop.\n');
  const registryAt = (url: string) => ({ url, repository: REPOSITORY });

  await using starting = new AsyncDisposableStack();
  const dns = starting.use(await startDns({ host, port: port('dns') }));
  const kept = options.directory === undefined ? {} : await openLog(options.directory, starting);
  const rekor = starting.use(
    await startRekor({
      host,
      port: port('rekor'),
      hostname: WORLD_NAMES.rekor,
      keys: deriveKeyPair(seed, 'rekor'),
      ...kept,
    }),
  );
  const impostor = starting.use(await startImpostorBeside(rekor.server));
  const registry = starting.use(await startRegistry({ host, port: port('registry') }));
  registry.load(REPOSITORY, 'latest', image);
  const policy = JSON.stringify({ allow: [REPOSITORY] });
  const store = starting.use(await startStore({ host, port: port('store'), token, values: { [POLICY_KEY]: policy } }));

  const client = namedClient({ resolver: options.resolver ?? dns.address, ca: authority.pem });
  const certificate = new ServerCertificate(authority, seed, WORLD_NAMES.signer);
  const signer = starting.use(
    await startSigningService({
      host,
      port: port('signer'),
      certificate: () => certificate.at(Date.now()),
      keys: signerKeys,
      client,
      log: { url: byName('rekor', rekor.server), publicKeyPem: rekor.publicKeyPem },
      registry: registryAt(byName('registry', registry.server)),
      policy: { url: byName('store', store.server) + store.valuePath(POLICY_KEY), token },
    }),
  );
  const pipeline = starting.use(
    await startPipeline({
      host,
      port: port('pipeline'),
      client,
      signerUrl: byName('signer', signer.server),
      registry: registryAt(byName('registry', registry.server)),
      image: image.digest,
    }),
  );
  const services = { rekor, registry, store, signer, pipeline };
  for (const [service, name] of entries(WORLD_NAMES)) dns.point(name, services[service].server.host);

  const breakable: Breakable = { dns, rekor, impostor, registry, store, signer, certificate };
  const switches = worldSwitches(breakable);
  const files = worldFiles({ rekorPublicKey: rekor.publicKeyPem, authority, signerKeys, token, image });
  const started = starting.move();
  return {
    ...breakable,
    pipeline,
    switches,
    switch: (id) => {
      const found = switches.find((one) => one.id === id);
      if (found === undefined) throw new Error(`no switch ${id}`);
      return found;
    },
    urls: Object.fromEntries(
      entries(services).map(([service, { server }]) => [service, byName(service, server)]),
    ) as World['urls'],
    image,
    files,
    writeFiles: (directory) => writeAll(directory, files),
    close: () => started.disposeAsync(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The log of an earlier start, or a new one in its place. */
async function openLog(
  directory: string,
  owner: AsyncDisposableStack,
): Promise<Pick<RekorOptions, 'records' | 'keep'>> {
  const journal = owner.use(await openJournal(join(directory, 'rekor-log.jsonl'), () => firstRecords(7)));
  return { records: journal.records, keep: (record) => journal.append(record) };
}

/** Loopback addresses beside 127.0.0.1. Systems that have only that one of the first kind have the last. */
const IMPOSTOR_HOSTS = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '::1'] as const;

/** The impostor has Rekor's port, or a changed name would not lead to it; so it needs another address. */
async function startImpostorBeside({ host, port }: LoopbackServer): Promise<LoopbackServer> {
  let last: unknown;
  for (const candidate of IMPOSTOR_HOSTS.filter((address) => address !== host)) {
    try {
      return await startImpostor({ host: candidate, port });
    } catch (error) {
      last = error;
    }
  }
  throw new WorldError('address-unavailable', `the impostor found no loopback address with port ${port}`, {
    cause: last,
  });
}

function byName(service: keyof typeof WORLD_NAMES, { url, port }: LoopbackServer): string {
  return `${new URL(url).protocol}//${WORLD_NAMES[service]}:${port}`;
}

function worldFiles(known: {
  readonly rekorPublicKey: string;
  readonly authority: Certificate;
  readonly signerKeys: KeyPair;
  readonly token: string;
  readonly image: OciImage;
}): Record<WorldFile, string> {
  const { rekorPublicKey, authority, signerKeys, token, image } = known;
  return {
    'rekor.pub': rekorPublicKey,
    'ca.pem': authority.pem,
    'signer.pub': publicKeyPem(signerKeys),
    'store.token': token,
    'image.digest': image.digest,
    'image.signature': sign('sha256', image.manifest, signerKeys.privateKey).toString('base64url'),
  };
}

/** Texts that stand inside other strings are written without a final newline. */
async function writeAll(directory: string, files: Readonly<Record<WorldFile, string>>): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, text] of entries(files)) await writeFile(join(directory, name), text);
}

function entries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
