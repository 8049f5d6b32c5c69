import { describe, test } from 'vitest';
import { startLoopbackServer, json } from '../../src/world/loopback-server.ts';
import { startTocsin } from '../servers/daemon.ts';
import type { RunningDaemon } from '../servers/daemon.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { expiringChain } from './support/expiring-chain.ts';
import { entriesOf } from './support/log-entries.ts';
import {
  began,
  everTold,
  heard,
  INTERVAL_MS,
  pagesOf,
  probed,
  reload,
  RULES,
  runsOf,
  SAYS_OK,
  toldAs,
  untilRuns,
} from './support/scenario.ts';

const TOKEN = 'the-token-of-one-heartbeat';
/** Longer than what counts as life going on. */
const STALL_MS = 11_000;

/** Those of the required outcomes that touch I/O, through the daemon as it runs; the numbers are those of the page. */
describe('docs/engine.md 8, through the running daemon', { concurrent: true }, () => {
  test('2: a child fails whose dependency was last seen long ago: the dependency is run first, and paged', async ({
    expect,
  }) => {
    await using stubs = await startStubServices({ dep: [], child: ['dep'], other: [] });
    const dep = `  dep: { tier: 0, probes: { get: { kind: http, every: 1m, url: '${stubs.url('dep')}', ${SAYS_OK} } } }\n`;
    await using tocsin = await startTocsin(
      `${RULES}services:\n${dep}${probed('child', stubs.url('child'), ['dep'])}${probed('other', stubs.url('other'))}`,
    );
    await tocsin.ready();
    const at = Date.now();
    stubs.turn('dep', 'broken');
    const page = await heard(tocsin, 'page');
    expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
    expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'dep', class: 'http.5xx', verified: true });
    expect(toldAs('down', page)).toEqual(['child.up']);
    expect(page.incident?.suppressed).toContainEqual({ probe: 'child/get', reason: 'explained', by: 'dep.up' });
    stubs.turn('dep', 'well');
    await heard(tocsin, 'resolve');
    expect(everTold(tocsin)).toEqual(['child.up']);
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });

  test('19: four services share an expired certificate authority: one inferred root, the authority', async ({
    expect,
  }) => {
    const chain = expiringChain('Shared Authority');
    const apart = expiringChain('Another Authority');
    const serve = (certificate: typeof chain.served) =>
      startLoopbackServer({
        name: 'a service',
        host: '127.0.0.1',
        port: 0,
        certificate,
        handler: () => json(200, { ok: true }),
      });
    await using a = await serve(chain.served);
    await using b = await serve(chain.served);
    await using c = await serve(chain.served);
    await using d = await serve(chain.served);
    await using other = await serve(apart.served);
    const line = (name: string, url: string): string =>
      `  ${name}: { tier: 0, probes: { get: { kind: http, url: '${url}/', tls: { ca: '\${file:root.pem}' }, ${SAYS_OK} } } }\n`;
    const lines = Object.entries({ a, b, c, d, other }).map(([name, { url }]) => line(name, url));
    await using tocsin = await startTocsin(`${RULES}services:\n${lines.join('')}`, {
      'root.pem': chain.root + apart.root,
    });
    await tocsin.ready();
    chain.expire(Date.now());
    const page = await heard(tocsin, 'page');
    expect(page.incident?.root).toMatchObject({
      kind: 'shared',
      id: 'ca:CN=Shared Authority',
      class: 'tls.expired',
      inferred: true,
    });
    chain.renew();
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    expect(everTold(tocsin)).toEqual(['a.up', 'b.up', 'c.up', 'd.up']);
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });

  test('21: results that somebody reports from another place: what fails there alone, at four targets in five, is the place', async ({
    expect,
  }) => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const line = (name: string): string =>
      `  ${name}: { tier: 0, probes: { seen: { kind: push, every: 5m, grace: 1m, token: ${TOKEN} } } }\n`;
    await using tocsin = await startTocsin(`${RULES}services:\n${names.map(line).join('')}`);
    await tocsin.ready();
    const push = async (name: string, result: object): Promise<void> => {
      const answer = await fetch(`${tocsin.url}/api/v1/observations/${name}/seen`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(result),
      });
      expect(answer.status).toBe(204);
    };
    for (const name of names) await push(name, { outcome: 'pass' });
    for (const name of names) await push(name, { outcome: 'pass', location: 'eu' });
    const broken = { outcome: 'fail', class: 'http.5xx', message: 'answered 503', location: 'eu' };
    for (const name of names) await push(name, name === 'e' ? { outcome: 'pass', location: 'eu' } : broken);
    const page = await heard(tocsin, 'page');
    expect(page.incident?.root).toMatchObject({ kind: 'location', id: 'eu' });
    for (const name of names) await push(name, { outcome: 'pass', location: 'eu' });
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });

  test('23: every anchor and every probe fails at once: one page about the monitor, everything unknown, nothing about services', async ({
    expect,
  }) => {
    await using stubs = await startStubServices({ a: [], b: ['a'] });
    const anchor = await tcpTarget((socket) => socket.end());
    await using tocsin = await startTocsin(
      `${RULES}vantage: { anchors: [{ tcp: '${anchor.at}' }] }\nservices:\n${probed('a', stubs.url('a'))}${probed('b', stubs.url('b'), ['a'])}`,
    );
    await tocsin.ready();
    const at = Date.now();
    await Promise.all([stubs.vanish(), anchor[Symbol.asyncDispose]()]);
    const page = await heard(tocsin, 'page');
    expect(page.incident?.root.kind).toBe('monitor');
    expect(page.incident?.impact.filter((hit) => hit.state === 'down')).toEqual([]);
    for (const probe of ['a/get', 'b/get']) await untilRuns(tocsin, probe, 3, began(at, 'unknown'));

    const back = Date.now();
    await using _again = await tcpTarget((socket) => socket.end(), anchor.host, anchor.port);
    await stubs.comeBack();
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    for (const probe of ['a/get', 'b/get']) {
      await untilRuns(tocsin, probe, 2, began(back, 'pass'));
      expect((await runsOf(tocsin, probe)).map((run) => run.outcome)).not.toContain('fail');
    }
    expect(tocsin.messages().map((m) => m.incident?.root.kind)).toEqual(tocsin.messages().map(() => 'monitor'));
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });

  test('24: the daemon stands still: what it was looking at is unknown, nobody is paged, and the log says so', async ({
    expect,
  }) => {
    await using stubs = await startStubServices({ a: [], b: ['a'] });
    await using tocsin = await startTocsin(
      `${RULES}services:\n${probed('a', stubs.url('a'))}${probed('b', stubs.url('b'), ['a'])}`,
    );
    await tocsin.ready();
    stubs.turn('a', 'silent');
    await stubs.asked('a');
    tocsin.signal('SIGSTOP');
    await new Promise((done) => setTimeout(done, STALL_MS));
    stubs.turn('a', 'well');
    const wokenAt = Date.now();
    tocsin.signal('SIGCONT');
    for (const probe of ['a/get', 'b/get']) await untilRuns(tocsin, probe, 3, began(wokenAt, 'pass'));

    const runs = await runsOf(tocsin, 'a/get');
    expect(runs.filter((run) => run.outcome === 'unknown').map((run) => run.class)).toEqual([
      expect.stringMatching(/^probe\./),
    ]);
    expect(runs.map((run) => run.outcome)).not.toContain('fail');
    expect(tocsin.messages()).toEqual([]);
    await tocsin.kill('SIGTERM');
    const starts = (await entriesOf(tocsin.folder)).filter((entry) => entry.kind === 'start');
    expect(starts.map((entry) => entry.reason)).toEqual(['start', 'stall']);
  });

  test('30: a frozen dependency, its victims answer 503: one page, about the frozen one', async ({ expect }) => {
    await using stubs = await startStubServices({ store: [], a: ['store'], b: ['store'], edge: ['a'] });
    await using tocsin = await startTocsin(
      `${RULES}services:\n${probed('store', stubs.url('store'))}${probed('a', stubs.url('a'), ['store'])}${probed('b', stubs.url('b'), ['store'])}${probed('edge', stubs.url('edge'), ['a'])}`,
    );
    await tocsin.ready();
    const at = Date.now();
    stubs.turn('store', 'silent');
    const page = await heard(tocsin, 'page');
    expect(page.receivedAt - at).toBeLessThanOrEqual(4 * INTERVAL_MS);
    expect(page.incident?.root).toMatchObject({ kind: 'service', id: 'store', class: 'latency.timeout' });
    expect(toldAs('down', page)).toEqual(['a.up', 'b.up', 'edge.up']);
    stubs.turn('store', 'well');
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });

  test('34: a reload in mid-incident renames a root, removes a channel and raises a threshold: nothing is lost, and every channel that heard a page hears its end', async ({
    expect,
  }) => {
    await using stubs = await startStubServices({ db: [], queue: [] });
    const line = (name: string, url: string, failures: number): string =>
      `  ${name}: { tier: 0, probes: { get: { kind: http, url: '${url}', confirm: { failures: ${failures}, every: 500ms }, ${SAYS_OK} } } }\n`;
    const both = RULES.replace('channels: {', 'channels: { second: { kind: webhook, url: HOOK_URL/second },');
    const before = `${both}routes: [{ page: [hook, second] }]\nservices:\n${line('db', stubs.url('db'), 2)}${line('queue', stubs.url('queue'), 2)}`;
    const after = `${RULES}services:\n${line('database', stubs.url('db'), 2)}${line('queue', stubs.url('queue'), 5)}`;
    await using tocsin = await startTocsin(before);
    await tocsin.ready();
    stubs.turn('db', 'broken');
    stubs.turn('queue', 'broken');
    for (const root of ['db', 'queue'])
      for (const path of ['/hook', '/hook/second'])
        await tocsin.message((m) => m.event === 'page' && m.incident?.root.id === root && m.path === path);

    await reload(tocsin, after);
    await heard(tocsin, 'page', 'database');
    expect(story(tocsin, 'queue').filter((each) => each.endsWith('resolve'))).toEqual([]);
    stubs.turn('db', 'well');
    stubs.turn('queue', 'well');
    await heard(tocsin, 'resolve', 'database');
    for (const path of ['/hook', '/hook/second'])
      await tocsin.message((m) => m.event === 'resolve' && m.incident?.root.id === 'queue' && m.path === path);

    const told = [...story(tocsin, 'db'), ...story(tocsin, 'queue'), ...story(tocsin, 'database')];
    expect(told).toEqual([
      ...['db-1', 'queue-1'].flatMap((id) =>
        ['page', 'resolve'].flatMap((event) => [`/hook ${id} ${event}`, `/hook/second ${id} ${event}`]),
      ),
      '/hook database-1 page',
      '/hook database-1 resolve',
    ]);
    expect((await heard(tocsin, 'resolve', 'db')).reason).toContain('removed');
  });

  test('36: an hourly heartbeat is the only evidence of a dependency that died; its dependents fail now: one root, the dependency', async ({
    expect,
  }) => {
    await using stubs = await startStubServices({ a: [], b: [], c: [], other: [] });
    const needing = ['a', 'b', 'c'].map((name) => probed(name, stubs.url(name), ['batch'])).join('');
    await using tocsin = await startTocsin(
      `${RULES}services:\n  batch: { tier: 0, probes: { beat: { kind: heartbeat, every: 1h, grace: 10m, token: ${TOKEN} } } }\n${needing}${probed('other', stubs.url('other'))}`,
    );
    await tocsin.ready();
    const beat = await fetch(`${tocsin.url}/api/v1/heartbeats/batch/beat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(beat.status).toBe(204);
    for (const name of ['a', 'b', 'c']) stubs.turn(name, 'broken');
    const page = await heard(tocsin, 'page');
    expect(page.incident?.root).toMatchObject({ kind: 'shared', id: 'batch', inferred: true });
    expect(toldAs('down', page)).toEqual(['a.up', 'b.up', 'c.up']);
    for (const name of ['a', 'b', 'c']) stubs.turn(name, 'well');
    await heard(tocsin, 'resolve');
    expect(everTold(tocsin)).toEqual(['a.up', 'b.up', 'c.up']);
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });
});

/** Beginnings and ends that were told about a root, by event and path. */
function story(tocsin: RunningDaemon, root: string): readonly string[] {
  return tocsin
    .messages()
    .filter((m) => m.incident?.root.id === root && m.event !== 'update')
    .map((m) => `${m.path} ${m.incident?.id ?? ''} ${m.event}`)
    .sort((a, b) => (a.endsWith('resolve') ? 1 : 0) - (b.endsWith('resolve') ? 1 : 0) || (a < b ? -1 : 1));
}
