import { expect, test } from 'vitest';
import { json, startLoopbackServer } from '../../src/world/loopback-server.ts';
import type { Reply, Request } from '../../src/world/loopback-server.ts';
import { WorkerPool } from '../../src/world/worker-pool.ts';
import { startTocsin } from '../servers/daemon.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { everTold, heard, INTERVAL_MS, pagesOf, probed, RULES, runsOf, SAYS_OK } from './support/scenario.ts';

const WORKERS = 10;
const SIGNING_MS = 700;
const CALLERS = 60;

test('sixty callers exhaust ten signing workers: one page about signing by its latency, while its health page stays green', async () => {
  const pool = new WorkerPool(WORKERS, CALLERS * 2);
  const sign = (signal: AbortSignal): Promise<void> =>
    pool.run(() => new Promise<void>((done) => setTimeout(done, SIGNING_MS)), signal);
  const answer = async ({ path, signal }: Request): Promise<Reply> => {
    if (path === '/sign') await sign(signal);
    return json(200, { ok: true, waiting: pool.waiting });
  };
  await using signer = await startLoopbackServer({ name: 'the signer', host: '127.0.0.1', port: 0, handler: answer });
  const isQuick = (): Promise<boolean> => Promise.resolve(pool.waiting < WORKERS);
  await using stubs = await startStubServices({ deploy: [isQuick], rekor: [], registry: [] });
  await using tocsin = await startTocsin(`${RULES}
services:
  sign:
    tier: 0
    needs: [rekor, registry]
    probes:
      operation: { kind: http, url: '${signer.url}/sign', timeout: 2s, expect: { status: 200, maxLatency: 1500ms } }
      health: { kind: http, url: '${signer.url}/health', ${SAYS_OK} }
      queue:
        kind: http
        url: ${signer.url}/stats
        assert: [{ that: json.waiting < 20, because: the signing queue is backing up, class: latency.saturated }]
${probed('deploy', stubs.url('deploy'), ['sign'])}
${probed('rekor', stubs.url('rekor'))}
${probed('registry', stubs.url('registry'))}
`);
  await tocsin.ready();

  const at = Date.now();
  const gone = new AbortController();
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!gone.signal.aborted) await sign(gone.signal).catch(() => undefined);
  });
  const page = await heard(tocsin, 'page');
  expect(page.receivedAt - at).toBeLessThanOrEqual(5 * INTERVAL_MS);
  expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'sign', capabilities: ['sign.up'] });
  expect(page.incident?.root.class).toMatch(/^latency\./);
  expect(page.incident?.impact.map((hit) => hit.capability)).toEqual(['deploy.up']);

  gone.abort();
  await Promise.all(callers);
  const resolve = await heard(tocsin, 'resolve');
  expect(resolve.incident?.id).toBe(page.incident?.id);
  expect(everTold(tocsin)).toEqual(['deploy.up']);
  expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  expect((await runsOf(tocsin, 'sign/health')).map((run) => run.outcome)).not.toContain('fail');
});
