import { describe, test } from 'vitest';
import { startTocsin } from '../servers/daemon.ts';
import { makePrivateNetwork, noPrivateNetwork } from '../servers/private-network.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { began, heard, INTERVAL_MS, pagesOf, probed, RULES, runsOf, untilRuns } from './support/scenario.ts';

describe.skipIf(noPrivateNetwork())("only the monitor's own traffic is cut, to its anchors too", () => {
  test('one page about the monitor by the line that is left; the gap is unknown and no downtime, and it closes within two rounds', async ({
    expect,
  }) => {
    await using network = await makePrivateNetwork();
    await using stubs = await startStubServices({ kv: [], app: ['kv'], web: [] }, network.overCuttable);
    await using anchor = await tcpTarget((socket) => socket.end(), network.overCuttable);
    await using other = await tcpTarget((socket) => socket.end(), network.overCuttable);
    await using tocsin = await startTocsin(
      `${RULES.replace('{ owner: sre }', `{ owner: sre, auth: none, publicUrl: 'http://${network.inside}' }`)}
vantage: { anchors: [{ tcp: '${anchor.at}' }, { tcp: '${other.at}' }] }
services:
${probed('kv', stubs.url('kv'))}
${probed('app', stubs.url('app'), ['kv'])}
${probed('web', stubs.url('web'))}
`,
      {},
      { enter: network.enter, listen: network.inside, hook: network.overKept },
    );
    await tocsin.ready();

    const cutAt = Date.now();
    await network.cut();
    const page = await heard(tocsin, 'page');
    expect(page.incident?.root.kind).toBe('monitor');
    expect(page.incident?.impact.filter((hit) => hit.state === 'down')).toEqual([]);
    for (const probe of ['kv/get', 'app/get', 'web/get']) await untilRuns(tocsin, probe, 3, began(cutAt, 'unknown'));
    expect(await stubs.works('app'), 'for everybody else all is well').toBe(true);

    const mendedAt = Date.now();
    await network.mend();
    const resolve = await heard(tocsin, 'resolve');
    expect(resolve.incident?.id).toBe(page.incident?.id);
    expect(resolve.receivedAt - mendedAt).toBeLessThanOrEqual(2 * INTERVAL_MS);
    for (const probe of ['kv/get', 'app/get', 'web/get']) {
      await untilRuns(tocsin, probe, 2, began(mendedAt, 'pass'));
      expect((await runsOf(tocsin, probe)).filter((run) => run.outcome === 'fail')).toEqual([]);
    }
    expect(tocsin.messages().map((m) => m.incident?.root.kind)).toEqual(tocsin.messages().map(() => 'monitor'));
    expect(pagesOf(tocsin)).toEqual([page.incident?.id]);
  });
});
