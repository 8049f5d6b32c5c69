import { createHash, X509Certificate } from 'node:crypto';
import { malformed, parsed, type Parsed } from '../transparency/parsed.ts';

/** A certificate of an authority's chain. Times are integer milliseconds. */
export interface AuthorityCertificate {
  readonly subject: string;
  /** `sha256/` and base64 of SHA-256 over the SubjectPublicKeyInfo. */
  readonly spki: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A chain as it was served: the issuing certificate first, the root last. */
export interface AuthorityChain {
  readonly certificates: readonly AuthorityCertificate[];
  /** Whether each certificate is signed by the next, and the last by itself. */
  readonly holdsTogether: boolean;
}

/** Reads a chain from its certificates in PEM. */
export function authorityChain(pems: readonly string[]): Parsed<AuthorityChain> {
  const read: X509Certificate[] = [];
  for (const pem of pems) {
    try {
      read.push(new X509Certificate(pem));
    } catch {
      return malformed(`certificate ${read.length + 1} is not PEM of an X.509 certificate`);
    }
  }
  try {
    const holdsTogether = read.every((certificate, index) => isSignedBy(certificate, read[index + 1] ?? certificate));
    return parsed({ certificates: read.map(described), holdsTogether });
  } catch {
    // Node reads a certificate without looking at its key; a strange one shows only when it is used.
    return malformed('a certificate has a key that cannot be read');
  }
}

/** An authority that issues others says so (basicConstraints); who does not is none, whoever signed it. */
function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
}

function described(certificate: X509Certificate): AuthorityCertificate {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return {
    subject: certificate.subject.replaceAll('\n', ', ').slice(0, 300),
    spki: `sha256/${createHash('sha256').update(spki).digest('base64')}`,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  };
}
