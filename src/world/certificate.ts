import { createHash, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectId,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';
import { writeAddress } from './dns-message.ts';
import type { KeyPair } from './key-pair.ts';
import { privateKeyPem, publicKeyDer } from './key-pair.ts';

/** A certificate with the key it is about. Times are integer milliseconds, whole seconds in the certificate. */
export interface Certificate {
  readonly commonName: string;
  readonly keys: KeyPair;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly pem: string;
  readonly keyPem: string;
}

/** What a certificate shall say. Times are milliseconds and cut to whole seconds. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly keys: KeyPair;
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and IP addresses; none for an authority. */
  readonly names?: readonly string[];
}

/** A certificate authority: a self-signed certificate that may sign others. */
export function issueAuthority(request: CertificateRequest): Certificate {
  return issue(request, { commonName: request.commonName, keys: request.keys }, [
    extension(OID.basicConstraints, true, sequence(boolean(true))),
    extension(OID.keyUsage, true, bitString(KEY_USAGE_SIGN_CERTIFICATES, 1)),
  ]);
}

/** A certificate authority that is signed by another one. */
export function issueIntermediate(request: CertificateRequest, authority: Certificate): Certificate {
  return issue(request, authority, [
    extension(OID.basicConstraints, true, sequence(boolean(true))),
    extension(OID.keyUsage, true, bitString(KEY_USAGE_SIGN_CERTIFICATES, 1)),
  ]);
}

/** A server certificate for `request.names`, issued by `authority`. */
export function issueServerCertificate(request: CertificateRequest, authority: Certificate): Certificate {
  return issue(request, authority, [
    extension(OID.basicConstraints, true, sequence()),
    extension(OID.keyUsage, true, bitString(KEY_USAGE_DIGITAL_SIGNATURE, 7)),
    extension(OID.extendedKeyUsage, false, sequence(objectId(OID.serverAuthentication))),
    extension(OID.subjectAltName, false, sequence(...(request.names ?? []).map(altName))),
  ]);
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
} as const;

const KEY_USAGE_SIGN_CERTIFICATES = Buffer.from([0x06]);
const KEY_USAGE_DIGITAL_SIGNATURE = Buffer.from([0x80]);
const VERSION_3 = explicit(0, integer(Buffer.from([2])));

/** RFC 5280, section 4.1. */
function issue(
  request: CertificateRequest,
  issuer: Pick<Certificate, 'commonName' | 'keys'>,
  extensions: Buffer[],
): Certificate {
  const { commonName, keys, notBefore, notAfter } = request;
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const spki = publicKeyDer(keys);
  const identifiers = [
    extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier(spki))),
    extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier(publicKeyDer(issuer.keys))))),
  ];
  const validity = sequence(time(notBefore), time(notAfter));
  const subject = distinguishedName(commonName);
  const toBeSigned = (serial: Buffer): Buffer =>
    sequence(
      VERSION_3,
      integer(serial),
      algorithm,
      distinguishedName(issuer.commonName),
      validity,
      subject,
      spki,
      explicit(3, sequence(...extensions, ...identifiers)),
    );
  // The serial number is a hash of everything else: the same request twice is the same certificate, and
  // no two that differ share one.
  const content = toBeSigned(Buffer.from([0]));
  const serial = createHash('sha256').update(content).digest().subarray(0, 16);
  const signed = toBeSigned(serial);
  const der = sequence(signed, algorithm, bitString(sign('sha256', signed, issuer.keys.privateKey)));
  return { commonName, keys, notBefore, notAfter, pem: certificatePem(der), keyPem: privateKeyPem(keys) };
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(setOf(sequence(objectId(OID.commonName), utf8String(commonName))));
}

/** A GeneralName: `[2]` a DNS name, `[7]` an address. */
function altName(name: string): Buffer {
  return isIP(name) === 0 ? implicit(2, Buffer.from(name)) : implicit(7, writeAddress(name));
}

/** RFC 5280 section 4.2.1.2, method 1 over the whole SPKI: it identifies, it secures nothing. */
function keyIdentifier(spki: Buffer): Buffer {
  return createHash('sha1').update(spki).digest();
}

function certificatePem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
