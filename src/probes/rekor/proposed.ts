import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import type { RekorOptions } from './options.ts';
import { parseTargetJson } from '../net/parse-json.ts';

/** What a write step proposes: that the holder of a key signed something with this digest. */
export interface Proposed {
  /** Hexadecimal SHA-256 of what was signed. */
  readonly digest: string;
  /** Base64 of the DER signature: ECDSA P-256 with SHA-256. */
  readonly signature: string;
  /** Base64 of the key's SubjectPublicKeyInfo. */
  readonly publicKey: string;
}

/**
 * The entry that every `write: fixed` proposes: always the same, so that a log takes it once and from then on
 * says that it has it. The key that signed it was thrown away.
 */
export const FIXED_ENTRY: Proposed = {
  digest: 'ee4d4ed2c5718bd17d721be6ff4d3a45195c032df7650f20abb61c489fb5894a',
  signature: 'MEYCIQCxZ1KeQlHYWtFysxQtbJ7h2P0uzvab/7o+J+ZlbeAJVQIhAKv+rBX/2DxCdfJzMD5qRaz/MJ18iqL87fa8wPdQGX7J',
  publicKey:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE30jWPbhnImQNKNWbOYefjbJi2GnX8XBK59SWIZbZdKhA7yBY1vKIp/B3KQOVQl1HazX6l6/b4CFGbg/whPi2FA==',
};

/** What these options propose to write in this run; undefined where they write nothing. */
export function proposedBy({ write, key }: RekorOptions): Proposed | undefined {
  if (write === undefined) return undefined;
  if (write === 'fixed' || key === undefined) return FIXED_ENTRY;
  const artifact = Buffer.from(`tocsin/rekor-canary ${randomUUID()}`);
  const privateKey = createPrivateKey(key.reveal());
  return {
    digest: createHash('sha256').update(artifact).digest('hex'),
    signature: sign('sha256', artifact, privateKey).toString('base64'),
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

/** The body of `POST /api/v1/log/entries`: a hashedrekord, version 0.0.1. */
export function requestV1({ digest, signature, publicKey }: Proposed): string {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  return JSON.stringify({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest } },
      signature: { content: signature, publicKey: { content: Buffer.from(pem).toString('base64') } },
    },
  });
}

/** The body of `POST /api/v2/log/entries`: a hashedrekord, version 0.0.2. */
export function requestV2({ digest, signature, publicKey }: Proposed): string {
  const verifier = { publicKey: { rawBytes: publicKey }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
  return JSON.stringify({
    hashedRekordRequestV002: {
      digest: Buffer.from(digest, 'hex').toString('base64'),
      signature: { content: signature, verifier },
    },
  });
}

/** Whether an entry of a log (its bytes: canonical JSON) is the one that was proposed, in either version's form. */
export function isProposed(body: Buffer, { digest, signature }: Proposed): boolean {
  const entry = parseJson(body);
  if (member(entry, 'kind') !== 'hashedrekord') return false;
  const spec = member(entry, 'spec');
  const v2 = member(spec, 'hashedRekordV002');
  const ofV1 = member(member(member(spec, 'data'), 'hash'), 'value');
  const ofV2 = member(member(v2, 'data'), 'digest');
  const sameDigest = ofV1 === digest || ofV2 === Buffer.from(digest, 'hex').toString('base64');
  return sameDigest && member(member(v2 ?? spec, 'signature'), 'content') === signature;
}

function parseJson(body: Buffer): unknown {
  try {
    return parseTargetJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
