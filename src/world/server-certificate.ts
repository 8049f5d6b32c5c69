import { issueAuthority, issueServerCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { deriveKeyPair } from './key-pair.ts';

const DAY_MS = 86_400_000;
/** A certificate is renewed this often, and lives three times as long: it is never near its end. */
const RENEWAL_MS = 30 * DAY_MS;
const LIFETIME_MS = 3 * RENEWAL_MS;

/** The authority of the world that has this seed: always the same name, key and dates. */
export function worldAuthority(seed: string): Certificate {
  return issueAuthority({
    commonName: 'Tocsin world CA',
    keys: deriveKeyPair(seed, 'ca'),
    notBefore: Date.UTC(2024, 0, 1),
    notAfter: Date.UTC(2049, 11, 31),
  });
}

/**
 * The certificate of a server that renews itself, and that can be made to have expired. Renewals stand at
 * fixed dates, so a world started twice within a month shows the same certificate twice.
 */
export class ServerCertificate {
  readonly #issue: (notBefore: number, notAfter: number) => Certificate;
  #current: Certificate | undefined;
  #expired: Certificate | undefined;

  constructor(authority: Certificate, seed: string, name: string) {
    const keys = deriveKeyPair(seed, name);
    this.#issue = (notBefore, notAfter) =>
      issueServerCertificate({ commonName: name, keys, notBefore, notAfter, names: [name] }, authority);
  }

  get hasExpired(): boolean {
    return this.#expired !== undefined;
  }

  /** From now on: one that ended a second ago. */
  expire(now: number): void {
    this.#expired ??= this.#issue(now - LIFETIME_MS, now - 1_000);
  }

  /** From now on: a good one. */
  renew(): void {
    this.#expired = undefined;
  }

  /** What to serve at this moment. */
  at(now: number): Certificate {
    if (this.#expired !== undefined) return this.#expired;
    const notBefore = Math.floor(now / RENEWAL_MS) * RENEWAL_MS;
    if (this.#current?.notBefore !== notBefore) this.#current = this.#issue(notBefore, notBefore + LIFETIME_MS);
    return this.#current;
  }
}
