import { issueAuthority, issueServerCertificate, type Certificate } from '../../src/world/certificate.ts';
import { deriveKeyPair } from '../../src/world/key-pair.ts';

const DAY_MS = 86_400_000;

/** What a test's certificate shall be; a good one for 127.0.0.1 and `target.test` where nothing is said. */
export interface CertificateWishes {
  readonly names?: readonly string[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Another name gives another authority. */
  readonly authority?: string;
}

/** A certificate with its key and the authority that issued it, all PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  /** The server's certificate and the authority's, as a server sends them. */
  readonly chain: string;
}

/** Makes a server certificate that is good for a year, unless wished otherwise. */
export function certificateFor(wishes: CertificateWishes = {}): TestCertificate {
  const now = Date.now();
  const authority = testAuthority(wishes.authority ?? 'Test CA');
  const issued = issueServerCertificate(
    {
      commonName: wishes.names?.[0] ?? 'target.test',
      keys: deriveKeyPair('test', 'server'),
      names: wishes.names ?? ['127.0.0.1', '127.0.0.2', 'target.test', 'localhost'],
      notBefore: wishes.notBefore ?? now - DAY_MS,
      notAfter: wishes.notAfter ?? now + 365 * DAY_MS,
    },
    authority,
  );
  return { cert: issued.pem, key: issued.keyPem, ca: authority.pem, chain: issued.pem + authority.pem };
}

function testAuthority(commonName: string): Certificate {
  return issueAuthority({
    commonName,
    keys: deriveKeyPair('test', commonName),
    notBefore: Date.UTC(2024, 0, 1),
    notAfter: Date.UTC(2049, 11, 31),
  });
}
