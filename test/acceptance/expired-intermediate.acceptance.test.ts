import { get } from 'node:https';
import { expect, test } from 'vitest';
import { json, startLoopbackServer } from '../../src/world/loopback-server.ts';
import { startTocsin } from '../servers/daemon.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { expiringChain } from './support/expiring-chain.ts';
import { everTold, heard, INTERVAL_MS, pagesOf, probed, RULES, SAYS_OK, toldAs } from './support/scenario.ts';

const MINUTE_MS = 60_000;

test('a served intermediate ends while the leaf stays valid: a ticket before its end, one page after, and the plain twin is untouched', async () => {
  const chain = expiringChain('World Issuing 1');
  chain.expire(Date.now() + 10 * MINUTE_MS);
  await using kv = await startLoopbackServer({
    name: 'the store over TLS',
    host: '127.0.0.1',
    port: 0,
    certificate: chain.served,
    handler: () => json(200, { ok: true }),
  });
  await using stubs = await startStubServices({
    plain: [],
    edge: [],
    identity: [() => isTrusted(kv.url, chain.root)],
    login: ['identity'],
  });
  await using tocsin = await startTocsin(
    `${RULES}
services:
  kv-tls: { tier: 0, probes: { get: { kind: http, url: '${kv.url}/', tls: { ca: '\${file:root.pem}' }, ${SAYS_OK} } } }
${probed('kv-http', stubs.url('plain'))}
${probed('edge', stubs.url('edge'))}
${probed('identity', stubs.url('identity'), ['kv-tls'])}
${probed('login', stubs.url('login'), ['identity'])}
`,
    { 'root.pem': chain.root },
  );
  const ticket = await heard(tocsin, 'ticket');
  expect(ticket.incident).toMatchObject({ id: 'kv-tls/get:tls.expiring', root: { id: 'kv-tls', probe: 'kv-tls/get' } });
  expect(pagesOf(tocsin)).toEqual([]);

  const endsAt = Math.ceil(Date.now() / 1000) * 1000 + 1000;
  chain.expire(endsAt);
  const page = await heard(tocsin, 'page');
  expect(page.receivedAt).toBeGreaterThan(endsAt);
  expect(page.receivedAt - endsAt).toBeLessThanOrEqual(3 * INTERVAL_MS);
  expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'kv-tls', class: 'tls.expired' });
  expect(toldAs('down', page)).toEqual(['identity.up', 'login.up']);

  chain.renew();
  const resolve = await tocsin.message((m) => m.event === 'resolve' && m.incident?.id === page.incident?.id);
  expect(resolve.incident?.root.class).toBe('tls.expired');
  expect(everTold(tocsin)).toEqual(['identity.up', 'login.up']);
  expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
});

/** Whether a client that trusts this root gets an answer, on a connection of its own. */
function isTrusted(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { ca, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}
