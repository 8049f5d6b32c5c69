import { describe, test } from 'vitest';
import { startRekor } from '../../src/world/rekor.ts';
import type { MiniRekor } from '../../src/world/rekor.ts';
import { startTocsin } from '../servers/daemon.ts';
import type { RunningDaemon } from '../servers/daemon.ts';
import { startDockerRegistry } from '../servers/docker-registry.ts';
import type { DockerRegistry } from '../servers/docker-registry.ts';
import { missing } from '../servers/programs.ts';
import { startStubServices } from '../servers/stub-services.ts';
import {
  began,
  everTold,
  heard,
  INTERVAL_MS,
  pagesOf,
  probed,
  reload,
  RULES,
  toldAs,
  untilRuns,
} from './support/scenario.ts';

/** Long enough for a page about what fails in it, were it not for the window. */
const WINDOW_MS = 10_000;

describe.skipIf(missing('docker-registry').length > 0)(
  'a registry that is stopped in a window declared for it',
  { concurrent: true },
  () => {
    test('pages nobody when it is back in time', async ({ expect }) => {
      await using it = await signing();
      const { tocsin, registry } = it;
      const until = await it.declare();
      await registry.stop();
      await untilRuns(tocsin, 'sign/get', 2, began(0, 'fail'));
      await registry.comeBack();
      await untilRuns(tocsin, 'sign/get', 3, began(until, 'pass'));
      expect(tocsin.messages().filter((m) => m.event === 'page' || m.event === 'ticket')).toEqual([]);
    });

    test('does not hide that Rekor fails meanwhile: one page, about Rekor', async ({ expect }) => {
      await using it = await signing();
      const { tocsin, registry, rekor } = it;
      await it.declare();
      await registry.stop();
      await untilRuns(tocsin, 'sign/get', 1, began(0, 'fail'));

      const at = Date.now();
      await rekor.server.vanish();
      const page = await heard(tocsin, 'page');
      expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
      expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'rekor', class: 'connect.refused' });
      expect(toldAs('down', page)).toEqual(['sign.up']);

      await registry.comeBack();
      await rekor.server.comeBack();
      const resolve = await heard(tocsin, 'resolve');
      expect(resolve.incident?.id).toBe(page.incident?.id);
      expect(everTold(tocsin)).toEqual(['sign.up']);
      expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
    });

    test('is paged after the window when it stays down, with its true onset', async ({ expect }) => {
      await using it = await signing();
      const { tocsin, registry } = it;
      const until = await it.declare();
      await registry.stop();
      const page = await heard(tocsin, 'page');
      expect(page.receivedAt).toBeGreaterThanOrEqual(until);
      expect(page.receivedAt - until).toBeLessThanOrEqual(3 * INTERVAL_MS);
      expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'registry' });
      expect(Date.parse(page.incident?.startedAt ?? '')).toBeLessThan(until - WINDOW_MS / 2);
      expect(toldAs('down', page)).toEqual(['sign.up']);

      await registry.comeBack();
      const resolve = await heard(tocsin, 'resolve');
      expect(resolve.incident?.id).toBe(page.incident?.id);
      expect(everTold(tocsin)).toEqual(['sign.up']);
      expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
    });
  },
);

/** A daemon that watches a registry, a Rekor and a signing service that needs both. */
interface Signing extends AsyncDisposable {
  readonly tocsin: RunningDaemon;
  readonly registry: DockerRegistry;
  readonly rekor: MiniRekor;
  /** Declares maintenance of the registry from now on; gives its end. */
  readonly declare: () => Promise<number>;
}

async function signing(): Promise<Signing> {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await startDockerRegistry());
  const rekor = stack.use(await startRekor());
  const answers = (url: string) => (): Promise<boolean> =>
    fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
  const needs = [answers(`${registry.url}/v2/`), answers(`${rekor.url}/ping`)];
  const stubs = stack.use(await startStubServices({ sign: needs, other: [] }));
  const yaml = `${RULES}
services:
  registry: { tier: 0, probes: { api: { kind: http, url: '${registry.url}/v2/' } } }
  rekor: { tier: 0, probes: { log: { kind: rekor, url: '${rekor.url}', publicKey: '\${file:rekor.pub}', entry: ${rekor.canary} } } }
${probed('sign', stubs.url('sign'), ['registry', 'rekor'])}
${probed('other', stubs.url('other'))}
`;
  const tocsin = stack.use(await startTocsin(yaml, { 'rekor.pub': rekor.publicKeyPem }));
  await tocsin.ready();
  const owned = stack.move();
  return {
    tocsin,
    registry,
    rekor,
    declare: async () => {
      const from = Date.now();
      const [begins, ends] = [from, from + WINDOW_MS].map((at) => new Date(at).toISOString());
      const window = `{ services: [registry], from: ${begins ?? ''}, until: ${ends ?? ''}, reason: upgrade }`;
      await reload(tocsin, `${yaml}maintenance: [${window}]\n`);
      return from + WINDOW_MS;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
