import { createECDH, createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** An ECDSA key pair on P-256. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The order of P-256's group (SEC 2, section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A fresh P-256 key pair. */
export function newKeyPair(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/**
 * The P-256 key pair that belongs to a seed and a label: always the same one. This is what lets the demo's
 * configuration be a plain file in the repository, its pins included. Whoever knows the seed knows the key,
 * so it guards nothing but a toy on loopback.
 */
export function deriveKeyPair(seed: string, label: string): KeyPair {
  // 48 bytes reduced modulo the order leave a bias of 2^-128 (FIPS 186-5, appendix A.2.1).
  const bytes = Buffer.from(hkdfSync('sha256', seed, 'tocsin world', label, 48));
  const scalar = (BigInt(`0x${bytes.toString('hex')}`) % (P256_ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: d.toString('base64url'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A text that belongs to a seed and a label, in letters that need no quoting anywhere. */
export function deriveToken(seed: string, label: string): string {
  return Buffer.from(hkdfSync('sha256', seed, 'tocsin world', label, 18)).toString('base64url');
}

/** The public key as SubjectPublicKeyInfo in DER. */
export function publicKeyDer(keys: Pick<KeyPair, 'publicKey'>): Buffer {
  return keys.publicKey.export({ type: 'spki', format: 'der' });
}

/** The public key as SubjectPublicKeyInfo in PEM. */
export function publicKeyPem(keys: Pick<KeyPair, 'publicKey'>): string {
  return keys.publicKey.export({ type: 'spki', format: 'pem' }) as string;
}

/** The private key as PKCS #8 in PEM. */
export function privateKeyPem(keys: Pick<KeyPair, 'privateKey'>): string {
  return keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}
