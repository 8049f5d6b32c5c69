import { describe, expect, it } from 'vitest';
import { buildImage, digestOf, OCI_MANIFEST_TYPE } from '../../src/world/oci-image.ts';
import { startRegistry } from '../../src/world/registry.ts';
import type { Registry, RegistryAccess } from '../../src/world/registry.ts';

const image = buildImage('hello\n');
const [config = Buffer.alloc(0), layer = Buffer.alloc(0)] = image.blobs;
const accept = { accept: OCI_MANIFEST_TYPE };

async function call(registry: Registry, method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, registry.url), { method, ...init, signal: AbortSignal.timeout(5_000) });
}
const manifestPath = (reference: string): string => `/v2/shop/web/manifests/${reference}`;
const blobPath = (blob: Buffer): string => `/v2/shop/web/blobs/${digestOf(blob)}`;

async function pushBlob(registry: Registry, blob: Buffer, digest = digestOf(blob)): Promise<number> {
  const begun = await call(registry, 'POST', '/v2/shop/web/blobs/uploads/');
  const location = begun.headers.get('location') ?? '';
  return (await call(registry, 'PUT', `${location}?digest=${digest}`, { body: new Uint8Array(blob) })).status;
}

async function loaded(access?: RegistryAccess): Promise<Registry> {
  const registry = await startRegistry(access === undefined ? {} : { access });
  registry.load('shop/web', 'latest', image);
  return registry;
}

describe('the registry', () => {
  it('takes a real image blob by blob and gives back the same bytes, by tag and by digest', async () => {
    await using registry = await startRegistry();
    expect([await pushBlob(registry, config), await pushBlob(registry, layer)]).toEqual([201, 201]);
    const put = await call(registry, 'PUT', manifestPath('v1'), { body: new Uint8Array(image.manifest) });
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, image.digest]);
    for (const reference of ['v1', image.digest]) {
      const got = await call(registry, 'GET', manifestPath(reference), { headers: accept });
      expect(got.headers.get('content-type')).toBe(OCI_MANIFEST_TYPE);
      expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(image.digest);
    }
    const got = await call(registry, 'GET', blobPath(layer));
    expect(digestOf(Buffer.from(await got.arrayBuffer()))).toBe(digestOf(layer));
    const tags = await call(registry, 'GET', '/v2/shop/web/tags/list');
    expect(await tags.json()).toEqual({ name: 'shop/web', tags: ['v1'] });
  });

  it('takes a blob in pieces', async () => {
    await using registry = await startRegistry();
    const begun = await call(registry, 'POST', '/v2/shop/web/blobs/uploads/');
    const location = begun.headers.get('location') ?? '';
    await call(registry, 'PATCH', location, { body: new Uint8Array(layer.subarray(0, 100)) });
    const patched = await call(registry, 'PATCH', location, { body: new Uint8Array(layer.subarray(100)) });
    expect([patched.status, patched.headers.get('range')]).toEqual([202, `0-${layer.length - 1}`]);
    expect((await call(registry, 'PUT', `${location}?digest=${digestOf(layer)}`)).status).toBe(201);
  });

  it('refuses bytes that are not what their digest says, and manifests of blobs that it does not have', async () => {
    await using registry = await startRegistry();
    expect(await pushBlob(registry, layer, digestOf(config))).toBe(400);
    const body = new Uint8Array(image.manifest);
    expect((await call(registry, 'PUT', manifestPath('v1'), { body })).status).toBe(400);
    expect((await call(registry, 'PUT', manifestPath(digestOf(layer)), { body })).status).toBe(400);
    expect((await call(registry, 'PUT', manifestPath('v1'), { body: '{}' })).status).toBe(400);
  });

  it('tells a client that does not name the OCI type that there is no manifest, as docker-registry 2.8 does', async () => {
    await using registry = await loaded();
    expect((await call(registry, 'HEAD', manifestPath('latest'))).status).toBe(404);
    const head = await call(registry, 'HEAD', manifestPath('latest'), { headers: accept });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(image.manifest.length)]);
  });

  it('forgets an upload that is cancelled', async () => {
    await using registry = await loaded();
    const begun = await call(registry, 'POST', '/v2/shop/web/blobs/uploads/');
    expect([begun.status, registry.openUploads]).toEqual([202, 1]);
    const location = begun.headers.get('location') ?? '';
    expect((await call(registry, 'DELETE', location)).status).toBe(204);
    expect((await call(registry, 'DELETE', location)).status).toBe(404);
    expect(registry.openUploads).toBe(0);
  });

  it('keeps no more uploads than it can, dropping the oldest', async () => {
    await using registry = await loaded();
    for (let i = 0; i < 70; i++) await (await call(registry, 'POST', '/v2/shop/web/blobs/uploads/')).arrayBuffer();
    expect(registry.openUploads).toBe(64);
  });

  it('asks for a token where it wants one, and takes the one that it gives for the right words', async () => {
    await using registry = await loaded({ kind: 'bearer', username: 'robot', password: 'secret' });
    const refused = await call(registry, 'GET', manifestPath('latest'), { headers: accept });
    expect(refused.status).toBe(401);
    const challenge = refused.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain(`realm="${registry.url}/token"`);
    expect(challenge).toContain('scope="repository:shop/web:pull,push"');
    const basic = (password: string) => ({ authorization: `Basic ${btoa(`robot:${password}`)}` });
    expect((await call(registry, 'GET', '/token', { headers: basic('wrong') })).status).toBe(401);
    const { token } = (await (await call(registry, 'GET', '/token', { headers: basic('secret') })).json()) as {
      token: string;
    };
    const headers = { ...accept, authorization: `Bearer ${token}` };
    expect((await call(registry, 'GET', manifestPath('latest'), { headers })).status).toBe(200);
  });

  it('blob-missing: everything but the bytes is there', async () => {
    await using registry = await loaded();
    registry.fault = 'blob-missing';
    expect((await call(registry, 'GET', manifestPath('latest'), { headers: accept })).status).toBe(200);
    expect((await call(registry, 'HEAD', blobPath(layer))).status).toBe(200);
    expect((await call(registry, 'GET', blobPath(layer))).status).toBe(404);
  });

  it('blob-corrupted: right size, right digest header, wrong bytes', async () => {
    await using registry = await loaded();
    registry.fault = 'blob-corrupted';
    const got = await call(registry, 'GET', blobPath(layer));
    expect([got.status, got.headers.get('docker-content-digest')]).toEqual([200, digestOf(layer)]);
    const bytes = Buffer.from(await got.arrayBuffer());
    expect(bytes.length).toBe(layer.length);
    expect(digestOf(bytes)).not.toBe(digestOf(layer));
  });

  it('read-only: reads work, every write is 405', async () => {
    await using registry = await loaded();
    registry.fault = 'read-only';
    expect((await call(registry, 'GET', '/v2/')).status).toBe(200);
    expect((await call(registry, 'GET', blobPath(layer))).status).toBe(200);
    expect((await call(registry, 'POST', '/v2/shop/web/blobs/uploads/')).status).toBe(405);
  });

  it.each([
    ['unauthorized', 401],
    ['5xx', 503],
  ] as const)('%s: every answer is %i', async (fault, status) => {
    await using registry = await loaded();
    registry.fault = fault;
    for (const path of ['/v2/', blobPath(layer)]) expect((await call(registry, 'GET', path)).status).toBe(status);
  });

  it('hang: a connection is taken and nothing ever comes back', async () => {
    await using registry = await loaded();
    registry.fault = 'hang';
    const signal = AbortSignal.timeout(150);
    await expect(fetch(`${registry.url}/v2/`, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
