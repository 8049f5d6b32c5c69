import { createHash, X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { Facts } from '../../model/run.ts';

/** One certificate of a chain, as far as anybody wants to know it. Times are integer milliseconds. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names, `DNS:` and `IP Address:` left on; sorted. */
  readonly names: readonly string[];
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** `sha256/` and base64 of SHA-256 over the SubjectPublicKeyInfo (RFC 7469 §2.4). */
  readonly spki: string;
}

/** What a handshake showed. */
export interface TlsConnectionFacts {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly cipher: string;
  /** Leaf first; the trust anchor that completed the chain comes last, where it is known. At most `MAX_CHAIN`. */
  readonly chain: readonly CertificateFacts[];
}

/** A chain longer than this is no chain that anybody serves. */
const MAX_CHAIN = 10;

/** What the connection and its certificates say. `certificate` as `checkServerIdentity` or the socket gives it. */
export function tlsConnectionFacts(socket: TLSSocket, certificate: DetailedPeerCertificate): TlsConnectionFacts {
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    chain: chainFacts(certificate),
  };
}

function chainFacts(leaf: DetailedPeerCertificate): readonly CertificateFacts[] {
  const chain: CertificateFacts[] = [];
  const seen = new Set<string>();
  // Node's types hide that a peer without a certificate gives an empty object, and the last one no issuer.
  let next: Partial<DetailedPeerCertificate> | undefined = leaf;
  while (isCertificate(next) && !seen.has(next.fingerprint256) && chain.length < MAX_CHAIN) {
    seen.add(next.fingerprint256);
    chain.push(certificateFacts(next));
    next = next.issuerCertificate;
  }
  return chain;
}

function isCertificate(given: Partial<DetailedPeerCertificate> | undefined): given is DetailedPeerCertificate {
  return given?.raw !== undefined;
}

const MAX_REMEMBERED = 512;

/**
 * Facts by the certificate's fingerprint: reading its key again would cost as much as half a handshake. A memo,
 * not state: equal certificates have equal facts, and none is trusted for being known.
 */
const remembered = new Map<string, CertificateFacts>();

function certificateFacts(certificate: DetailedPeerCertificate): CertificateFacts {
  const known = remembered.get(certificate.fingerprint256);
  if (known !== undefined) return known;
  const facts = {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: (certificate.subjectaltname ?? '').split(', ').filter(Boolean).sort().slice(0, 100),
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: Date.parse(certificate.valid_from),
    notAfter: Date.parse(certificate.valid_to),
    spki: spkiPin(certificate.raw),
  };
  const oldest = remembered.keys().next();
  if (remembered.size >= MAX_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  remembered.set(certificate.fingerprint256, facts);
  return facts;
}

/** RFC 4514 order is not worth its quoting here: most significant part first, as OpenSSL prints it. */
function distinguishedName(name: object): string {
  return Object.entries(name)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(', ')
    .slice(0, 300);
}

function spkiPin(der: Buffer): string {
  const key = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(key).digest('base64')}`;
}

/** The facts of a probe that a handshake gives: the leaf's key, issuer, serial and expiry. */
export function factsOfTls(tls: TlsConnectionFacts | undefined): Facts {
  const leaf = tls?.chain[0];
  if (tls === undefined || leaf === undefined) return {};
  return {
    spki: leaf.spki,
    issuer: leaf.issuer,
    serial: leaf.serial,
    notAfter: new Date(leaf.notAfter).toISOString(),
    tlsVersion: tls.protocol,
  };
}
