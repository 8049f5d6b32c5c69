import { describe, expect, it } from 'vitest';
import { hashedRekordV2 } from '../../src/world/hashedrekord-v2.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';
import { startRekorTiles, type MiniRekorTiles } from '../../src/world/rekor-tiles.ts';

const deadline = (): AbortSignal => AbortSignal.timeout(5_000);
const statusOf = async (url: string): Promise<number> => (await fetch(url, { signal: deadline() })).status;
const read = async (log: MiniRekorTiles, path: string): Promise<Buffer> => {
  const answer = await fetch(`${log.url}/${path}`, { signal: deadline() });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
};

function post(log: MiniRekorTiles, text: string, keys = newKeyPair()): () => Promise<Response> {
  const { digest, signature, publicKey } = hashedRekordV2(Buffer.from(text), keys);
  const verifier = { publicKey: { rawBytes: publicKey }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
  const body = JSON.stringify({ hashedRekordRequestV002: { digest, signature: { content: signature, verifier } } });
  return () => fetch(`${log.writeUrl}/api/v2/log/entries`, { method: 'POST', body, signal: deadline() });
}

describe('an honest mini-Rekor of tiles', () => {
  it('serves a checkpoint under its own name, cosigned by a witness', async () => {
    await using log = await startRekorTiles({ entries: 5, origin: 'log.test' });
    const lines = (await read(log, 'checkpoint')).toString().split('\n');
    expect(lines.slice(0, 2)).toEqual(['log.test', '5']);
    expect(lines[4]).toMatch(/^\u2014 log\.test /);
    expect(lines[5]).toMatch(/^\u2014 witness\.test /);
  });

  it('serves full and partial tiles, the hash of the first full one a level higher, and nothing that is not there', async () => {
    await using log = await startRekorTiles({ entries: 300 });
    expect(await read(log, 'tile/0/000')).toHaveLength(256 * 32);
    expect((await read(log, 'tile/0/001.p/44')).subarray(-32).toString('hex')).toBe(log.leaf(299));
    expect(await read(log, 'tile/1/000.p/1')).toHaveLength(32);
    for (const path of [
      'tile/0/001',
      'tile/0/001.p/45',
      'tile/0/000.p/9',
      'tile/0/002.p/1',
      'tile/1/000.p/2',
      'tile/0/1',
    ])
      expect(await statusOf(`${log.url}/${path}`)).toBe(404);
  });

  it('serves its entries as bundles: each behind its length', async () => {
    await using log = await startRekorTiles({ entries: 2 });
    const bundle = await read(log, 'tile/entries/000.p/2');
    const first = bundle.subarray(2, 2 + bundle.readUInt16BE(0));
    expect(JSON.parse(first.toString())).toMatchObject({ kind: 'hashedrekord', apiVersion: '0.0.2' });
  });

  it('takes a signed entry once, tells its index from then on, and takes it again only without deduplication', async () => {
    await using log = await startRekorTiles({ entries: 5 });
    const send = post(log, 'an image');
    expect(await (await send()).json()).toMatchObject({ logIndex: '5', inclusionProof: { treeSize: '6' } });
    const again = await send();
    expect([again.status, again.headers.get('x-log-index')]).toEqual([409, '5']);
    expect(log.size).toBe(6);
    await using growing = await startRekorTiles({ entries: 5, deduplicates: false });
    const twice = post(growing, 'an image');
    expect([(await twice()).status, (await twice()).status]).toEqual([201, 201]);
  });

  it('refuses what is no entry, and serves nothing to read where it is written', async () => {
    await using log = await startRekorTiles();
    const send = (body: string) =>
      fetch(`${log.writeUrl}/api/v2/log/entries`, { method: 'POST', body, signal: deadline() });
    for (const body of ['', '{}', '{"hashedRekordRequestV002":{}}']) expect((await send(body)).status).toBe(400);
    for (const path of ['/checkpoint', '/api/v2/checkpoint', '/tile/0/000.p/7'])
      expect(await statusOf(log.writeUrl + path)).toBe(501);
  });
});

describe('a broken mini-Rekor of tiles', () => {
  it('frozen: 405 for a write, and everything can be read', async () => {
    await using log = await startRekorTiles();
    log.fault = 'frozen';
    expect((await post(log, 'late')()).status).toBe(405);
    expect(await read(log, 'tile/0/000.p/7')).toHaveLength(7 * 32);
  });

  it('tiles-unreadable: the checkpoint is served and nothing below it', async () => {
    await using log = await startRekorTiles();
    log.fault = 'tiles-unreadable';
    await read(log, 'checkpoint');
    for (const path of ['tile/0/000.p/7', 'tile/entries/000.p/7'])
      expect(await statusOf(`${log.url}/${path}`)).toBe(403);
    expect(await statusOf(`${log.writeUrl}/healthz`)).toBe(200);
  });

  it('stale-read: a write is taken, and its checkpoint is not shown until the fault is gone', async () => {
    await using log = await startRekorTiles({ entries: 5 });
    log.fault = 'stale-read';
    expect((await post(log, 'hidden')()).status).toBe(201);
    expect((await read(log, 'checkpoint')).toString().split('\n')[1]).toBe('5');
    log.fault = null;
    expect((await read(log, 'checkpoint')).toString().split('\n')[1]).toBe('6');
  });
});
