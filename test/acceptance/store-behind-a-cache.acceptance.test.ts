import { describe, test } from 'vitest';
import { startTocsin } from '../servers/daemon.ts';
import { missing } from '../servers/programs.ts';
import { startRedis } from '../servers/redis-server.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { everTold, heard, INTERVAL_MS, pagesOf, probed, RULES, SAYS_OK, toldAs } from './support/scenario.ts';

const PRODUCTS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'] as const;
const IDENTITY = 'tocsin/identity';

describe.skipIf(missing('redis-server').length > 0)('a store behind a cache is killed', () => {
  test('one page about the store; what asks for uncached keys is down, the cache and the name server are not', async ({
    expect,
  }) => {
    await using redis = await startRedis();
    const mark = (): Promise<string> => redis.say(`SET ${IDENTITY} production`);
    await mark();
    const isStored = (): Promise<boolean> =>
      redis.say(`GET ${IDENTITY}`).then(
        (line) => line.startsWith('$'),
        () => false,
      );
    await using stubs = await startStubServices({
      uncached: [isStored],
      cached: [],
      dns: [],
      ...Object.fromEntries(PRODUCTS.map((name) => [name, ['uncached']])),
    });
    await using tocsin = await startTocsin(`${RULES}
services:
  redis:
    tier: 0
    probes: { canary: { kind: redis, url: 'redis://127.0.0.1:${redis.port}', identity: { key: ${IDENTITY}, value: production }, write: true } }
  kv:
    tier: 0
    capabilities:
      cached: { needs: [{ cached: redis, ttl: 10m, covers: [unreachable, error] }] }
      uncached: { needs: [redis] }
    probes:
      cached: { kind: http, url: '${stubs.url('cached')}', proves: [cached], ${SAYS_OK} }
      uncached: { kind: http, url: '${stubs.url('uncached')}', proves: [uncached], ${SAYS_OK} }
${probed('dns', stubs.url('dns'))}
${PRODUCTS.map((name) => probed(name, stubs.url(name), ['kv.uncached'])).join('')}
`);
    await tocsin.ready();

    const at = Date.now();
    await redis.crash();
    const page = await heard(tocsin, 'page');
    expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
    expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'redis', probe: 'redis/canary' });
    expect(page.incident?.root.class).toMatch(/^(connect|protocol)\./);
    expect(toldAs('down', page)).toEqual(['kv.uncached', ...PRODUCTS.map((name) => `${name}.up`)]);
    expect(toldAs('at-risk', page)).toEqual(['kv.cached']);

    await redis.comeBack();
    await mark();
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    expect(everTold(tocsin)).toEqual(['kv.cached', 'kv.uncached', ...PRODUCTS.map((name) => `${name}.up`)]);
    expect(resolve.incident?.suppressed.map((s) => s.probe)).toEqual(
      expect.arrayContaining(['kv/uncached', ...PRODUCTS.map((name) => `${name}/get`)]),
    );
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });
});
