import { describe, expect, test } from 'vitest';
import { email } from '../../src/channels/email.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { DeliverContext, Delivery } from '../../src/ports/channel-kind.ts';
import { header, startMailServer } from '../servers/mail-server.ts';
import type { MailServer } from '../servers/mail-server.ts';
import { page, pageWith, resolve, test as testMessage } from './samples/notifications.ts';

const credentials = { username: 'tocsin', password: 'secret-password' };

function deliver(
  server: MailServer,
  changes: { smtp?: object; to?: string[]; message?: Notification; thread?: unknown },
) {
  const options = {
    smtp: { host: '127.0.0.1', port: server.port, ...changes.smtp },
    from: 'Tocsin <tocsin@example.com>',
    to: changes.to ?? ['sre@example.com'],
  };
  const context: DeliverContext = {
    signal: AbortSignal.timeout(10_000),
    now: Date.parse(page.sentAt),
    idempotencyKey: 'key-1',
    thread: changes.thread ?? null,
  };
  return email.deliver(email.schema.parse(options), changes.message ?? page, context);
}

const threadOf = (delivery: Delivery): unknown => (delivery.kind === 'delivered' ? delivery.thread : undefined);

describe('a mail', () => {
  test('says who it is from, to whom, and that a program sent it', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    await deliver(server, {});
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'tocsin@example.com', to: ['sre@example.com'] });
    const raw = mail?.raw ?? '';
    expect(header(raw, 'from')).toBe('Tocsin <tocsin@example.com>');
    expect(header(raw, 'auto-submitted')).toBe('auto-generated');
    expect(header(raw, 'subject')).toContain('no image can be signed');
    expect(header(raw, 'date')).toBe('Sat, 21 Nov 2026 03:12:34 +0000');
  });

  test('has a plain text part and an HTML part', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    await deliver(server, {});
    const raw = server.mails[0]?.raw ?? '';
    expect(header(raw, 'content-type')).toContain('multipart/alternative');
    expect(raw).toContain('Content-Type: text/plain');
    expect(raw).toContain('Content-Type: text/html');
  });

  test('about an incident has the same Message-ID in every attempt', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    await deliver(server, {});
    await deliver(server, {});
    const ids = server.mails.map(({ raw }) => header(raw, 'message-id'));
    expect(ids[0]).toMatch(/^<[A-Za-z0-9.-]+@example\.com>$/);
    expect(ids[1]).toBe(ids[0]);
  });

  test('that is not the first about its incident answers to the first and refers to the last', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    const first = await deliver(server, {});
    const update: Notification = { ...page, event: 'update', sequence: 2 };
    const second = await deliver(server, { message: update, thread: threadOf(first) });
    await deliver(server, { message: resolve, thread: threadOf(second) });
    const [one = '', two = '', three = ''] = server.mails.map(({ raw }) => header(raw, 'message-id'));
    expect(new Set([one, two, three]).size).toBe(3);
    const last = server.mails[2]?.raw ?? '';
    expect(header(server.mails[0]?.raw ?? '', 'in-reply-to')).toBeUndefined();
    expect(header(last, 'in-reply-to')).toBe(one);
    expect(header(last, 'references')).toBe(`${one} ${two}`);
  });

  test('about another generation of an incident begins another conversation', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    await deliver(server, {});
    await deliver(server, { message: pageWith({ generation: 4 }) });
    const [one, two] = server.mails.map(({ raw }) => header(raw, 'message-id'));
    expect(two).not.toBe(one);
  });

  test('cannot be given a header by what a target answered', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    const hostile = 'down\r\nBcc: everyone@example.com\r\n\r\n<script>alert(1)</script>\u202e';
    const root = { ...pageWith({}).incident!.root, id: hostile, message: hostile };
    await deliver(server, { message: pageWith({ title: hostile, id: `rekor\r\nBcc: a@b.c` as never, root }) });
    const [mail] = server.mails;
    expect(mail?.to).toEqual(['sre@example.com']);
    expect(header(mail?.raw ?? '', 'bcc')).toBeUndefined();
    expect(mail?.raw.split('Content-Type: text/html')[1]).not.toContain('<script>');
  });

  test('that only proves the channel is no part of a conversation', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    expect(await deliver(server, { message: testMessage })).toMatchObject({ kind: 'delivered' });
    expect(header(server.mails[0]?.raw ?? '', 'subject')).toMatch(/^test: /);
  });
});

