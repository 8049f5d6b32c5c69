import { describe, expect, test } from 'vitest';
import { startWorld } from '../../src/world/world.ts';
import type { World } from '../../src/world/world.ts';
import { WORLD_NAMES } from '../../src/world/world-ports.ts';
import { startTocsin } from '../servers/daemon.ts';
import { startDnsmasq } from '../servers/dnsmasq.ts';
import type { Dnsmasq } from '../servers/dnsmasq.ts';
import { missing } from '../servers/programs.ts';
import { began, everTold, heard, INTERVAL_MS, pagesOf, RULES, runsOf, toldAs, untilRuns } from './support/scenario.ts';

/** Names that every scenario's dnsmasq knows. */
const HOME: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(WORLD_NAMES).map((name) => [name, '127.0.0.1']),
);

/** What the deep probes see: each service as its consumers use it. */
function deep(world: World, dns: Dnsmasq): string {
  const image = world.image.digest;
  return `${RULES}
services:
  corp-dns:
    tier: 0
    probes: { names: { kind: dns, name: ${WORLD_NAMES.registry}, type: A, resolvers: ['${dns.address}'] } }
  rekor:
    tier: 0
    capabilities: { append: { needs: [corp-dns] }, lookup: { needs: [corp-dns] } }
    probes:
      log:
        kind: rekor
        url: ${world.urls.rekor}
        resolver: ${dns.address}
        publicKey: \${file:rekor.pub}
        entry: ${world.rekor.canary}
        proves: [append, lookup]
  registry:
    tier: 0
    probes: { manifest: { kind: http, url: '${world.urls.registry}/v2/shop/web/manifests/latest', headers: { accept: application/vnd.oci.image.manifest.v1+json }, resolver: '${dns.address}', expect: { status: 200, contains: schemaVersion } } }
  dis:
    tier: 0
    capabilities:
      sign: { needs: [rekor.append, registry], down: no image can be signed }
      verify-offline: {}
    probes:
      sign: { kind: http, method: POST, url: '${world.urls.signer}/sign', json: { digest: '${image}' }, resolver: '${dns.address}', tls: { ca: '\${file:ca.pem}' }, proves: [sign], expect: { json: { $.digest: '${image}' } } }
      verify: { kind: http, url: '${world.urls.signer}/verify?digest=${image}&signature=${world.files['image.signature']}', resolver: '${dns.address}', tls: { ca: '\${file:ca.pem}' }, proves: [verify-offline], expect: { json: { $.valid: true } } }
  cd:
    tier: 0
    capabilities: { deploy: { needs: [dis.sign], down: nothing can be deployed } }
    probes: { dry-run: { kind: http, url: '${world.urls.pipeline}/health-deep', resolver: '${dns.address}', expect: { json: { $.ok: true } } } }
`;
}

/** What most monitors look at: does the port answer, does something say 200. */
function shallow(world: World, dns: Dnsmasq): string {
  const { host } = new URL(world.urls.rekor);
  const [name, port] = host.split(':');
  return `${RULES}
services:
  rekor:
    tier: 0
    probes:
      port: { kind: tcp, host: ${name ?? ''}, port: ${port ?? ''}, resolver: '${dns.address}' }
      ping: { kind: http, url: '${world.urls.rekor}/ping', resolver: '${dns.address}' }
  dis:
    tier: 0
    needs: [rekor]
    probes: { health: { kind: http, url: '${world.urls.signer}/healthz', resolver: '${dns.address}', tls: { ca: '\${file:ca.pem}' } } }
`;
}

describe.skipIf(missing('dnsmasq').length > 0)(
  "the private Rekor's name is repointed to a host that answers 200 to everything",
  () => {
    test('one page within four intervals, about rekor, with both addresses, the effect on signing and deploys, and a resolve when mended', async () => {
      await using dns = await startDnsmasq(HOME);
      await using world = await startWorld({ resolver: dns.address });
      await using tocsin = await startTocsin(deep(world, dns), world.files);
      await tocsin.ready();

      await dns.point({ ...HOME, [WORLD_NAMES.rekor]: world.impostor.host });
      const repointedAt = Date.now();
      const page = await heard(tocsin, 'page');
      const { incident } = page;
      expect(page.receivedAt - repointedAt).toBeLessThanOrEqual(4 * INTERVAL_MS);
      expect(incident?.root).toMatchObject({
        kind: 'service',
        id: 'rekor',
        capabilities: ['rekor.append', 'rekor.lookup'],
        probe: 'rekor/log',
      });
      const told = JSON.stringify(page);
      expect(told).toContain('"127.0.0.1"');
      expect(told).toContain(`"${world.impostor.host}"`);
      expect(toldAs('down', page)).toEqual(['cd.deploy', 'dis.sign']);
      expect(everTold(tocsin)).toEqual(['cd.deploy', 'dis.sign']);
      expect(incident?.unaffected).toContain('dis.verify-offline');
      expect(incident?.drift).toMatchObject([{ fact: 'addresses', announced: false }]);

      await dns.point(HOME);
      const resolve = await heard(tocsin, 'resolve');
      expect(resolve.incident?.id).toBe(incident?.id);
      expect(resolve.incident?.suppressed.map((s) => s.probe)).toEqual(
        expect.arrayContaining(['cd/dry-run', 'dis/sign']),
      );
      expect(pagesOf(tocsin)).toEqual([incident?.id]);
    });

    test('a port and a 200 stay green all the while', async () => {
      await using dns = await startDnsmasq(HOME);
      await using world = await startWorld({ resolver: dns.address });
      await using tocsin = await startTocsin(shallow(world, dns), world.files);
      await tocsin.ready();

      await dns.point({ ...HOME, [WORLD_NAMES.rekor]: world.impostor.host });
      await untilRuns(tocsin, 'rekor/ping', 6, began(Date.now()));
      const probes = ['rekor/ping', 'rekor/port', 'dis/health'];
      const runs = (await Promise.all(probes.map((probe) => runsOf(tocsin, probe)))).flat();
      expect(runs.map((run) => run.outcome)).toEqual(runs.map(() => 'pass'));
      expect(tocsin.messages()).toEqual([]);
      const moved = runs.filter((run) => JSON.stringify(run).includes(world.impostor.host));
      expect(moved.length).toBeGreaterThan(0);
    });
  },
);
