import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/model/run.ts';
import { http } from '../../src/probes/http.ts';
import { oci } from '../../src/probes/oci.ts';
import { buildImage, digestOf } from '../../src/world/oci-image.ts';
import { startDockerRegistry, type DockerRegistry } from '../servers/docker-registry.ts';
import { missing } from '../servers/programs.ts';
import { startRegistryFront, type FrontAnswer, type FrontRequest } from '../servers/registry-front.ts';
import { startTokenServer, type TokenServer } from '../servers/token-server.ts';
import { probe, type ContextWishes } from './run-context.ts';

const image = buildImage('hello\n');
const moved = buildImage('somebody else pushed this\n');
const [config = Buffer.alloc(0), layer = Buffer.alloc(0)] = image.blobs;
const REPOSITORY = 'shop/web';
const PASSWORD = 'robot-password';
/** bcrypt of the password above. */
const HTPASSWD = 'robot:$2b$05$tocsintocsintocsintocOd96FK884G/b90yqGla5Y95dkKOUOUZK\n';
const ROBOT = { username: 'robot', password: PASSWORD };

const at = (url: string, more: Record<string, unknown> = {}) => ({
  registry: url,
  repository: REPOSITORY,
  reference: 'stable',
  ...more,
});

async function look(options: Record<string, unknown>, wishes: ContextWishes = {}): Promise<Judgement> {
  const { judgement, measured } = await probe(oci, options, wishes);
  expect(JSON.stringify([judgement, measured])).not.toContain(PASSWORD);
  return judgement;
}

/** What a check by status alone says. */
async function shallow(url: string, options: Record<string, unknown> = {}): Promise<string> {
  const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' };
  return (await probe(http, { url, headers: accept, ...options })).judgement.outcome;
}

function stepOf(judgement: Judgement, name: string) {
  return judgement.steps.find((step) => step.name === name);
}

async function openUploads(registry: DockerRegistry): Promise<readonly string[]> {
  const folder = join(registry.data, 'docker/registry/v2/repositories', REPOSITORY, '_uploads');
  const left = await readdir(folder, { recursive: true }).catch((): string[] => []);
  // Version 2.8 forgets to remove the state of a hash; without this file there is no upload.
  return left.filter((file) => file.endsWith('startedat'));
}

describe.skipIf(missing('docker-registry').length > 0)('oci against docker-registry', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it('pulls anonymously, hashes every byte, and leaves no upload behind', async () => {
    const judgement = await look(at(registry.url, { digest: image.digest, upload: true }));
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
    expect(judgement.steps.map(({ name, outcome, got }) => [name, outcome, got])).toEqual([
      ['front page', 'pass', 'status 200'],
      ['realm', 'pass', 'nowhere (no login is wanted)'],
      ['token', 'pass', 'none is wanted'],
      ['manifest', 'pass', image.digest],
      ['pinned digest', 'pass', image.digest],
      ['blobs', 'pass', `2 of 2 hashed (${config.length + layer.length} bytes)`],
      ['upload', 'pass', 'begun, cancelled with 204'],
    ]);
    expect(await openUploads(registry)).toEqual([]);
  });

  it('keeps what rarely changes as facts', async () => {
    const { measured } = await probe(oci, at(registry.url));
    expect(measured.facts).toEqual({ addresses: ['127.0.0.1'], digest: image.digest });
  });

  it('pulls by digest, and needs no tag where one digest is pinned', async () => {
    const { reference: _, ...options } = at(registry.url, { digest: image.digest });
    expect(await look(options)).toMatchObject({ outcome: 'pass' });
  });

  it('begins those blobs that are too long to hash', async () => {
    const judgement = await look(at(registry.url, { maxBytes: config.length }));
    expect(judgement.outcome).toBe('pass');
    expect(stepOf(judgement, 'blobs')?.got).toBe(`1 of 2 hashed (${config.length} bytes), 1 begun`);
  });

  it('follows an index to the manifest of the platform', async () => {
    const platform = (digest: string, size: number, os: string, architecture: string) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest,
      size,
      platform: { os, architecture },
    });
    await registry.push(REPOSITORY, 'other', moved);
    const body = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [
          platform(moved.digest, moved.manifest.length, 'linux', 'amd64'),
          platform(image.digest, image.manifest.length, 'linux', 'arm64'),
        ],
      }),
    );
    const type = 'application/vnd.oci.image.index.v1+json';
    const digest = await registry.putManifest(REPOSITORY, 'index', { type, body });
    const judgement = await look(at(registry.url, { reference: 'index', platform: 'linux/arm64' }));
    expect(judgement.outcome).toBe('pass');
    expect(stepOf(judgement, 'manifest')?.got).toBe(`${digest}, of it ${image.digest}`);
  });

  it('says semantic.missing for a tag that is not there', async () => {
    const judgement = await look(at(registry.url, { reference: 'absent' }));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.missing' });
    expect(judgement.message).toContain('404 MANIFEST_UNKNOWN');
  });

  it('says connect.partial where one of the addresses refuses', async () => {
    const { port } = new URL(registry.url);
    const names = { 'registry.test': ['127.0.0.2', '127.0.0.1'] };
    const judgement = await look(at(`http://registry.test:${port}`), { names });
    expect(judgement).toMatchObject({ class: 'connect.partial', message: expect.stringContaining('127.0.0.2') });
  });

  it('is unknown, and asks nothing, where the address is not allowed', async () => {
    const guard = () => ({ allowed: false, reason: 'not in allow' }) as const;
    const { measured } = await probe(oci, at(registry.url, { harbor: true }), { guard });
    expect(measured.ownFault?.class).toBe('probe.misconfigured');
  });

  it('finds a signature under the tag where cosign puts it, and misses it where there is none', async () => {
    const without = await look(at(registry.url, { signature: true }));
    expect(without).toMatchObject({ class: 'semantic.missing', outcome: 'fail' });
    expect(without.message).toContain('no signature of sha256:');
    await registry.push(REPOSITORY, `${image.digest.replace(':', '-')}.sig`, buildImage('a signature\n'));
    expect(await look(at(registry.url, { signature: true }))).toMatchObject({ outcome: 'pass' });
  });
});

