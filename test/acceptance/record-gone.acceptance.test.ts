import { Resolver } from 'node:dns/promises';
import { describe, test } from 'vitest';
import { startTocsin } from '../servers/daemon.ts';
import { startDnsmasq } from '../servers/dnsmasq.ts';
import { missing } from '../servers/programs.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { everTold, heard, INTERVAL_MS, pagesOf, probed, RULES, SAYS_OK, toldAs } from './support/scenario.ts';

const NAMES = { static: 'static.world.test', api: 'api.world.test' } as const;
const HERE = '127.0.0.1';

describe.skipIf(missing('dnsmasq').length > 0)('the record of a name that the build downloads from is gone', () => {
  test('one page about the name and not about the name server, which still answers for others', async ({ expect }) => {
    await using dns = await startDnsmasq({ [NAMES.static]: HERE, [NAMES.api]: HERE });
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([dns.address]);
    const isFound = (): Promise<boolean> =>
      resolver.resolve4(NAMES.static).then(
        (addresses) => addresses.length > 0,
        () => false,
      );
    await using stubs = await startStubServices({ files: [], build: [isFound], api: [], publish: ['api'] });
    const files = stubs.url('files').replace(HERE, NAMES.static);
    await using tocsin = await startTocsin(`${RULES}
services:
  dns:
    tier: 0
    probes: { names: { kind: dns, name: ${NAMES.api}, type: A, resolvers: ['${dns.address}'] } }
  static:
    tier: 0
    needs: [dns]
    probes: { get: { kind: http, url: '${files}', resolver: '${dns.address}', ${SAYS_OK} } }
${probed('build', stubs.url('build'), ['static'])}
${probed('api', stubs.url('api'))}
${probed('publish', stubs.url('publish'), ['api'])}
`);
    await tocsin.ready();

    const at = Date.now();
    await dns.point({ [NAMES.api]: HERE });
    const page = await heard(tocsin, 'page');
    expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
    expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'static', probe: 'static/get' });
    expect(['dns.nxdomain', 'dns.empty']).toContain(page.incident?.root.class);
    expect(toldAs('down', page)).toEqual(['build.up']);

    await dns.point({ [NAMES.static]: HERE, [NAMES.api]: HERE });
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    expect(everTold(tocsin)).toEqual(['build.up']);
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });
});
