import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { tcp } from '../../src/probes/tcp.ts';
import { tls } from '../../src/probes/tls.ts';
import { issueAuthority, issueIntermediate, issueServerCertificate } from '../../src/world/certificate.ts';
import { deriveKeyPair } from '../../src/world/key-pair.ts';
import { certificateFor } from '../servers/certificates.ts';
import { tcpTarget, tlsTarget } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

const DAY_MS = 86_400_000;
const good = certificateFor();

async function serving(wishes: Parameters<typeof certificateFor>[0], fields: object = {}) {
  const certificate = certificateFor(wishes);
  await using server = await tlsTarget({ cert: certificate.chain, key: certificate.key }, () => undefined);
  const shallow = await probe(tcp, { host: server.host, port: server.port });
  const seen = await probe(tls, { host: server.host, port: server.port, tls: { ca: good.ca, ...fields } });
  return { ...seen, shallow: shallow.judgement.outcome };
}

/** A server whose leaf is good for a year, behind an intermediate that is not. */
async function serverBehindIntermediate({ intermediateEnds }: { readonly intermediateEnds: number }) {
  const now = Date.now();
  const year = { notBefore: now - 90 * DAY_MS, notAfter: now + 365 * DAY_MS };
  const keys = (name: string) => deriveKeyPair('test', name);
  const root = issueAuthority({ commonName: 'Test Root', keys: keys('root'), ...year });
  const intermediate = issueIntermediate(
    { commonName: 'Test Intermediate', keys: keys('intermediate'), ...year, notAfter: intermediateEnds },
    root,
  );
  const leaf = issueServerCertificate(
    { commonName: 'target.test', keys: keys('leaf'), names: ['127.0.0.1'], ...year },
    intermediate,
  );
  const server = await tlsTarget({ cert: leaf.pem + intermediate.pem, key: leaf.keyPem }, () => undefined);
  return { ...server, root: root.pem };
}

/** Certificates hold whole seconds. */
function seconds(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

describe('a certificate', () => {
  test('that is good passes, with every certificate of its chain', async () => {
    const { judgement, measured } = await serving({});
    expect([judgement.message, judgement.warnings]).toEqual([undefined, []]);
    expect(measured.attempts[0]?.chain.map((one) => one.subject)).toEqual(['CN=target.test', 'CN=Test CA']);
    expect(measured.facts).toMatchObject({ names: expect.arrayContaining(['DNS:target.test']), tlsVersion: 'TLSv1.3' });
  });

  test.each<[string, Parameters<typeof certificateFor>[0], string]>([
    ['row 8: that has ended', { notBefore: Date.now() - 9 * DAY_MS, notAfter: Date.now() - DAY_MS }, 'tls.expired'],
    ['that has not begun', { notBefore: Date.now() + DAY_MS }, 'tls.expired'],
    ['row 7: for another name', { names: ['other.test'] }, 'tls.name_mismatch'],
    ['row 9: of another authority', { authority: 'Another CA' }, 'tls.untrusted'],
  ])('%s is refused, and kept as evidence, though the port is open', async (_rule, wishes, expected) => {
    const { judgement, shallow } = await serving(wishes);
    expect(shallow).toBe('pass');
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.evidence?.['chain']).toMatchObject([{ notAfter: expect.any(String) }, {}]);
  });

  test('that is out of date says which of the chain it is, and by what clock', async () => {
    const now = Date.now();
    await using server = await serverBehindIntermediate({ intermediateEnds: now - DAY_MS });
    const { judgement } = await probe(tls, { host: server.host, port: server.port, tls: { ca: server.root } });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'tls.expired' });
    expect(judgement.message).toContain(`CERT_HAS_EXPIRED; CN=Test Intermediate ended ${seconds(now - DAY_MS)}`);
    expect(judgement.message).toContain(`by this host's clock it is ${seconds(now).slice(0, 13)}`);
  });

  test('of the middle of a chain that ends soon is a warning like one of a leaf', async () => {
    await using server = await serverBehindIntermediate({ intermediateEnds: Date.now() + 5.5 * DAY_MS });
    const { judgement } = await probe(tls, { host: server.host, port: server.port, tls: { ca: server.root } });
    expect(judgement.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('certificate of CN=Test Intermediate ends in 5 days'),
    ]);
  });

  test('of an authority that old clients do not know fails for those, though the others pass', async () => {
    const certificate = certificateFor();
    const another = certificateFor({ authority: 'Old CA' }).ca;
    await using server = await tlsTarget({ cert: certificate.chain, key: certificate.key }, () => undefined);
    const at = { host: server.host, port: server.port, tls: { ca: certificate.ca } };
    expect((await probe(tls, { ...at, oldTrust: another + certificate.ca })).judgement).toMatchObject({
      outcome: 'pass',
      steps: [{ name: 'reach' }, { name: 'certificate' }, { name: 'old clients', outcome: 'pass' }],
    });
    const { judgement } = await probe(tls, { ...at, oldTrust: another });
    expect(judgement).toMatchObject({
      outcome: 'fail',
      class: 'tls.untrusted',
      steps: [{ outcome: 'pass' }, { outcome: 'pass' }, { name: 'old clients', outcome: 'fail' }],
    });
    expect(judgement.message).toContain('with an old trust store: TLS with');
  });

  test('that ends soon is a warning, by as many days as wanted', async () => {
    const soon = { notAfter: Date.now() + 20 * DAY_MS };
    expect((await serving(soon)).judgement.warnings).toEqual([]);
    expect((await serving(soon, { minDaysLeft: 30 })).judgement).toMatchObject({
      outcome: 'pass',
      warnings: [{ class: 'tls.expiring' }],
    });
  });

  test('is asked for by another name where one is configured', async () => {
    const { judgement } = await serving({ names: ['virtual.test'] }, { servername: 'virtual.test' });
    expect(judgement.message).toBeUndefined();
  });

  test('below the least version is no handshake', async () => {
    const certificate = certificateFor();
    await using server = await tlsTarget(
      { cert: certificate.chain, key: certificate.key, maxVersion: 'TLSv1.2' },
      () => undefined,
    );
    const fields = { host: server.host, port: server.port, tls: { ca: good.ca, minVersion: 'TLSv1.3' } };
    expect((await probe(tls, fields)).judgement).toMatchObject({ outcome: 'fail', class: 'tls.handshake' });
  });
});

