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
    hash: sha256(token.reveal()),
  }));
  return {
    bearerOf: (token) => {
      const hash = sha256(token);
      // All of them are compared, each in constant time: how long it takes says nothing about any token.
      return known.filter((each) => timingSafeEqual(each.hash, hash))[0]?.bearer;
    },
  };
}

/** Whether a token is this secret, in constant time. */
export function isSecret(token: string, secret: Secret): boolean {
  return timingSafeEqual(sha256(token), sha256(secret.reveal()));
}

function holders(
  auth: Auth,
  writeToken: Secret | undefined,
): readonly { readonly name: string; readonly role: Role; readonly token: Secret }[] {
  if (auth.kind === 'tokens') return auth.tokens;
  return writeToken === undefined ? [] : [{ name: 'data folder', role: 'operator', token: writeToken }];
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
