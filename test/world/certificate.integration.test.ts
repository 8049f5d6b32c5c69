import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueAuthority, issueServerCertificate } from '../../src/world/certificate.ts';
import type { Certificate } from '../../src/world/certificate.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';
import { ServerCertificate, worldAuthority } from '../../src/world/server-certificate.ts';

const DAY_MS = 86_400_000;
const now = Date.now();
const authority = issueAuthority({
  commonName: 'Test CA',
  keys: newKeyPair(),
  notBefore: now - DAY_MS,
  notAfter: now + DAY_MS,
});
const leaf = (notAfter: number, issuer = authority): Certificate =>
  issueServerCertificate(
    {
      commonName: 'leaf.test',
      keys: newKeyPair(),
      notBefore: now - DAY_MS,
      notAfter,
      names: ['leaf.test', '127.0.0.1', '::1'],
    },
    issuer,
  );

/** What a client that trusts `ca` says about a server with this certificate. */
async function handshake(served: Certificate, ca: Certificate, servername = 'leaf.test'): Promise<string> {
  const server = createServer({ key: served.keyPem, cert: served.pem }, (socket) => socket.end());
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca: ca.pem, servername });
  try {
    await once(client, 'secureConnect');
    return 'trusted';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  } finally {
    client.destroy();
    server.close();
  }
}

describe('an issued certificate', () => {
  it('says what was asked, to the second, and is signed by its authority', () => {
    const notAfter = now + 6_000;
    const read = new X509Certificate(leaf(notAfter).pem);
    const ca = new X509Certificate(authority.pem);
    expect(read.validToDate.getTime()).toBe(Math.floor(notAfter / 1000) * 1000);
    expect(read.subjectAltName).toBe('DNS:leaf.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(read.checkIssued(ca)).toBe(true);
    expect(read.verify(ca.publicKey)).toBe(true);
    expect([ca.ca, read.ca]).toEqual([true, false]);
  });

  it('writes dates after 2049 as GeneralizedTime', () => {
    expect(new X509Certificate(leaf(Date.UTC(2061, 6, 28)).pem).validToDate.toISOString()).toBe(
      '2061-07-28T00:00:00.000Z',
    );
  });

  it('passes a real handshake by a client that trusts its authority, and only by such a one', async () => {
    const served = leaf(now + DAY_MS);
    const stranger = issueAuthority({ ...authority, keys: newKeyPair(), commonName: 'Other CA' });
    expect(await handshake(served, authority)).toBe('trusted');
    expect(await handshake(served, authority, 'other.test')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake(served, stranger)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('fails the handshake from the second after its end', async () => {
    expect(await handshake(leaf(now - 1_000), authority)).toBe('CERT_HAS_EXPIRED');
  });
});

describe('the certificate of a server of the world', () => {
  const read = (certificate: Certificate): X509Certificate => new X509Certificate(certificate.pem);

  it('is the same after a restart: serial, key and dates', () => {
    const start = (): X509Certificate => read(new ServerCertificate(worldAuthority('s'), 's', 'a.test').at(now));
    const [first, second] = [start(), start()];
    expect(second.serialNumber).toBe(first.serialNumber);
    expect(second.publicKey.equals(first.publicKey)).toBe(true);
    expect(second.validTo).toBe(first.validTo);
  });

  it('is never within 50 days of its end, however long the world runs', () => {
    const certificate = new ServerCertificate(worldAuthority('s'), 's', 'a.test');
    for (let day = 0; day < 200; day++) {
      const at = now + day * DAY_MS;
      const { notBefore, notAfter } = certificate.at(at);
      expect(notBefore).toBeLessThanOrEqual(at);
      expect(notAfter - at).toBeGreaterThan(50 * DAY_MS);
    }
  });

  it('has expired while it is told to have, with the same key', () => {
    const certificate = new ServerCertificate(worldAuthority('s'), 's', 'a.test');
    const good = read(certificate.at(now));
    certificate.expire(now);
    const expired = read(certificate.at(now));
    expect(expired.validToDate.getTime()).toBeLessThan(now);
    expect(expired.publicKey.equals(good.publicKey)).toBe(true);
    certificate.renew();
    expect(read(certificate.at(now)).serialNumber).toBe(good.serialNumber);
  });

  it('is trusted by a client that has the authority’s certificate of an earlier start', async () => {
    const certificate = new ServerCertificate(worldAuthority('s'), 's', 'leaf.test');
    expect(await handshake(certificate.at(now), worldAuthority('s'))).toBe('trusted');
  });
});
