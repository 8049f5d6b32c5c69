import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { webhook } from '../../src/channels/webhook.ts';
import type { DeliverContext, Delivery } from '../../src/ports/channel-kind.ts';
import { issueAuthority, issueServerCertificate } from '../../src/world/certificate.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import type { Reaction } from '../servers/http-receiver.ts';
import { page } from './samples/notifications.ts';

const OK: Reaction = { kind: 'answer', status: 200 };
const NOW = Date.parse('2026-11-21T03:12:34.567Z');

const context: DeliverContext = {
  signal: AbortSignal.timeout(10_000),
  now: NOW,
  idempotencyKey: 'rekor-3/1/hook',
  thread: null,
};

function deliver(options: unknown): Promise<Delivery> {
  return webhook.deliver(webhook.schema.parse(options), page, context);
}

function signature(secret: string, body: string): string {
  return `v1=${createHmac('sha256', secret)
    .update(`${Math.floor(NOW / 1000)}.${body}`)
    .digest('hex')}`;
}

test('the body is the notification itself, as JSON, and the key that tells repeats goes with it', async () => {
  await using receiver = await startHttpReceiver(OK);
  await deliver({ url: `${receiver.url}/hook?a=1` });
  const [request] = receiver.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/hook?a=1' });
  expect(JSON.parse(request?.body ?? '')).toEqual(page);
  expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'rekor-3/1/hook' });
});

test('the signature is the HMAC of timestamp and body, the timestamp in Unix seconds', async () => {
  await using receiver = await startHttpReceiver(OK);
  await deliver({ url: receiver.url, secret: 'one' });
  const [request] = receiver.requests;
  expect(request?.headers['tocsin-timestamp']).toBe(String(Math.floor(NOW / 1000)));
  expect(request?.headers['tocsin-signature']).toBe(signature('one', request?.body ?? ''));
});

test('while a secret is rotated there is a signature by each', async () => {
  await using receiver = await startHttpReceiver(OK);
  await deliver({ url: receiver.url, secret: ['new', 'old'] });
  const [request] = receiver.requests;
  const given = String(request?.headers['tocsin-signature']).split(', ');
  expect(given).toEqual([signature('new', request?.body ?? ''), signature('old', request?.body ?? '')]);
});

test('without a secret there is no signature', async () => {
  await using receiver = await startHttpReceiver(OK);
  await deliver({ url: receiver.url });
  expect(receiver.requests[0]?.headers).not.toHaveProperty('tocsin-signature');
});

test('a redirect is not followed, names where it points, and may be tried again', async () => {
  await using elsewhere = await startHttpReceiver(OK);
  const location = `${elsewhere.url}/their/secret/path`;
  await using receiver = await startHttpReceiver({ kind: 'answer', status: 307, headers: { location } });
  const outcome = await deliver({ url: receiver.url });
  expect(outcome.kind).toBe('retry');
  expect(JSON.stringify(outcome)).toContain(elsewhere.url);
  expect(JSON.stringify(outcome)).not.toContain('/their/secret/path');
  expect(elsewhere.requests).toEqual([]);
});

test('a 200 counts although its body never ends', async () => {
  await using receiver = await startHttpReceiver({ kind: 'drip', status: 200 });
  expect(await deliver({ url: receiver.url })).toMatchObject({ kind: 'delivered' });
});

test('an error whose body never ends is not waited for beyond its beginning', async () => {
  await using receiver = await startHttpReceiver({ kind: 'drip', status: 500 });
  expect(await deliver({ url: receiver.url })).toMatchObject({ kind: 'retry' });
});

test('of a long error only the beginning is kept', async () => {
  await using receiver = await startHttpReceiver({ kind: 'answer', status: 500, body: 'no '.repeat(1_000_000) });
  const outcome = await deliver({ url: receiver.url });
  expect(outcome).toMatchObject({ kind: 'retry' });
  expect(JSON.stringify(outcome).length).toBeLessThan(400);
});

test.each([
  [408, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [502, 'retry'],
  [400, 'failed'],
  [401, 'failed'],
  [404, 'failed'],
  [410, 'failed'],
  [422, 'failed'],
])('an answer of %i means: %s', async (status, kind) => {
  await using receiver = await startHttpReceiver({ kind: 'answer', status });
  expect((await deliver({ url: receiver.url })).kind).toBe(kind);
});

test('a Retry-After that is a date counts from the attempt', async () => {
  const headers = { 'retry-after': new Date(NOW + 90_000).toUTCString() };
  await using receiver = await startHttpReceiver({ kind: 'answer', status: 503, headers });
  // HTTP dates have whole seconds.
  expect(await deliver({ url: receiver.url })).toMatchObject({ kind: 'retry', afterMs: 90_000 - (NOW % 1000) });
});

test('a refused connection may be tried again', async () => {
  const receiver = await startHttpReceiver(OK);
  await receiver[Symbol.asyncDispose]();
  const outcome = await deliver({ url: receiver.url });
  expect(outcome).toMatchObject({ kind: 'retry', error: expect.stringContaining('ECONNREFUSED') });
});

test('a certificate is verified: by the given authority it is taken, by the system’s it is not', async () => {
  const notBefore = Date.now() - 60_000;
  const times = { notBefore, notAfter: notBefore + 3_600_000 };
  const authority = issueAuthority({ commonName: 'test authority', keys: newKeyPair(), ...times });
  const request = { commonName: 'hook', keys: newKeyPair(), ...times, names: ['127.0.0.1'] };
  const leaf = issueServerCertificate(request, authority);
  await using receiver = await startHttpReceiver(OK, { cert: leaf.pem, key: leaf.keyPem });
  expect(await deliver({ url: receiver.url, tls: { ca: authority.pem } })).toMatchObject({ kind: 'delivered' });
  expect(await deliver({ url: receiver.url })).toMatchObject({ kind: 'retry' });
  expect(receiver.requests).toHaveLength(1);
});

test.each([
  ['an address that is none', { url: 'hooks.example/tocsin' }],
  ['another scheme', { url: 'file:///etc/passwd' }],
  ['credentials in the address', { url: 'https://user:pass@hooks.example/' }],
  ['a header with a line break', { url: 'https://hooks.example/', headers: { 'x-a': 'b\r\nc: d' } }],
  ['a forged signature', { url: 'https://hooks.example/', headers: { 'Tocsin-Signature': 'v1=00' } }],
  ['three secrets', { url: 'https://hooks.example/', secret: ['a', 'b', 'c'] }],
])('%s is refused when the configuration is read', (_what, options) => {
  expect(webhook.schema.safeParse(options).success).toBe(false);
});
