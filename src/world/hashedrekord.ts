import { createHash, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeyPair } from './key-pair.ts';
import { publicKeyPem } from './key-pair.ts';
import { verifiesDigest } from './p256-verify.ts';
import { member } from './read-json.ts';

/** Rekor's `hashedrekord` entry, version 0.0.1: somebody signed something that has this SHA-256. */
export interface HashedRekord {
  readonly apiVersion: '0.0.1';
  readonly kind: 'hashedrekord';
  readonly spec: {
    readonly data: { readonly hash: { readonly algorithm: 'sha256'; readonly value: string } };
    /** Base64 of the DER signature, and of the PEM public key. */
    readonly signature: { readonly content: string; readonly publicKey: { readonly content: string } };
  };
}

/** A proposed entry read: the entry, or why it is none, in Rekor's words. */
export type ReadEntry =
  { readonly kind: 'entry'; readonly entry: HashedRekord } | { readonly kind: 'invalid'; readonly reason: string };

/** The entry that says: the holder of `keys` signed `data`. ECDSA is randomised, so each call gives another one. */
export function hashedRekord(data: Uint8Array, keys: KeyPair): HashedRekord {
  return hashedRekordOf(createHash('sha256').update(data).digest('hex'), sign('sha256', data, keys.privateKey), keys);
}

/** The same, of a signature that exists already. `digest` is hexadecimal SHA-256. */
export function hashedRekordOf(digest: string, signature: Buffer, keys: Pick<KeyPair, 'publicKey'>): HashedRekord {
  const publicKey = { content: Buffer.from(publicKeyPem(keys)).toString('base64') };
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest } },
      signature: { content: signature.toString('base64'), publicKey },
    },
  };
}

/**
 * Reads a proposed entry as the real log does before it takes one: right kind and version, a digest, a key
 * that parses, and a signature by that key over that digest. Unknown members are dropped. Only P-256 keys
 * are known here.
 */
export function readHashedRekord(proposed: unknown): ReadEntry {
  if (member(proposed, 'kind') !== 'hashedrekord')
    return invalid('invalid kind value: only hashedrekord is served here');
  if (member(proposed, 'apiVersion') !== '0.0.1') return invalid('unsupported apiVersion: only 0.0.1 is served here');
  const hash = member(member(member(proposed, 'spec'), 'data'), 'hash');
  const digest = member(hash, 'value');
  if (member(hash, 'algorithm') !== 'sha256') return invalid('unsupported hash algorithm: only sha256 is served here');
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) return invalid('invalid value for hash');
  const spec = member(member(proposed, 'spec'), 'signature');
  const content = member(spec, 'content');
  const keyContent = member(member(spec, 'publicKey'), 'content');
  if (typeof content !== 'string' || content === '') return invalid('missing signature');
  if (typeof keyContent !== 'string') return invalid('missing public key');
  const publicKey = readPublicKey(keyContent);
  if (publicKey === undefined) return invalid('invalid public key');
  const signature = Buffer.from(content, 'base64');
  if (!verifiesDigest(publicKey, Buffer.from(digest, 'hex'), signature))
    return invalid('verifying signature: invalid signature when validating ASN.1 encoded signature');
  return { kind: 'entry', entry: hashedRekordOf(digest, signature, { publicKey }) };
}

/**
 * The entry that every log of this room holds from its beginning, so that a configuration can name it by its
 * leaf hash once and for all. The key that signed it was thrown away.
 */
export const CANARY_ENTRY: HashedRekord = {
  apiVersion: '0.0.1',
  kind: 'hashedrekord',
  spec: {
    data: { hash: { algorithm: 'sha256', value: '946fbac8b5426341dc12eb580edaca5c670431bafbc41b98bead49ef59bc99f2' } },
    signature: {
      content: 'MEYCIQDLIpZ1DFzs7HOFa37hlc44uI/TLDuCK0H6TEo9mpLemAIhALsO4m4FXn67BhIVe35RTBBCY5sA68BoGoY7V8seq7NA',
      publicKey: {
        content:
          'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFZGgzS29VZGR3' +
          'ZzIrVm9xaVVraURhNXNNK0ovOQpKejBXSmRmTjBtWEZ6VDd6cFVRVEhFemNUWUlZM3EyeVNtRjQvRE40QkdOYnRiWTJrcS9T' +
          'M1c0YVJBPT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg==',
      },
    },
  },
};

function invalid(reason: string): ReadEntry {
  return { kind: 'invalid', reason };
}

function readPublicKey(base64: string): KeyObject | undefined {
  try {
    return createPublicKey(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
