import { createHash } from 'node:crypto';

/** The algorithms that content may be named by (OCI image-spec, descriptor, registered algorithms). */
const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** Whether a text is a digest that can be checked: `sha256:…` or `sha512:…` in lower-case hexadecimal. */
export function isDigest(text: string): boolean {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(text) ?? [];
  return algorithm !== undefined && hex?.length === HEX_LENGTH[algorithm];
}

/** The digest of these bytes by the algorithm of `like`; SHA-256 where that is none. */
export function digestOf(bytes: Uint8Array, like: string | undefined): string {
  const algorithm = like?.startsWith('sha512:') === true ? 'sha512' : 'sha256';
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** A digest as people read one: its first twelve digits tell it from any other that they will meet. */
export function shortDigest(digest: string): string {
  return /^sha(?:256|512):[0-9a-f]{13}/.test(digest) ? `${digest.slice(0, 19)}…` : digest;
}
