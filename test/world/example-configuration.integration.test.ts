import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { verifiesDigest } from '../../src/world/p256-verify.ts';
import { deriveKeyPair } from '../../src/world/key-pair.ts';
import { FIXED_PORTS, WORLD_NAMES } from '../../src/world/world-ports.ts';
import { DEMO_SEED, startWorld } from '../../src/world/world.ts';

const read = (name: string): Promise<string> => readFile(new URL(`../../config/${name}`, import.meta.url), 'utf8');

describe('the example configuration', () => {
  it('pins what the demo’s world really is', async () => {
    await using world = await startWorld({ seed: DEMO_SEED });
    const [yaml, rekorKey, token, ca] = await Promise.all(
      ['tocsin.yaml', 'world/rekor.pub', 'world/store.token', 'world/ca.pem'].map(read),
    );
    expect(rekorKey).toBe(world.files['rekor.pub']);
    expect(token).toBe(world.files['store.token']);
    const [pinned, served] = [ca ?? '', world.files['ca.pem']].map((pem) => new X509Certificate(pem));
    // ECDSA is randomised: the signatures differ, what is signed may not.
    expect(pinned?.serialNumber).toBe(served?.serialNumber);
    expect(pinned && served?.verify(pinned.publicKey)).toBe(true);
    const pins = [world.rekor.treeId, world.rekor.canary, `digest: ${world.image.digest}`];
    for (const pin of pins) expect(yaml).toContain(pin);
  });

  it('verifies a signature that the demo’s signing service accepts', async () => {
    const [, digest = '', signature = ''] =
      /verify\?digest=sha256:([0-9a-f]{64})&signature=([\w-]+)/.exec(await read('tocsin.yaml')) ?? [];
    const key = deriveKeyPair(DEMO_SEED, 'signer').publicKey;
    expect(verifiesDigest(key, Buffer.from(digest, 'hex'), Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('looks where the demo’s world listens', async () => {
    const yaml = await read('tocsin.yaml');
    const named = [...yaml.matchAll(/([a-z]+\.corp\.test):(\d+)/g)].map(([, name, port]) => `${name}:${port}`);
    const known = Object.entries(WORLD_NAMES).map(
      ([server, name]) => `${name}:${FIXED_PORTS[server as keyof typeof WORLD_NAMES]}`,
    );
    expect(new Set(named)).toEqual(new Set(known));
    const resolvers = [...yaml.matchAll(/resolvers?: \[?127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
    expect(new Set(resolvers)).toEqual(new Set([FIXED_PORTS.dns]));
  });
});