describe('STARTTLS', () => {
  /** Begins TLS on a connection that was in the clear until now. */
  const upgrade = (socket: Socket) => {
    const secured = new TLSSocket(socket, { isServer: true, cert: good.chain, key: good.key });
    secured.on('error', () => undefined).resume();
  };

  /** Answers line by line; what is undefined in the table begins TLS after its answer. */
  const lines = (greeting: string, answers: Readonly<Record<string, string>>, last: string) =>
    tcpTarget((socket) => {
      socket.write(greeting);
      const listen = (chunk: Buffer): void => {
        const said = chunk.toString().trim();
        socket.write(answers[said] ?? '500 what?\r\n');
        if (said !== last) return;
        socket.off('data', listen);
        upgrade(socket);
      };
      socket.on('data', listen);
    });

  test.each([
    [
      'smtp',
      '220-welcome\r\n220 to mail\r\n',
      { 'EHLO tocsin.invalid': '250-mail\r\n250-STARTTLS\r\n250 HELP\r\n', STARTTLS: '220 go\r\n' },
      'STARTTLS',
    ],
    ['imap', '* OK ready\r\n', { 'a1 STARTTLS': 'a1 OK begin\r\n' }, 'a1 STARTTLS'],
    ['postgres', '', { '\0\0\0\b\u0004\ufffd\u0016/': 'S' }, '\0\0\0\b\u0004\ufffd\u0016/'],
  ])('%s', async (protocol, greeting, answers, last) => {
    await using server = await lines(greeting, answers, last);
    const fields = { host: server.host, port: server.port, starttls: protocol, tls: { ca: good.ca } };
    expect((await probe(tls, fields)).judgement.message).toBeUndefined();
  });

  test('that is not offered is not TLS', async () => {
    await using server = await lines('220 mail\r\n', { 'EHLO tocsin.invalid': '250 HELP\r\n' }, 'never');
    const { judgement } = await probe(tls, { host: server.host, port: server.port, starttls: 'smtp' });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
    expect(judgement.steps.map((step) => step.outcome)).toEqual(['pass', 'fail']);
  });

  test('with something smuggled in behind the agreement is refused', async () => {
    await using server = await lines('', { '\0\0\0\b\u0004\ufffd\u0016/': 'Sinjected' }, 'never');
    const { judgement } = await probe(tls, { host: server.host, port: server.port, starttls: 'postgres' });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'protocol.malformed' });
  });
});
