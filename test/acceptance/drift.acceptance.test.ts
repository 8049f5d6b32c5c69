import { describe, test } from 'vitest';
import { startConsul } from '../../src/world/consul.ts';
import { startTocsin } from '../servers/daemon.ts';
import { httpTarget } from '../servers/target-server.ts';
import { began, heard, RULES, untilRuns } from './support/scenario.ts';

describe('facts that change while everything passes', () => {
  test('are told to the owner where `watch` asks for it, and listed in the page about what fails next', async ({
    expect,
  }) => {
    let says = { status: 200, server: 'shop/7' };
    await using shop = await httpTarget((_request, response) => {
      response.writeHead(says.status, { server: says.server }).end('ok');
    });
    await using kv = await startConsul({ token: 'c3f1-token', values: {} });
    await using tocsin = await startTocsin(`${RULES}
services:
  shop: { tier: 0, probes: { get: { kind: http, url: 'http://${shop.at}/', watch: { server: page } } } }
  kv: { tier: 0, probes: { lock: { kind: consul, url: '${kv.url}', token: c3f1-token, watch: { leader: page } } } }
`);
    await tocsin.ready();
    await untilRuns(tocsin, 'shop/get', 1, began(0, 'pass'));
    await untilRuns(tocsin, 'kv/lock', 1, began(0, 'pass'));

    says = { ...says, server: 'shop/8' };
    const told = await heard(tocsin, 'page', 'shop');
    expect(told.incident?.root).toMatchObject({ id: 'shop', probe: 'shop/get', class: 'info.rotation' });
    expect(JSON.stringify(told)).toContain('server changed from shop/7 to shop/8');

    says = { ...says, status: 503 };
    const page = await tocsin.message(
      ({ event, incident }) => event === 'page' && incident?.root.class === 'http.5xx' && incident.root.id === 'shop',
    );
    expect(page.incident?.drift).toMatchObject([
      { probe: 'shop/get', fact: 'server', before: 'shop/7', after: 'shop/8', announced: false },
    ]);
    expect(tocsin.messages().filter(({ incident }) => incident?.root.id === 'kv')).toEqual([]);
  });
});
