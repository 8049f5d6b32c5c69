import { describe, expect, test } from 'vitest';
import { smtp } from '../../src/probes/smtp.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { certificateFor } from '../servers/certificates.ts';
import { startMailServer } from '../servers/mail-server.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { probe, runContext } from './run-context.ts';

const credentials = { username: 'tocsin', password: 'correct horse' };

describe('a mail server', () => {
  test('that works passes every step, and is sent nothing', async () => {
    await using server = await startMailServer({ encryption: 'starttls', credentials });
    const fields = { host: '127.0.0.1', port: server.port, starttls: true, ...credentials, tls: { ca: server.ca } };
    const { judgement, measured } = await probe(smtp, fields);
    expect([judgement.message, ...judgement.steps.map((step) => `${step.name} ${step.outcome}`)]).toEqual([
      undefined,
      ...['reach', 'greeting', 'ehlo', 'starttls', 'tls', 'ehlo-again', 'auth', 'quit'].map((one) => `${one} pass`),
    ]);
    expect(measured.facts['spki']).toMatch(/^sha256\//);
    expect(server.mails).toEqual([]);
    expect(JSON.stringify(measured)).not.toContain('correct horse');
  });

  test('in the clear is greeted and left', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    const { judgement } = await probe(smtp, { host: '127.0.0.1', port: server.port });
    expect(judgement.steps.map((step) => step.name)).toEqual(['reach', 'greeting', 'ehlo', 'quit']);
    expect(judgement.message).toBeUndefined();
  });

  test('that refuses the password is open for a shallow check', async () => {
    await using server = await startMailServer({ encryption: 'starttls', credentials });
    const fields = { host: '127.0.0.1', port: server.port, starttls: true, tls: { ca: server.ca } };
    const { judgement } = await probe(smtp, { ...fields, ...credentials, password: 'wrong' });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    const shallow = { host: '127.0.0.1', port: server.port, expect: { contains: '220 ' } };
    expect((await probe(tcp, shallow)).judgement.outcome).toBe('pass');
  });

  test('that offers no TLS, or one that cannot be trusted, is not given a password', async () => {
    await using server = await startMailServer({ encryption: 'none', credentials });
    const fields = { host: '127.0.0.1', port: server.port, starttls: true, ...credentials };
    expect((await probe(smtp, fields)).judgement.class).toBe('tls.handshake');
    await using other = await startMailServer({ encryption: 'starttls', credentials });
    const { judgement } = await probe(smtp, { ...fields, port: other.port, tls: { ca: certificateFor().ca } });
    expect(judgement.class).toBe('tls.untrusted');
  });

  test('that has no AUTH cannot be logged in to', async () => {
    await using server = await startMailServer({ encryption: 'starttls' });
    const fields = { host: '127.0.0.1', port: server.port, starttls: true, ...credentials, tls: { ca: server.ca } };
    expect((await probe(smtp, fields)).judgement.class).toBe('semantic.unsupported');
  });

  test.each([
    [421, 'semantic.not_ready'],
    [452, 'quota.storage_full'],
    [554, 'auth.forbidden'],
  ])('that greets with %i is known by it', async (code, expected) => {
    await using server = await startMailServer({ encryption: 'none' });
    server.refuse = { at: 'connect', how: { code, text: 'not now' } };
    expect((await probe(smtp, { host: '127.0.0.1', port: server.port })).judgement.class).toBe(expected);
  });
});

test('AUTH LOGIN is spoken where nothing else is offered', async () => {
  const said: string[] = [];
  const answers: Readonly<Record<string, string>> = {
    'EHLO tocsin.invalid': '250-mail\r\n250 AUTH LOGIN\r\n',
    'AUTH LOGIN': '334 VXNlcm5hbWU6\r\n',
    dG9jc2lu: '334 UGFzc3dvcmQ6\r\n',
    'Y29ycmVjdCBob3JzZQ==': '235 welcome\r\n',
    QUIT: '221 bye\r\n',
  };
  await using server = await tcpTarget((socket) => {
    socket.write('220 mail\r\n');
    socket.on('data', (chunk: Buffer) => {
      said.push(chunk.toString().trim());
      socket.write(answers[said.at(-1) ?? ''] ?? '500 what?\r\n');
    });
  });
  // Over TLS it is the same; here the words can be seen.
  const options = { ...smtp.schema.parse({ host: '127.0.0.1', port: server.port }) };
  const login = smtp.schema.parse({ host: 'a.test', starttls: true, ...credentials });
  const measured = await smtp.run({ ...options, username: login.username, password: login.password }, runContext());
  expect(said).toEqual(Object.keys(answers));
  expect(measured.visits[0]?.answers.at(-1)?.answer.reply?.code).toBe(221);
});

test.each([
  ['something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'protocol.malformed'],
  ['a second reply that nobody asked for', '220 a\r\n250 b\r\n', 'protocol.malformed'],
  ['a reply without end', '220-a\r\n'.repeat(2000), 'protocol.too_large'],
])('a port that answers %s is no mail server', async (_what, greeting, expected) => {
  await using server = await tcpTarget((socket) => socket.write(greeting));
  const { judgement } = await probe(smtp, { host: '127.0.0.1', port: server.port });
  expect(judgement.class).toBe(expected);
});
