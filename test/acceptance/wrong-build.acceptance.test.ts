import { describe, test } from 'vitest';
import { IDENTITY_KEY, startStore } from '../../src/world/key-value-store.ts';
import { startTocsin } from '../servers/daemon.ts';
import { startNginx } from '../servers/nginx.ts';
import { missing } from '../servers/programs.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { everTold, findingsOf, heard, INTERVAL_MS, pagesOf, probed, RULES, toldAs } from './support/scenario.ts';

const TOKEN = 'a-token-of-the-store';
const NAMES = ['pages', 'login', 'upload', 'session', 'deliver', 'edge', 'ci', 'rollback'] as const;
type Urls = Readonly<Record<(typeof NAMES)[number], string>>;

/** Its rollback needs a pipeline that needs the login that needs the store; only editing the edge by hand does not. */
const configuration = (store: string, urls: Urls): string => `${RULES}
services:
  kv:
    tier: 0
    probes:
      canary:
        kind: workers-kv
        baseUrl: ${store}/client/v4
        account: world
        namespace: policies
        token: ${TOKEN}
        identity: { key: ${IDENTITY_KEY}, value: production }
    recovery:
      - { name: automatic rollback, needs: [rollback] }
      - { name: edit the edge by hand, needs: [edge], breakGlass: true, drilled: 2026-10-01 }
${probed('pages', urls.pages, ['kv'])}
${probed('login', urls.login, ['kv'])}
${probed('upload', urls.upload, ['kv'])}
${probed('session', urls.session, ['{ soft: kv }'])}
${probed('ci', urls.ci, ['login'])}
${probed('rollback', urls.rollback, ['ci'])}
${probed('deliver', urls.deliver)}
${probed('edge', urls.edge)}
`;

describe.skipIf(missing('nginx').length > 0)(
  'a key-value store whose front leads to a build from the wrong environment, which answers 401',
  () => {
    test('check says before any fault that only break-glass remains, and the one page says the same of the rollback', async ({
      expect,
    }) => {
      await using production = await startStore({ token: TOKEN });
      await using staging = await startStore({ token: TOKEN });
      staging.fault = 'unauthorized';
      const front = (to: { readonly url: string }): string => `location / { proxy_pass ${to.url}; }`;
      await using nginx = await startNginx(front(production));
      // What its consumers ask of it: one value, with their token.
      const isRead = async (): Promise<boolean> => {
        const headers = { authorization: `Bearer ${TOKEN}` };
        return (await fetch(`${nginx.url}${production.valuePath(IDENTITY_KEY)}`, { headers })).ok;
      };
      await using stubs = await startStubServices({
        pages: [isRead],
        login: [isRead],
        upload: [isRead],
        session: [],
        deliver: [],
        edge: [],
        ci: ['login'],
        rollback: ['ci'],
      });
      const urls = Object.fromEntries(NAMES.map((name) => [name, stubs.url(name)])) as Urls;
      await using tocsin = await startTocsin(configuration(nginx.url, urls));
      expect(await findingsOf(tocsin)).toContain('recovery/break-glass-only kv.up');
      await tocsin.ready();

      const at = Date.now();
      await nginx.serve(front(staging));
      const page = await heard(tocsin, 'page');
      expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
      expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'kv', probe: 'kv/canary' });
      expect(page.incident?.root.class).toMatch(/^(auth|identity)\./);
      expect(toldAs('down', page)).toEqual(['ci.up', 'login.up', 'pages.up', 'rollback.up', 'upload.up']);
      // Sessions that were opened before go on: degraded at most, and not at all once they were seen to work.
      expect(['session.up']).toEqual(expect.arrayContaining([...toldAs('degraded', page)]));
      expect(page.incident?.recovery).toMatchObject([
        { name: 'automatic rollback', state: 'blocked', blockedBy: expect.arrayContaining(['ci.up']) as string[] },
        { name: 'edit the edge by hand', state: 'works', breakGlass: true },
      ]);

      await nginx.serve(front(production));
      const resolve = await heard(tocsin, 'resolve');
      expect(resolve.incident?.id).toBe(page.incident?.id);
      for (const untouched of ['deliver.up', 'edge.up']) expect(everTold(tocsin)).not.toContain(untouched);
      expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
    });
  },
);