describe('the password', () => {
  test('goes over TLS from the start where the connection is secure', async () => {
    await using server = await startMailServer({ encryption: 'implicit', credentials });
    const smtp = { ...credentials, secure: true, tls: { ca: server.ca } };
    expect(await deliver(server, { smtp })).toMatchObject({ kind: 'delivered' });
    expect(server.mails).toMatchObject([{ encrypted: true, user: 'tocsin' }]);
  });

  test('goes over TLS after STARTTLS otherwise', async () => {
    await using server = await startMailServer({ encryption: 'starttls', credentials });
    const smtp = { ...credentials, tls: { ca: server.ca } };
    expect(await deliver(server, { smtp })).toMatchObject({ kind: 'delivered' });
    expect(server.mails).toMatchObject([{ encrypted: true, user: 'tocsin' }]);
  });

  test('is not sent to a server that offers no TLS', async () => {
    await using server = await startMailServer({ encryption: 'none', credentials });
    expect(await deliver(server, { smtp: credentials })).toMatchObject({ kind: 'retry' });
    expect(server.mails).toEqual([]);
  });

  test('is not sent to a server whose certificate is not trusted', async () => {
    await using server = await startMailServer({ encryption: 'starttls', credentials });
    expect(await deliver(server, { smtp: credentials })).toMatchObject({ kind: 'retry' });
    expect(server.mails).toEqual([]);
  });

  test('that is refused fails for good', async () => {
    await using server = await startMailServer({ encryption: 'starttls', credentials });
    const smtp = { ...credentials, password: 'wrong-password', tls: { ca: server.ca } };
    const outcome = await deliver(server, { smtp });
    expect(outcome).toMatchObject({ kind: 'failed', error: expect.stringContaining('535') });
    expect(JSON.stringify(outcome)).not.toContain('wrong-password');
  });

  test('may not be configured to go unencrypted', () => {
    const smtp = { host: 'smtp.example', ...credentials, starttls: false };
    const options = { smtp, from: 'a@example.com', to: ['b@example.com'] };
    expect(email.schema.safeParse(options).success).toBe(false);
  });
});

describe('a refusal', () => {
  test.each([
    ['connect', 421, 'retry'],
    ['recipient', 450, 'retry'],
    ['recipient', 550, 'failed'],
    ['data', 452, 'retry'],
    ['data', 554, 'failed'],
  ] as const)('at %s with %i means: %s', async (at, code, kind) => {
    await using server = await startMailServer({ encryption: 'none' });
    server.refuse = { at, how: { code, text: 'not now' } };
    expect(await deliver(server, {})).toMatchObject({ kind, error: expect.stringContaining(String(code)) });
  });

  test('of one recipient among several does not repeat the mail to the others, and is told', async () => {
    await using server = await startMailServer({ encryption: 'none' });
    server.refuse = { at: 'recipient', how: { code: 550, text: 'unknown' }, recipient: 'gone@example.com' };
    const outcome = await deliver(server, { to: ['sre@example.com', 'gone@example.com'] });
    expect(outcome).toMatchObject({ kind: 'delivered', detail: expect.stringContaining('1 of 2 refused') });
    expect(server.mails).toMatchObject([{ to: ['sre@example.com'] }]);
  });
});

test.each([
  ['a line break in the sender', { from: 'Tocsin\r\nBcc: x@y.z <tocsin@example.com>' }],
  ['two addresses in one', { to: ['a@example.com, b@example.com'] }],
  ['nobody to send to', { to: [] }],
  ['a username without a password', { smtp: { host: 'smtp.example', username: 'tocsin' } }],
])('%s is refused when the configuration is read', (_what, changes) => {
  const options = { smtp: { host: 'smtp.example' }, from: 'tocsin@example.com', to: ['sre@example.com'], ...changes };
  expect(email.schema.safeParse(options).success).toBe(false);
});
