import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { tls } from '../../src/probes/tls.ts';
import { certificateFor } from '../servers/certificates.ts';
import { tcpTarget, tlsTarget } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

const DAY_MS = 86_400_000;
const good = certificateFor();

async function serving(wishes: Parameters<typeof certificateFor>[0], fields: object = {}) {
  const certificate = certificateFor(wishes);
  await using server = await tlsTarget({ cert: certificate.chain, key: certificate.key }, () => undefined);
  return await probe(tls, { host: server.host, port: server.port, tls: { ca: good.ca, ...fields } });
}

describe('a certificate', () => {
  test('that is good passes, with every certificate of its chain', async () => {
    const { judgement, measured } = await serving({});
    expect([judgement.message, judgement.warnings]).toEqual([undefined, []]);
    expect(measured.attempts[0]?.chain.map((one) => one.subject)).toEqual(['CN=target.test', 'CN=Test CA']);
    expect(measured.facts).toMatchObject({ names: expect.arrayContaining(['DNS:target.test']), tlsVersion: 'TLSv1.3' });
  });

  test.each<[string, Parameters<typeof certificateFor>[0], string]>([
    ['that has ended', { notBefore: Date.now() - 9 * DAY_MS, notAfter: Date.now() - DAY_MS }, 'tls.expired'],
    ['that has not begun', { notBefore: Date.now() + DAY_MS }, 'tls.expired'],
    ['for another name', { names: ['other.test'] }, 'tls.name_mismatch'],
    ['of another authority', { authority: 'Another CA' }, 'tls.untrusted'],
  ])('%s is refused, and kept as evidence', async (_rule, wishes, expected) => {
    const { judgement } = await serving(wishes);
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.evidence?.['chain']).toMatchObject([{ notAfter: expect.any(String) }, {}]);
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