describe.skipIf(missing('docker-registry').length > 0)('oci against a docker-registry that is broken', () => {
  it('row 31: a blob that garbage collection took is integrity.blob_missing, while every HEAD is 200', async () => {
    await using registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
    expect(await look(at(registry.url))).toMatchObject({ outcome: 'pass' });
    await rm(registry.fileOf(digestOf(layer)));
    const judgement = await look(at(registry.url));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'integrity.blob_missing' });
    expect(judgement.message).toContain('status 200 and the headers, but not one byte');
    const repository = `${registry.url}/v2/${REPOSITORY}`;
    expect(await shallow(`${registry.url}/v2/`)).toBe('pass');
    expect(await shallow(`${repository}/manifests/stable`, { method: 'HEAD' })).toBe('pass');
    expect(await shallow(`${repository}/blobs/${digestOf(layer)}`, { method: 'HEAD' })).toBe('pass');
    expect(await look(at(registry.url, { depth: 'manifest' }))).toMatchObject({ outcome: 'pass' });
  });

  it('row 31: also where the blob is too long to be read whole', async () => {
    await using registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
    await rm(registry.fileOf(digestOf(layer)));
    const judgement = await look(at(registry.url, { maxBytes: config.length }));
    expect(judgement).toMatchObject({ class: 'integrity.blob_missing' });
  });

  it('row 32: a blob of the same size with other bytes is integrity.digest_mismatch, while the header is right', async () => {
    await using registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
    await writeFile(registry.fileOf(digestOf(layer)), Buffer.from(layer.map((byte) => byte ^ 0x20)));
    const judgement = await look(at(registry.url));
    expect(judgement).toMatchObject({ class: 'integrity.digest_mismatch' });
    expect(judgement.message).toContain('and the header says that it is right');
    expect(stepOf(judgement, 'blobs')).toMatchObject({ outcome: 'fail', expected: digestOf(layer) });
    const blob = `${registry.url}/v2/${REPOSITORY}/blobs/${digestOf(layer)}`;
    const headers = { 'docker-content-digest': digestOf(layer), 'content-length': String(layer.length) };
    expect(await shallow(blob, { expect: { status: 200, headers } })).toBe('pass');
  });

  it('row 32: a manifest with other bytes is integrity.digest_mismatch', async () => {
    await using registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
    const same = image.manifest.toString('utf8').replace('"schemaVersion":2', '"schemaVersion": 2');
    await writeFile(registry.fileOf(image.digest), same);
    const judgement = await look(at(registry.url));
    expect(judgement).toMatchObject({ class: 'integrity.digest_mismatch' });
    expect(stepOf(judgement, 'manifest')?.outcome).toBe('fail');
  });

  it('row 33: a tag that was moved is semantic.wrong_value', async () => {
    await using registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
    const options = at(registry.url, { digest: image.digest });
    expect(await look(options)).toMatchObject({ outcome: 'pass' });
    await registry.push(REPOSITORY, 'stable', moved);
    expect(await look(options)).toMatchObject({
      class: 'semantic.wrong_value',
      message: expect.stringContaining(moved.digest),
    });
    expect(await shallow(`${registry.url}/v2/${REPOSITORY}/manifests/stable`)).toBe('pass');
    expect(await look(at(registry.url, { digest: [image.digest, moved.digest] }))).toMatchObject({ outcome: 'pass' });
  });

  it('row 34: a registry that takes no writes is semantic.read_only, and pulling stays proven', async () => {
    await using before = await startDockerRegistry();
    await before.push(REPOSITORY, 'stable', image);
    await using registry = await startDockerRegistry({ data: before.data, readOnly: true });
    const judgement = await look(at(registry.url, { upload: true }));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.read_only' });
    expect(judgement.steps.filter(({ outcome }) => outcome !== 'pass').map(({ name }) => name)).toEqual(['upload']);
    expect(await shallow(`${registry.url}/v2/`)).toBe('pass');
    expect(await look(at(registry.url))).toMatchObject({ outcome: 'pass' });
  });
});

