import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type OciImage } from '../../src/world/oci-image.ts';
import { freePort, startProgram, temporaryFolder, type ChildProgram } from './child-program.ts';
import { programPath } from './programs.ts';

/** Who may use the registry. */
export type RegistryLogin =
  /** Whoever brings a token of this service (x5c chains lead to `root`, PEM). */
  | {
      readonly kind: 'token';
      readonly realm: string;
      readonly service: string;
      readonly issuer: string;
      readonly root: string;
    }
  /** Whoever stands in this htpasswd file (bcrypt). */
  | { readonly kind: 'htpasswd'; readonly realm: string; readonly file: string };

/** How a registry is started; everybody may use it where nothing is said. */
export interface DockerRegistryOptions {
  readonly login?: RegistryLogin;
  /** Takes no writes (`maintenance.readonly`). */
  readonly readOnly?: boolean;
  /** Data of another one that has ended. */
  readonly data?: string;
}

/** Debian's docker-registry on loopback, with the blob descriptor cache that its package turns on. */
export interface DockerRegistry extends AsyncDisposable {
  readonly url: string;
  /** Where its content lies. */
  readonly data: string;
  /** The file that holds a blob or a manifest. */
  readonly fileOf: (digest: string) => string;
  /** Pushes as a client does: blobs, then the manifest under a tag. */
  readonly push: (repository: string, tag: string, image: OciImage, authorization?: string) => Promise<void>;
  /** Ends it; `comeBack` starts it again where it was, with what it kept. */
  readonly stop: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  /** Puts a manifest of any kind, under a tag or a digest; gives its digest. */
  readonly putManifest: (repository: string, reference: string, manifest: PutManifest) => Promise<string>;
}

/** A manifest as it is put. */
export interface PutManifest {
  readonly type: string;
  readonly body: Buffer;
  readonly authorization?: string | undefined;
}

const IMAGE_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** Starts one on a free port of 127.0.0.1. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const program = programPath('docker-registry');
  if (program === undefined) throw new Error('docker-registry is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('docker-registry'));
  const data = options.data ?? join(folder.path, 'data');
  const port = await freePort();
  const settings = await settingsFile(folder.path, { ...options, data, port });
  const url = `http://127.0.0.1:${port}`;
  const start = (): Promise<ChildProgram> =>
    startProgram(program, { args: ['serve', settings], isReady: () => answers(url) });
  let child = await start();
  stack.defer(() => child[Symbol.asyncDispose]());
  const owned = stack.move();
  return {
    ...clientOf(url),
    url,
    data,
    fileOf: fileIn(data),
    stop: async () => child[Symbol.asyncDispose](),
    comeBack: async () => {
      child = await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function settingsFile(
  folder: string,
  options: DockerRegistryOptions & { readonly data: string; readonly port: number },
): Promise<string> {
  const path = join(folder, 'config.yml');
  // JSON is YAML.
  const settings = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      cache: { blobdescriptor: 'inmemory' },
      filesystem: { rootdirectory: options.data },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: options.readOnly === true } },
    },
    http: { addr: `127.0.0.1:${options.port}` },
    ...(options.login !== undefined && { auth: await loginSettings(folder, options.login) }),
  };
  await writeFile(path, JSON.stringify(settings));
  return path;
}

async function loginSettings(folder: string, login: RegistryLogin): Promise<object> {
  const file = join(folder, 'login');
  if (login.kind === 'htpasswd') {
    await writeFile(file, login.file);
    return { htpasswd: { realm: login.realm, path: file } };
  }
  await writeFile(file, login.root);
  const { realm, service, issuer } = login;
  return { token: { realm, service, issuer, rootcertbundle: file } };
}

function fileIn(data: string): DockerRegistry['fileOf'] {
  return (digest) => {
    const hex = digest.replace('sha256:', '');
    return join(data, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  };
}

function clientOf(url: string): Pick<DockerRegistry, 'push' | 'putManifest'> {
  const put = async (
    repository: string,
    reference: string,
    { type, body, authorization }: PutManifest,
  ): Promise<string> => {
    const headers = { 'content-type': type, ...login(authorization) };
    await call(`${url}/v2/${repository}/manifests/${reference}`, { method: 'PUT', headers, body }, 201);
    return digestOf(body);
  };
  return {
    putManifest: put,
    async push(repository, tag, image, authorization) {
      for (const blob of image.blobs) {
        const headers = login(authorization);
        const begun = await call(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers }, 202);
        const location = new URL(begun.headers.get('location') ?? '', url);
        location.searchParams.set('digest', digestOf(blob));
        await call(location.href, { method: 'PUT', headers, body: blob }, 201);
      }
      await put(repository, tag, { type: IMAGE_TYPE, body: image.manifest, authorization });
    },
  };
}

function login(authorization: string | undefined): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}

async function call(
  url: string,
  request: { readonly method: string; readonly headers?: Record<string, string>; readonly body?: Buffer },
  wanted: number,
): Promise<Response> {
  const { method, headers, body } = request;
  const answer = await fetch(url, {
    method,
    headers: { ...headers, connection: 'close' },
    ...(body !== undefined && { body: new Uint8Array(body) }),
  });
  const text = await answer.text();
  if (answer.status !== wanted) throw new Error(`${method} ${url}: answered ${answer.status} ${text}`);
  return answer;
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v2/`, { headers: { connection: 'close' } });
    await answer.text();
    return answer.status === 200 || answer.status === 401;
  } catch {
    return false;
  }
}
