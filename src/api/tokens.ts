import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../model/secret.ts';
import type { Auth, Role } from '../ports/loaded.ts';

/** Who asks: the token's name, which stands in the log beside what was done with it. */
export interface Bearer {
  readonly name: string;
  readonly role: Role;
}

/** The tokens that are good now, as hashes: a dump of this memory gives none away. */
export interface Tokens {
  readonly bearerOf: (token: string) => Bearer | undefined;
  /** The same for a token of which only the hash (`hashOf`) is known. */
  readonly bearerOfHash: (hash: Buffer) => Bearer | undefined;
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, reporter: 1, operator: 2 };

/** `operator` includes `reporter`, which includes `viewer`. */
export function includes(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** The configured tokens; where none are configured, the one made in the data folder, which may do everything. */
export function tokensOf(auth: Auth, writeToken: Secret | undefined): Tokens {
  const known = holders(auth, writeToken).map(({ name, role, token }) => ({
    bearer: { name, role },
    hash: hashOf(token.reveal()),
  }));
  // All of them are compared, each in constant time: how long it takes says nothing about any token.
  const bearerOfHash = (hash: Buffer): Bearer | undefined =>
    known.filter((each) => sameHash(each.hash, hash))[0]?.bearer;
  return { bearerOf: (token) => bearerOfHash(hashOf(token)), bearerOfHash };
}

/** Whether a token is this secret, in constant time. */
export function isSecret(token: string, secret: Secret): boolean {
  return sameHash(hashOf(token), hashOf(secret.reveal()));
}

function holders(
  auth: Auth,
  writeToken: Secret | undefined,
): readonly { readonly name: string; readonly role: Role; readonly token: Secret }[] {
  if (auth.kind === 'tokens') return auth.tokens;
  return writeToken === undefined ? [] : [{ name: 'data folder', role: 'operator', token: writeToken }];
}

/** SHA-256 of a token, the form in which it is kept. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Whether two hashes are the same, in constant time. */
export function sameHash(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b);
}
