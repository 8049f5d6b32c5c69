import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedClient } from '../../src/world/named-client.ts';
import type { CallAnswer, NamedClient } from '../../src/world/named-client.ts';
import { digestOf, OCI_MANIFEST_TYPE } from '../../src/world/oci-image.ts';
import { DEPLOYED_TAG } from '../../src/world/pipeline.ts';
import { mendAll } from '../../src/world/switches.ts';
import type { SwitchId } from '../../src/world/switches.ts';
import { WORLD_FILES, startWorld } from '../../src/world/world.ts';
import type { World } from '../../src/world/world.ts';

const clientOf = (world: World): NamedClient => namedClient({ resolver: world.dns.address, ca: world.files['ca.pem'] });
const jsonOf = (answer: CallAnswer): Record<string, unknown> =>
  JSON.parse(answer.body.toString()) as Record<string, unknown>;

describe('the world', () => {
  let world: World;
  let client: NamedClient;
  beforeAll(async () => {
    world = await startWorld();
    client = clientOf(world);
  });
  afterAll(() => world.close());

  const sign = (digest: string, timeoutMs = 5_000): Promise<CallAnswer> => {
    const body = JSON.stringify({ digest });
    return client({ method: 'POST', url: `${world.urls.signer}/sign`, body, timeoutMs });
  };
  const verify = async (digest: string, signature: string): Promise<CallAnswer> => {
    const query = new URLSearchParams({ digest, signature });
    return client({ url: `${world.urls.signer}/verify?${query.toString()}`, timeoutMs: 5_000 });
  };

  it('signs an image: the signature verifies, and stands in the log under the index it was given', async () => {
    const signed = jsonOf(await sign(world.image.digest));
    expect(jsonOf(await verify(world.image.digest, String(signed.signature)))).toEqual({ valid: true });
    const entry = await client({
      url: `${world.urls.rekor}/api/v1/log/entries?logIndex=${String(signed.logIndex)}`,
      timeoutMs: 5_000,
    });
    const [[id, logged] = ['', undefined]] = Object.entries(jsonOf(entry)) as [string, { body: string }][];
    expect(id).toBe(signed.entry);
    const body = Buffer.from(logged?.body ?? '', 'base64').toString();
    expect(body).toContain(world.image.digest.slice('sha256:'.length));
    expect(body).toContain(Buffer.from(String(signed.signature), 'base64url').toString('base64'));
  });

  it('gives an image signed twice one signature and one entry', async () => {
    const first = jsonOf(await sign(world.image.digest));
    const size = world.rekor.size;
    expect(jsonOf(await sign(world.image.digest))).toEqual(first);
    expect(world.rekor.size).toBe(size);
  });

  it('signs no image that the registry does not have, and nothing that is no digest', async () => {
    const absent = await sign(digestOf(Buffer.from('no image')));
    expect([absent.status, jsonOf(absent).step]).toEqual([404, 'registry']);
    expect((await sign('sha256:short')).status).toBe(400);
  });

  it('calls a signature of another image invalid', async () => {
    const { signature } = jsonOf(await sign(world.image.digest));
    expect(jsonOf(await verify(digestOf(Buffer.from('x')), String(signature)))).toEqual({ valid: false });
    expect(jsonOf(await verify(world.image.digest, 'nonsense'))).toEqual({ valid: false });
    expect((await verify('nonsense', String(signature))).status).toBe(400);
  });

  it('deploys: the image is signed, verified and tagged', async () => {
    const deployed = await client({ method: 'POST', url: `${world.urls.pipeline}/deploy`, timeoutMs: 10_000 });
    expect([deployed.status, jsonOf(deployed)]).toEqual([200, { ok: true, image: world.image.digest, dryRun: false }]);
    const url = `${world.urls.registry}/v2/shop/web/manifests/${DEPLOYED_TAG}`;
    const tagged = await client({ url, headers: { accept: OCI_MANIFEST_TYPE }, timeoutMs: 5_000 });
    expect(tagged.headers['docker-content-digest']).toBe(world.image.digest);
  });

  it('leaves nothing behind when it only tries: no entry, no upload', async () => {
    await sign(world.image.digest);
    const size = world.rekor.size;
    const tried = await client({ url: `${world.urls.pipeline}/health-deep`, timeoutMs: 10_000 });
    expect([tried.status, jsonOf(tried)]).toEqual([200, { ok: true, image: world.image.digest, dryRun: true }]);
    expect([world.rekor.size, world.registry.openUploads]).toEqual([size, 0]);
  });

  it('has a switch for each fault, off at first, each reading its position from the world', async () => {
    const ids: SwitchId[] = [
      'repoint-rekor',
      'rekor-other-key',
      'rekor-down',
      'store-401',
      'registry-read-only',
      'expire-certificate',
      'fill-workers',
    ];
    expect(world.switches.map(({ id }) => id)).toEqual(ids);
    expect(world.switches.map(({ active }) => active)).toEqual(ids.map(() => false));
    for (const one of world.switches) await one.on();
    expect(world.switches.map(({ active }) => active)).toEqual(ids.map(() => true));
    await mendAll(world.switches);
    expect(world.switches.map(({ active }) => active)).toEqual(ids.map(() => false));
  });

  describe.each([
    ['repoint-rekor', 'sign', 'the log answered 200 with something that is no entry'],
    ['rekor-other-key', 'sign', 'not signed by the pinned key'],
    ['rekor-down', 'sign', 'ECONNREFUSED'],
    ['store-401', 'sign', 'the policy store answered 401'],
    ['registry-read-only', 'push', '405'],
    ['expire-certificate', 'sign', 'CERT_HAS_EXPIRED'],
  ] as const)('%s', (id, step, words) => {
    it(`stops deploys at ${step}, saying so, until it is mended`, async () => {
      await world.switch(id).on();
      const broken = await world.pipeline.deploy(undefined, true);
      expect(broken).toMatchObject({ ok: false, step });
      expect(broken.ok ? '' : broken.error).toContain(words);
      await world.switch(id).off();
      expect(await world.pipeline.deploy(undefined, true)).toMatchObject({ ok: true });
    });
  });

  it.each(['repoint-rekor', 'rekor-down', 'store-401', 'registry-read-only', 'fill-workers'] as const)(
    '%s: verifying goes on, and the health checks stay green',
    async (id) => {
      const { signature } = jsonOf(await sign(world.image.digest));
      await world.switch(id).on();
      try {
        expect(jsonOf(await verify(world.image.digest, String(signature)))).toEqual({ valid: true });
        for (const service of ['signer', 'pipeline'] as const) {
          const health = await client({ url: `${world.urls[service]}/healthz`, timeoutMs: 5_000 });
          expect(health.status).toBe(200);
        }
      } finally {
        await world.switch(id).off();
      }
    },
  );

  it('repoint-rekor: the name leads to a live host on the same port that answers 200 to everything', async () => {
    await world.switch('repoint-rekor').on();
    for (const path of ['/ping', '/api/v1/log', '/whatever']) {
      const answer = await client({ url: world.urls.rekor + path, timeoutMs: 5_000 });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    }
    await world.switch('repoint-rekor').off();
    expect((await client({ url: `${world.urls.rekor}/ping`, timeoutMs: 5_000 })).body.toString()).toBe('.');
  });

  it('fill-workers: whoever wants a signature waits, and gets it once the workers are free', async () => {
    await world.switch('fill-workers').on();
    await expect(sign(world.image.digest, 150)).rejects.toMatchObject({ code: 'no-answer' });
    const waiting = sign(world.image.digest);
    await expect.poll(() => world.signer.pool.waiting).toBe(1);
    await world.switch('fill-workers').off();
    expect((await waiting).status).toBe(200);
  });

  it('writes what a configuration needs to know of it, and no private key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-world-'));
    try {
      await world.writeFiles(folder);
      expect((await readdir(folder)).sort()).toEqual([...WORLD_FILES].sort());
      for (const name of WORLD_FILES) {
        const text = await readFile(join(folder, name), 'utf8');
        expect(text).toBe(world.files[name]);
        expect(text).not.toContain('PRIVATE');
      }
      const { 'image.digest': digest, 'image.signature': signature } = world.files;
      expect(jsonOf(await verify(digest, signature))).toEqual({ valid: true });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a world started again', () => {
  it('has the same keys, canary and certificate for the same seed, and others for another', async () => {
    const facts = async (seed: string): Promise<string[]> => {
      await using world = await startWorld({ seed });
      const leaf = new X509Certificate(world.certificate.at(Date.now()).pem);
      return [world.rekor.publicKeyPem, world.rekor.canary, world.files['store.token'], leaf.serialNumber];
    };
    const [first, again, other] = [await facts('a'), await facts('a'), await facts('b')];
    expect(again).toEqual(first);
    expect([other[0], other[2], other[3]]).not.toEqual([first[0], first[2], first[3]]);
  });

  it('keeps its log in its folder, so that nobody sees a rollback', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tocsin-world-'));
    try {
      let root: unknown;
      let size = 0;
      const look = async (world: World): Promise<Record<string, unknown>> =>
        jsonOf(await clientOf(world)({ url: `${world.urls.rekor}/api/v1/log`, timeoutMs: 5_000 }));
      {
        await using world = await startWorld({ seed: 'kept', directory });
        await world.rekor.append('something');
        root = (await look(world)).rootHash;
        size = world.rekor.size;
      }
      await using world = await startWorld({ seed: 'kept', directory });
      expect(world.rekor.size).toBe(size);
      expect((await look(world)).rootHash).toBe(root);
      const canary = `${world.urls.rekor}/api/v1/log/entries/${world.rekor.canary}`;
      expect((await clientOf(world)({ url: canary, timeoutMs: 5_000 })).status).toBe(200);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('a server whose port is taken', () => {
  it('says which server and which address, with a code', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { startRegistry } = await import('../../src/world/registry.ts');
    await expect(startRegistry({ port })).rejects.toMatchObject({
      code: 'address-in-use',
      message: `the registry cannot listen on 127.0.0.1:${String(port)}: another program has that port; end it first`,
    });
    taken.close();
    await once(taken, 'close');
  });
});
