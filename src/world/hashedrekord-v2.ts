import { createHash, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { KeyPair } from './key-pair.ts';
import { publicKeyDer } from './key-pair.ts';
import { verifiesDigest } from './p256-verify.ts';
import { member } from './read-json.ts';

/** What Rekor v2 keeps of a `hashedrekord`, version 0.0.2: everything in base64. */
export interface HashedRekordV2 {
  /** SHA-256. */
  readonly digest: string;
  /** DER ECDSA signature. */
  readonly signature: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: string;
}

/** The entry that says: the holder of `keys` signed `data`. */
export function hashedRekordV2(data: Uint8Array, keys: KeyPair): HashedRekordV2 {
  return {
    digest: createHash('sha256').update(data).digest('base64'),
    signature: sign('sha256', data, keys.privateKey).toString('base64'),
    publicKey: publicKeyDer(keys).toString('base64'),
  };
}

/** The bytes of an entry: what its leaf is the hash of. */
export function bodyOfV2({ digest, signature, publicKey }: HashedRekordV2): Buffer {
  const verifier = { keyDetails: KEY_DETAILS, publicKey: { rawBytes: publicKey } };
  const entry = { data: { algorithm: 'SHA2_256', digest }, signature: { content: signature, verifier } };
  return Buffer.from(canonicalJson({ apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002: entry } }));
}

/** Reads a request as the real log does before it takes one; in words why it is none where it is not. */
export function readHashedRekordV2(request: unknown): HashedRekordV2 | string {
  const proposed = member(request, 'hashedRekordRequestV002');
  const signed = member(proposed, 'signature');
  const verifier = member(signed, 'verifier');
  const digest = member(proposed, 'digest');
  const signature = member(signed, 'content');
  const publicKey = member(member(verifier, 'publicKey'), 'rawBytes');
  if (typeof digest !== 'string' || typeof signature !== 'string' || typeof publicKey !== 'string')
    return 'invalid request: missing digest, signature or verifier';
  if (member(verifier, 'keyDetails') !== KEY_DETAILS) return 'unsupported key details: only P-256 is served here';
  const key = readPublicKey(publicKey);
  if (key === undefined) return 'invalid public key';
  if (!verifiesDigest(key, Buffer.from(digest, 'base64'), Buffer.from(signature, 'base64')))
    return 'invalid signature: verifying signature';
  return { digest, signature, publicKey };
}

const KEY_DETAILS = 'PKIX_ECDSA_P256_SHA_256';

function readPublicKey(base64: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
