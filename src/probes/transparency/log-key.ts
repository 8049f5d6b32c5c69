import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { malformed, parsed, type Parsed } from './parsed.ts';

/** A log's public key. */
export interface LogKey {
  readonly algorithm: 'ecdsa-p256' | 'ed25519';
  readonly key: KeyObject;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** Lower-case hexadecimal SHA-256 of `spki`: Rekor's log id. */
  readonly fingerprint: string;
}

const PEM_BLOCK = /^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]{1,4096}-----END PUBLIC KEY-----\s*$/;

/** Reads a public key from PEM: exactly one `PUBLIC KEY` block, ECDSA P-256 or Ed25519. */
export function logKeyFromPem(pem: string): Parsed<LogKey> {
  // Node would also derive a public key from a private one; nobody should keep that here.
  if (!PEM_BLOCK.test(pem)) return malformed('not one PEM block "BEGIN PUBLIC KEY"');
  return fromInput({ key: pem, format: 'pem' });
}

/** Reads a public key from the DER of its SubjectPublicKeyInfo. */
export function logKeyFromSpki(spki: Uint8Array): Parsed<LogKey> {
  return fromInput({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

/** Whether `signature` is this key's over `message`: ECDSA with SHA-256 in DER, or plain Ed25519. */
export function verifySignature(key: LogKey, message: Uint8Array, signature: Uint8Array): boolean {
  switch (key.algorithm) {
    case 'ecdsa-p256':
      return verify('sha256', message, key.key, signature);
    case 'ed25519':
      return verify(null, message, key.key, signature);
  }
}

function fromInput(input: Parameters<typeof createPublicKey>[0]): Parsed<LogKey> {
  let key: KeyObject;
  try {
    key = createPublicKey(input);
  } catch {
    return malformed('not a public key that can be read');
  }
  const algorithm = algorithmOf(key);
  if (algorithm === undefined) return malformed('a key that is neither ECDSA P-256 nor Ed25519');
  const spki = key.export({ type: 'spki', format: 'der' });
  return parsed({ algorithm, key, spki, fingerprint: createHash('sha256').update(spki).digest('hex') });
}

function algorithmOf(key: KeyObject): LogKey['algorithm'] | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return isP256 ? 'ecdsa-p256' : undefined;
}