describe.skipIf(missing('docker-registry').length > 0)('oci against a docker-registry with a token service', () => {
  let tokens: TokenServer;
  let registry: DockerRegistry;
  beforeAll(async () => {
    tokens = await startTokenServer({ user: `robot:${PASSWORD}` });
    const { realm, service, issuer, root } = tokens;
    registry = await startDockerRegistry({ login: { kind: 'token', realm, service, issuer, root } });
    const access = [{ type: 'repository', name: REPOSITORY, actions: ['pull', 'push'] }];
    await registry.push(REPOSITORY, 'stable', image, tokens.authorization(access));
  });
  afterAll(async () => {
    await registry[Symbol.asyncDispose]();
    await tokens[Symbol.asyncDispose]();
  });
  const reset = (rules: Partial<TokenServer['rules']>) =>
    Object.assign(tokens.rules, {
      user: `robot:${PASSWORD}`,
      grants: ['pull', 'push', 'delete'],
      member: 'token',
      instead: undefined,
      ...rules,
    });
  const robot = (more: Record<string, unknown> = {}) =>
    at(registry.url, { ...ROBOT, realm: tokens.realm, service: tokens.service, ...more });

  it.each(['token', 'access_token'] as const)('pulls and pushes with tokens that it finds as %s', async (member) => {
    reset({ member });
    const before = tokens.requests.length;
    const judgement = await look(robot({ upload: true }));
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
    expect(stepOf(judgement, 'realm')?.got).toBe(`bearer realm ${tokens.realm} service ${tokens.service}`);
    expect(stepOf(judgement, 'token')?.got).toBe(`repository:${REPOSITORY}:pull`);
    expect(tokens.requests.slice(before)).toEqual([
      { scope: `repository:${REPOSITORY}:pull`, user: `robot:${PASSWORD}` },
      { scope: `repository:${REPOSITORY}:pull,push`, user: `robot:${PASSWORD}` },
      // docker-registry lets only those cancel who may delete.
      { scope: `repository:${REPOSITORY}:pull,push,delete`, user: `robot:${PASSWORD}` },
    ]);
    expect(stepOf(judgement, 'upload')?.got).toBe('begun, cancelled with 204');
    expect(await openUploads(registry)).toEqual([]);
  });

  it('passes a robot that may push and not delete, and says that its upload is left', async () => {
    reset({ grants: ['pull', 'push'] });
    const judgement = await look(robot({ upload: true }));
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
    expect(stepOf(judgement, 'upload')?.got).toContain('not cancelled (401 UNAUTHORIZED, insufficient_scope');
  });

  it('keeps no token, and has realm and service as facts', async () => {
    reset({});
    const { measured } = await probe(oci, robot({ upload: true }));
    expect(measured.facts).toMatchObject({ realm: tokens.realm, service: tokens.service });
    expect(JSON.stringify(measured)).not.toMatch(/eyJ/);
  });

  it('pulls with a token for nobody where the repository is open', async () => {
    reset({ user: undefined });
    expect(await look(at(registry.url))).toMatchObject({ outcome: 'pass' });
  });

  it('row 35: a robot that expired is auth.expired_credential, while /v2/ answers its usual 401', async () => {
    reset({ user: 'robot:another password' });
    const judgement = await look(robot());
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.expired_credential' });
    expect(judgement.message).toContain('the configured credentials were refused');
    expect(stepOf(judgement, 'token')?.outcome).toBe('fail');
    expect(await shallow(`${registry.url}/v2/`, { expect: { status: 401 } })).toBe('pass');
  });

  it('row 36: a token that only allows to pull is auth.forbidden for pushing, and pulling stays proven', async () => {
    reset({ grants: ['pull'] });
    const judgement = await look(robot({ upload: true }));
    expect(judgement).toMatchObject({ class: 'auth.forbidden' });
    expect(judgement.steps.filter(({ outcome }) => outcome !== 'pass')).toMatchObject([
      { name: 'upload', outcome: 'fail' },
    ]);
    expect(judgement.message).toContain(`does not allow push on ${REPOSITORY}, only repository:${REPOSITORY}:pull`);
    expect(await look(robot())).toMatchObject({ outcome: 'pass' });
    expect(await shallow(`${registry.url}/v2/`, { expect: { status: 401 } })).toBe('pass');
  });

  it('row 36: what the registry itself calls insufficient_scope is auth.forbidden', async () => {
    reset({});
    // A proxy that swaps the token hides from us what it allows.
    const pullOnly = tokens.authorization([{ type: 'repository', name: REPOSITORY, actions: ['pull'] }]);
    await using opaque = await startRegistryFront(undefined, () => ({
      status: 200,
      body: JSON.stringify({ token: 'opaque' }),
    }));
    const onward = (request: FrontRequest): FrontAnswer | undefined => {
      if (request.headers.authorization === 'Bearer opaque') request.headers.authorization = pullOnly;
      if (request.path !== '/v2/') return undefined;
      return {
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="${opaque.url}/token",service="registry.test"` },
      };
    };
    await using front = await startRegistryFront(registry.url, onward);
    const judgement = await look(at(front.url, { upload: true }));
    expect(stepOf(judgement, 'token')?.got).toBe('opaque: it does not say what it allows');
    expect(judgement).toMatchObject({
      class: 'auth.forbidden',
      message: expect.stringContaining('insufficient_scope'),
    });
  });

  it('says auth.forbidden where the token silently allows nothing', async () => {
    reset({ grants: [] });
    expect(await look(robot())).toMatchObject({
      class: 'auth.forbidden',
      message: expect.stringContaining('does not allow pull'),
    });
  });

  it('says auth.unauthorized where the registry does not trust the token', async () => {
    await using stranger = await startTokenServer();
    reset({
      instead: {
        status: 200,
        body: JSON.stringify({
          token: stranger.authorization([{ type: 'repository', name: REPOSITORY, actions: ['pull'] }]).slice(7),
        }),
      },
    });
    const judgement = await look(robot());
    expect(judgement).toMatchObject({ class: 'auth.unauthorized' });
    expect(judgement.message).toContain('invalid_token');
  });

  it.each([
    ['http.5xx', { status: 503, body: 'no' }],
    ['protocol.malformed', { status: 200, body: '<html>' }],
    ['protocol.malformed', { status: 200, body: '{"token":"with a space"}' }],
  ] as const)('says %s where the token service answers %o', async (failureClass, instead) => {
    reset({ instead });
    const judgement = await look(robot());
    expect(judgement).toMatchObject({ class: failureClass });
    expect(stepOf(judgement, 'token')?.outcome).toBe('fail');
  });

  it('row 37: a realm that is not the pinned one is identity.realm_mismatch, and gets no credentials', async () => {
    reset({});
    await using thief = await startTokenServer();
    const { service, issuer, root } = tokens;
    await using changed = await startDockerRegistry({
      login: { kind: 'token', realm: thief.realm, service, issuer, root },
    });
    const judgement = await look(robot({ registry: changed.url }));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.realm_mismatch' });
    expect(judgement.message).toContain(`pinned is realm ${tokens.realm}`);
    expect(thief.requests).toEqual([]);
    expect(await shallow(`${changed.url}/v2/`, { expect: { status: 401 } })).toBe('pass');
    const service2 = await look(robot({ service: 'another.test' }));
    expect(service2).toMatchObject({
      class: 'identity.realm_mismatch',
      message: expect.stringContaining('pinned is service'),
    });
  });

  it('row 37: without a pin, credentials go to no other host than the registry', async () => {
    await using elsewhere = await startTokenServer({}, '127.0.0.2');
    const { service, issuer, root } = tokens;
    const login = { kind: 'token', realm: elsewhere.realm, service, issuer, root } as const;
    await using changed = await startDockerRegistry({ login });
    const judgement = await look(at(changed.url, ROBOT));
    expect(judgement).toMatchObject({
      class: 'identity.realm_mismatch',
      message: expect.stringContaining('were not sent'),
    });
    expect(elsewhere.requests).toEqual([]);
  });

  it('says identity.realm_mismatch where a registry that should want a login wants none', async () => {
    await using open = await startDockerRegistry();
    await open.push(REPOSITORY, 'stable', image);
    expect(await look(robot({ registry: open.url }))).toMatchObject({ class: 'identity.realm_mismatch' });
  });
});

describe.skipIf(missing('docker-registry').length > 0)('oci against a docker-registry with passwords', () => {
  it('pulls and pushes with the right one, and says which way it is refused otherwise', async () => {
    await using before = await startDockerRegistry();
    await before.push(REPOSITORY, 'stable', image);
    const login = { kind: 'htpasswd', realm: 'Registry', file: HTPASSWD } as const;
    await using registry = await startDockerRegistry({ data: before.data, login });
    const judgement = await look(at(registry.url, { ...ROBOT, upload: true, realm: 'Registry' }));
    expect(judgement).toMatchObject({ outcome: 'pass' });
    expect(stepOf(judgement, 'realm')?.got).toBe('basic realm Registry');
    const wrong = await look(at(registry.url, { ...ROBOT, password: 'an old one' }));
    expect(wrong).toMatchObject({ class: 'auth.expired_credential' });
    expect(await look(at(registry.url))).toMatchObject({ class: 'auth.unauthorized' });
    const pinned = await look(at(registry.url, { ...ROBOT, realm: 'https://auth.example/token' }));
    expect(pinned).toMatchObject({ class: 'identity.realm_mismatch' });
  });
});

describe.skipIf(missing('docker-registry').length > 0)('oci against registries with something in front', () => {
  let registry: DockerRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
    await registry.push(REPOSITORY, 'stable', image);
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  it('follows blobs to another host only where it may, and takes no credentials there', async () => {
    await using store = await startRegistryFront(registry.url, () => undefined, '127.0.0.2');
    await using tokens = await startTokenServer({ user: `robot:${PASSWORD}` });
    const challenge = { 'www-authenticate': `Bearer realm="${tokens.realm}",service="registry.test"` };
    await using front = await startRegistryFront(registry.url, ({ path, headers }) => {
      if (headers.authorization === undefined) return { status: 401, headers: challenge };
      return path.includes('/blobs/sha256:')
        ? { status: 307, headers: { location: `${store.url}${path}?signature=presigned-words` } }
        : undefined;
    });
    const refused = await look(at(front.url, ROBOT));
    expect(refused).toMatchObject({ class: 'protocol.unexpected_redirect' });
    expect(refused.message).toContain('say follow: any');
    expect(store.requests).toEqual([]);

    const { judgement, measured } = await probe(oci, at(front.url, { ...ROBOT, follow: 'any' }));
    expect(judgement).toMatchObject({ outcome: 'pass' });
    expect(store.requests.map(({ path }) => path.includes('/blobs/'))).toEqual([true, true]);
    expect(store.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    expect(JSON.stringify(measured)).not.toContain('presigned-words');
  });

  it('asks the guard before it follows blobs anywhere', async () => {
    await using store = await startRegistryFront(registry.url, () => undefined, '127.0.0.2');
    await using front = await startRegistryFront(registry.url, ({ path }) =>
      path.includes('/blobs/sha256:') ? { status: 307, headers: { location: `${store.url}${path}` } } : undefined,
    );
    const guard = (address: string) =>
      address === '127.0.0.2' ? ({ allowed: false, reason: 'denied' } as const) : ({ allowed: true } as const);
    const { measured } = await probe(oci, at(front.url, { follow: 'any' }), { guard });
    expect(measured.ownFault?.class).toBe('probe.misconfigured');
    expect(store.requests).toEqual([]);
  });

  it('row 38: a Harbor component that is ill is dependency.component, as advice beside what works', async () => {
    const health = {
      status: 'unhealthy',
      components: [
        { name: 'jobservice', status: 'unhealthy', error: 'x' },
        { name: 'core', status: 'healthy' },
      ],
    };
    await using harbor = await startRegistryFront(registry.url, ({ path }) =>
      path === '/api/v2.0/health' ? { status: 200, body: JSON.stringify(health) } : undefined,
    );
    expect(await shallow(`${harbor.url}/api/v2.0/health`)).toBe('pass');
    const judgement = await look(at(harbor.url, { harbor: true }));
    expect(judgement.outcome).toBe('pass');
    expect(judgement.warnings).toMatchObject([
      { class: 'dependency.component', message: expect.stringContaining('jobservice is unhealthy') },
    ]);
    const failing = await look(at(harbor.url, { harbor: true, reference: 'absent' }));
    expect(failing).toMatchObject({
      class: 'semantic.missing',
      message: expect.stringContaining('jobservice is unhealthy'),
    });
    const healthy = { status: 'healthy', components: [{ name: 'core', status: 'healthy' }] };
    Object.assign(health, healthy);
    expect((await look(at(harbor.url, { harbor: true }))).warnings).toEqual([]);
  });

  it('row 34: Harbor refuses writes with 403; its system information tells read-only from forbidden', async () => {
    const denied = { status: 403, body: JSON.stringify({ errors: [{ code: 'DENIED', message: 'no' }] }) };
    const system = { read_only: true };
    await using harbor = await startRegistryFront(registry.url, ({ path, method }) => {
      if (path === '/api/v2.0/health') return { status: 200, body: '{"status":"healthy","components":[]}' };
      if (path === '/api/v2.0/systeminfo') return { status: 200, body: JSON.stringify(system) };
      return method === 'POST' ? denied : undefined;
    });
    const options = at(harbor.url, { harbor: true, upload: true });
    expect(await look(options)).toMatchObject({ class: 'semantic.read_only' });
    system.read_only = false;
    expect(await look(options)).toMatchObject({ class: 'auth.forbidden' });
  });

  it('says of an upload that it could not be cancelled, and fails one that leads elsewhere', async () => {
    await using stubborn = await startRegistryFront(registry.url, ({ method }) =>
      method === 'DELETE' ? { status: 405 } : undefined,
    );
    const judgement = await look(at(stubborn.url, { upload: true }));
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
    expect(stepOf(judgement, 'upload')?.got).toContain('not cancelled (405)');
    await using astray = await startRegistryFront(registry.url, ({ method }) =>
      method === 'POST'
        ? { status: 202, headers: { location: 'http://127.0.0.3:1/v2/shop/web/blobs/uploads/x' } }
        : undefined,
    );
    expect(await look(at(astray.url, { upload: true }))).toMatchObject({ class: 'protocol.unexpected_redirect' });
  });

  it('finds a signature among the referrers', async () => {
    const referrers = (artifactType: string) => JSON.stringify({ manifests: [{ artifactType }] });
    const listed = { type: 'application/vnd.cncf.notary.signature' };
    await using front = await startRegistryFront(registry.url, ({ path }) =>
      path.includes('/referrers/') ? { status: 200, body: referrers(listed.type) } : undefined,
    );
    expect(await look(at(front.url, { signature: true }))).toMatchObject({ outcome: 'pass' });
    listed.type = 'application/spdx+json';
    expect(await look(at(front.url, { signature: true }))).toMatchObject({ class: 'semantic.missing' });
  });

  it.each([
    [
      'row 10',
      'protocol.malformed',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>maintenance' },
    ],
    ['row 11', 'protocol.unexpected_redirect', { status: 302, headers: { location: 'http://127.0.0.2:1/login' } }],
    ['row 12', 'http.5xx', { status: 503, body: 'no' }],
    ['rate limit', 'quota.rate_limited', { status: 429, body: '{"errors":[{"code":"TOOMANYREQUESTS"}]}' }],
  ] as const)('%s: says %s where everything is answered so', async (_row, failureClass, answer) => {
    await using front = await startRegistryFront(undefined, () => answer);
    expect(await look(at(front.url))).toMatchObject({ outcome: 'fail', class: failureClass });
  });

  it('logs in where the front page is open and the repository is not', async () => {
    await using tokens = await startTokenServer({ user: `robot:${PASSWORD}` });
    const headers = { 'www-authenticate': `Bearer realm="${tokens.realm}",service="registry.test"` };
    await using front = await startRegistryFront(registry.url, ({ path, headers: { authorization } }) =>
      path === '/v2/' || authorization !== undefined ? undefined : { status: 401, headers },
    );
    expect(await look(at(front.url, ROBOT))).toMatchObject({ outcome: 'pass' });
    expect(tokens.requests).toHaveLength(1);
  });
});
