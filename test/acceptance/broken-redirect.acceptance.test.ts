import { describe, test } from 'vitest';
import { startTocsin } from '../servers/daemon.ts';
import { startDnsmasq } from '../servers/dnsmasq.ts';
import { startNginx } from '../servers/nginx.ts';
import { missing } from '../servers/programs.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { everTold, heard, INTERVAL_MS, pagesOf, probed, RULES, runsOf, SAYS_OK, toldAs } from './support/scenario.ts';

const NAMES = { api: 'api.world.test', cdn: 'cdn.world.test' } as const;
const HERE = '127.0.0.1';

describe.skipIf(missing('dnsmasq', 'nginx').length > 0)(
  'an API that sends downloads on to a host that does not exist',
  () => {
    test('one page about its downloads, while its health page stays 200 and publishing goes on', async ({ expect }) => {
      await using dns = await startDnsmasq({ [NAMES.api]: HERE, [NAMES.cdn]: HERE });
      const redirect = (to: string): string => `
        location = /download { return 302 ${to}; }
        location = /health { return 200 '{"ok":true}'; }
        location = /publish { return 200 '{"ok":true}'; }`;
      await using stubs = await startStubServices({ file: [], download: [sendsOn], build: ['download'], publish: [] });
      const file = stubs.url('file').replace(HERE, NAMES.cdn);
      await using api = await startNginx(redirect(file));
      // What its clients follow: a redirect to where files really are.
      async function sendsOn(): Promise<boolean> {
        const answer = await fetch(`${api.url}/download`, { redirect: 'manual' });
        return answer.headers.get('location') === file;
      }
      const url = `http://${NAMES.api}:${api.port}`;
      const asked = `resolver: '${dns.address}', ${SAYS_OK}`;
      await using tocsin = await startTocsin(`${RULES}
services:
  cdn:
    tier: 0
    probes: { get: { kind: http, url: '${file}', ${asked} } }
  api:
    tier: 0
    capabilities: { download: { needs: [cdn] }, publish: {} }
    probes:
      download: { kind: http, url: '${url}/download', follow: any, proves: [download], ${asked} }
      publish: { kind: http, url: '${url}/publish', proves: [publish], ${asked} }
      health: { kind: http, url: '${url}/health', proves: [publish], ${asked} }
${probed('download', stubs.url('download'), ['api.download'])}
${probed('build', stubs.url('build'), ['download'])}
${probed('publish', stubs.url('publish'), ['api.publish'])}
`);
      await tocsin.ready();

      const at = Date.now();
      await api.serve(redirect(`http://static.world.testcrates:${api.port}/file`));
      const page = await heard(tocsin, 'page');
      expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
      expect(page.incident?.root).toMatchObject({
        kind: 'service',
        id: 'api',
        capabilities: ['api.download'],
        probe: 'api/download',
      });
      expect(page.incident?.root.class).toMatch(/^(dns|protocol|http|connect)\./);
      expect(toldAs('down', page)).toEqual(['build.up', 'download.up']);

      await api.serve(redirect(file));
      const resolve = await heard(tocsin, 'resolve');
      expect(resolve.incident?.id).toBe(page.incident?.id);
      expect(everTold(tocsin)).toEqual(['build.up', 'download.up']);
      expect(resolve.incident?.root.capabilities).toEqual(['api.download']);
      expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
      expect(new Set((await runsOf(tocsin, 'api/health')).map((run) => run.outcome))).toEqual(new Set(['pass']));
    });
  },
);
