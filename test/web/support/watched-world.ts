import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEMO_SEED, startWorld } from '../../../src/world/world.ts';
import type { World } from '../../../src/world/world.ts';
import { startTocsin } from '../../servers/daemon.ts';
import type { RunningDaemon } from '../../servers/daemon.ts';

const EXAMPLE = path.resolve(import.meta.dirname, '../../../config/tocsin.yaml');

/** A small world with faults to switch on, and a daemon that watches it by the example configuration. */
export interface WatchedWorld extends AsyncDisposable {
  readonly world: World;
  readonly tocsin: RunningDaemon;
  /** The token that writes. */
  readonly token: () => string;
}

export async function watchWorld(): Promise<WatchedWorld> {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await startWorld({ seed: DEMO_SEED }));
  const tocsin = stack.use(await startTocsin(exampleFor(world), { ...world.files }));
  await tocsin.ready();
  const owned = stack.move();
  return {
    world,
    tocsin,
    token: () => readFileSync(path.join(tocsin.folder, 'data', 'api-token'), 'utf8').trim(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The example configuration, quicker, with the addresses of this world in place of the demo's. */
function exampleFor({ urls, dns }: World): string {
  const addresses: readonly (readonly [string, string])[] = [
    ['http://rekor.corp.test:9711', urls.rekor],
    ['http://registry.corp.test:9712', urls.registry],
    ['http://store.corp.test:9713', urls.store],
    ['https://dis.corp.test:9714', urls.signer],
    ['http://cd.corp.test:9715', urls.pipeline],
    ['port: 9714', `port: ${new URL(urls.signer).port}`],
    ['127.0.0.1:9710', dns.address],
    ['file:world/', 'file:'],
    ['terminal: { kind: terminal }', 'terminal: { kind: webhook, url: HOOK_URL }'],
    ['every: 5s', 'every: 2s'],
    ['timeout: 4s', 'timeout: 2s'],
    ['timeout: 3s', 'timeout: 2s'],
    ['pageAfter: 5s', 'pageAfter: 1s'],
    ['every: 1s }', 'every: 300ms }'],
    ['hold: { min: 2s, max: 10s, after: 1m }', 'hold: { min: 1s, max: 4s, after: 8s }'],
  ];
  return addresses.reduce((text, [from, to]) => text.replaceAll(from, to), readFileSync(EXAMPLE, 'utf8'));
}
