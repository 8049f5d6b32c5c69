import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveKeyPair, newKeyPair, publicKeyPem } from '../../src/world/key-pair.ts';
import { verifiesDigest } from '../../src/world/p256-verify.ts';

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();
const data = fc.uint8Array({ maxLength: 64 });

describe('verifying a signature over a digest', () => {
  it('accepts what node:crypto signed, by fresh keys and by derived ones', () => {
    fc.assert(
      fc.property(data, fc.string(), (bytes, seed) => {
        const keys = seed === '' ? newKeyPair() : deriveKeyPair(seed, 'test');
        expect(verifiesDigest(keys.publicKey, sha256(bytes), sign('sha256', bytes, keys.privateKey))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses another digest, another key, and a signature with any bit turned', () => {
    const keys = newKeyPair();
    const other = newKeyPair();
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(7), (bytes, at, bit) => {
        const signature = sign('sha256', bytes, keys.privateKey);
        expect(verifiesDigest(keys.publicKey, sha256(Buffer.from([...bytes, 0])), signature)).toBe(false);
        expect(verifiesDigest(other.publicKey, sha256(bytes), signature)).toBe(false);
        const turned = Buffer.from(signature);
        turned.writeUInt8(turned.readUInt8(at % turned.length) ^ (1 << bit), at % turned.length);
        expect(verifiesDigest(keys.publicKey, sha256(bytes), turned)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('calls everything malformed, and every key of another kind, no signature', () => {
    const keys = newKeyPair();
    const digest = sha256(Buffer.from('x'));
    fc.assert(fc.property(data, (noise) => !verifiesDigest(keys.publicKey, digest, Buffer.from(noise))));
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    expect(verifiesDigest(p384.publicKey, digest, sign('sha256', Buffer.from('x'), p384.privateKey))).toBe(false);
  });
});

describe('a derived key pair', () => {
  it('is always the same for a seed and a label, and another for any other', () => {
    const pem = (seed: string, label: string): string => publicKeyPem(deriveKeyPair(seed, label));
    expect(pem('demo', 'rekor')).toBe(pem('demo', 'rekor'));
    expect(new Set([pem('demo', 'rekor'), pem('demo', 'ca'), pem('other', 'rekor')]).size).toBe(3);
  });
});
