import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CANARY_ENTRY, hashedRekord } from '../../src/world/hashedrekord.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';
import { startRekor } from '../../src/world/rekor.ts';
import type { MiniRekor, RekorFault } from '../../src/world/rekor.ts';
import { consistent, faultsOfEntry, openCheckpoint } from './verify-log.ts';
import type { EntryBody } from './verify-log.ts';

interface LogInfo {
  readonly rootHash: string;
  readonly signedTreeHead: string;
  readonly treeID: string;
  readonly treeSize: number;
  readonly inactiveShards: readonly LogInfo[];
}

const deadline = (): AbortSignal => AbortSignal.timeout(5_000);
const get = (rekor: MiniRekor, path: string): Promise<Response> => fetch(rekor.url + path, { signal: deadline() });
const getJson = async <T>(rekor: MiniRekor, path: string): Promise<T> => (await (await get(rekor, path)).json()) as T;
const info = (rekor: MiniRekor): Promise<LogInfo> => getJson(rekor, '/api/v1/log');
const post = (rekor: MiniRekor, body: unknown): Promise<Response> =>
  fetch(`${rekor.url}/api/v1/log/entries`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    signal: deadline(),
  });

async function entryAt(rekor: MiniRekor, path: string): Promise<{ id: string; entry: EntryBody }> {
  const [found] = Object.entries(await getJson<Record<string, EntryBody>>(rekor, path));
  if (found === undefined) throw new Error(`no entry at ${path}`);
  return { id: found[0], entry: found[1] };
}

const canaryPath = (rekor: MiniRekor): string => `/api/v1/log/entries/${rekor.canary}`;
const proofPath = (first: number, last: number, treeId: string): string =>
  `/api/v1/log/proof?firstSize=${first}&lastSize=${last}&treeID=${treeId}`;

async function provedConsistent(rekor: MiniRekor, before: LogInfo, after: LogInfo): Promise<boolean> {
  const path = proofPath(before.treeSize, after.treeSize, after.treeID);
  const proof = await getJson<{ hashes: string[] }>(rekor, path);
  const root = (log: LogInfo) => ({ size: log.treeSize, root: Buffer.from(log.rootHash, 'hex') });
  return consistent(
    root(before),
    root(after),
    proof.hashes.map((hash) => Buffer.from(hash, 'hex')),
  );
}

describe('an honest mini-Rekor', () => {
  it('signs its checkpoint with the pinned key, over the size, root and origin that it states', async () => {
    await using rekor = await startRekor({ entries: 7, hostname: 'rekor.test' });
    const log = await info(rekor);
    const checkpoint = openCheckpoint(log.signedTreeHead, rekor.publicKeyPem);
    expect(checkpoint.verified).toBe(true);
    expect(checkpoint.origin).toBe(`rekor.test - ${rekor.treeId}`);
    expect(log).toMatchObject({ treeSize: 7, treeID: rekor.treeId, inactiveShards: [] });
    expect(checkpoint.size).toBe(7);
    expect(checkpoint.root.toString('hex')).toBe(log.rootHash);
  });

  it('answers its liveness, version and key routes as the real one', async () => {
    await using rekor = await startRekor();
    expect(await (await get(rekor, '/ping')).text()).toBe('.');
    expect(await (await get(rekor, '/api/v1/log/publicKey')).text()).toBe(rekor.publicKeyPem);
    expect(await getJson(rekor, '/api/v1/version')).toHaveProperty('gitVersion');
    expect((await get(rekor, '/healthz')).status).toBe(404);
  });

  it('serves the canary with proof, checkpoint and timestamp that all verify, by both ids and by index', async () => {
    await using rekor = await startRekor();
    const byId = await entryAt(rekor, canaryPath(rekor));
    expect(byId.id).toBe(rekor.canary);
    expect(faultsOfEntry(byId.id, byId.entry, rekor.publicKeyPem, rekor.treeId)).toEqual([]);
    const byLeaf = await entryAt(rekor, `/api/v1/log/entries/${rekor.canary.slice(16)}`);
    const byIndex = await entryAt(rekor, `/api/v1/log/entries?logIndex=${byId.entry.logIndex}`);
    expect([byLeaf.id, byIndex.id]).toEqual([rekor.canary, rekor.canary]);
  });

  it('numbers entries virtually in the entry, and within the shard in the proof', async () => {
    await using rekor = await startRekor();
    const { entry } = await entryAt(rekor, canaryPath(rekor));
    expect(entry.verification.inclusionProof.logIndex).toBe(2);
    expect(entry.logIndex).toBeGreaterThan(1_000_000);
  });

  it('verifies at every size from one entry on', async () => {
    for (const entries of [1, 2, 3, 4, 8, 9]) {
      await using rekor = await startRekor({ entries });
      const { id, entry } = await entryAt(rekor, canaryPath(rekor));
      expect(rekor.size).toBe(entries);
      expect(faultsOfEntry(id, entry, rekor.publicKeyPem, rekor.treeId)).toEqual([]);
    }
  });

  it('proves that it only ever grew', async () => {
    await using rekor = await startRekor({ entries: 5 });
    const before = await info(rekor);
    for (const text of ['one', 'two', 'three']) await rekor.append(text);
    const after = await info(rekor);
    expect(after.treeSize).toBe(8);
    expect(await provedConsistent(rekor, before, after)).toBe(true);
  });

  it('gives the current root with a proof between older sizes', async () => {
    await using rekor = await startRekor({ entries: 9 });
    const proof = await getJson<{ rootHash: string }>(rekor, proofPath(2, 5, rekor.treeId));
    expect(proof.rootHash).toBe((await info(rekor)).rootHash);
  });

  it('refuses a proof that no log of its size can give', async () => {
    await using rekor = await startRekor({ entries: 4 });
    expect((await get(rekor, proofPath(3, 2, rekor.treeId))).status).toBe(400);
    expect((await get(rekor, proofPath(3, 5, rekor.treeId))).status).toBe(400);
    expect((await get(rekor, proofPath(0, 4, rekor.treeId))).status).toBe(422);
    expect((await get(rekor, '/api/v1/log/proof?firstSize=1')).status).toBe(422);
    expect((await get(rekor, proofPath(1, 4, '42'))).status).toBe(500);
  });

  it('takes a signed entry once, and names it by Location from then on', async () => {
    await using rekor = await startRekor();
    const proposed = hashedRekord(Buffer.from('an image'), newKeyPair());
    const first = await post(rekor, proposed);
    const again = await post(rekor, proposed);
    expect([first.status, again.status]).toEqual([201, 409]);
    const location = again.headers.get('location') ?? '';
    expect(first.headers.get('location')).toBe(location);
    const { id, entry } = await entryAt(rekor, location);
    expect(faultsOfEntry(id, entry, rekor.publicKeyPem, rekor.treeId)).toEqual([]);
    expect(JSON.parse(Buffer.from(entry.body, 'base64').toString())).toEqual(proposed);
    expect(rekor.size).toBe(8);
  });

  it('answers 409 to a write of the canary, without growing', async () => {
    await using rekor = await startRekor();
    const response = await post(rekor, CANARY_ENTRY);
    expect(response.status).toBe(409);
    expect(response.headers.get('location')).toBe(canaryPath(rekor));
    expect(rekor.size).toBe(7);
  });

  it('refuses an entry whose signature is of something else', async () => {
    await using rekor = await startRekor();
    const proposed = structuredClone(hashedRekord(Buffer.from('an image'), newKeyPair())) as {
      spec: { data: { hash: { value: string } } };
    };
    proposed.spec.data.hash.value = createHash('sha256').update('another image').digest('hex');
    const malformed = [{}, 'text', { kind: 'hashedrekord', apiVersion: '0.0.1', spec: {} }, { kind: 'dsse' }];
    for (const body of [proposed, ...malformed]) expect((await post(rekor, body)).status).toBe(400);
    expect(rekor.size).toBe(7);
  });

  it('is the same log again when started with the same key and records, each kept before it was acknowledged', async () => {
    const keys = newKeyPair();
    const kept: { body: string; integratedTime: number }[] = [];
    const keep = (record: (typeof kept)[number]): Promise<void> => Promise.resolve(void kept.push(record));
    let before: LogInfo;
    let records;
    {
      await using rekor = await startRekor({ keys, keep });
      records = [...rekor.records];
      await rekor.append('in the first life');
      before = await info(rekor);
    }
    await using rekor = await startRekor({ keys, records: [...records, ...kept] });
    await rekor.append('in the second life');
    const after = await info(rekor);
    expect(after.treeSize).toBe(before.treeSize + 1);
    expect(await provedConsistent(rekor, before, after)).toBe(true);
    const { id, entry } = await entryAt(rekor, canaryPath(rekor));
    expect(faultsOfEntry(id, entry, rekor.publicKeyPem, rekor.treeId)).toEqual([]);
  });
});

describe('a broken mini-Rekor', () => {
  const broken = async (fault: RekorFault): Promise<MiniRekor> => {
    const rekor = await startRekor({ entries: 8 });
    rekor.fault = fault;
    return rekor;
  };

  it('other-key: everything verifies, by another key', async () => {
    await using rekor = await broken('other-key');
    const log = await info(rekor);
    const served = await (await get(rekor, '/api/v1/log/publicKey')).text();
    expect(openCheckpoint(log.signedTreeHead, rekor.publicKeyPem)).toMatchObject({ hinted: false, verified: false });
    expect(openCheckpoint(log.signedTreeHead, served).verified).toBe(true);
    expect(log.treeID).toBe(rekor.treeId);
  });

  it('other-tree: the pinned key signs another tree', async () => {
    await using rekor = await broken('other-tree');
    const log = await info(rekor);
    expect(openCheckpoint(log.signedTreeHead, rekor.publicKeyPem).verified).toBe(true);
    expect(log.treeID).not.toBe(rekor.treeId);
    expect((await get(rekor, canaryPath(rekor))).status).toBe(404);
  });

  it('rollback: the log is smaller than it was, and right otherwise', async () => {
    await using rekor = await broken('rollback');
    const log = await info(rekor);
    expect(log.treeSize).toBe(5);
    expect(openCheckpoint(log.signedTreeHead, rekor.publicKeyPem).verified).toBe(true);
    expect((await get(rekor, proofPath(5, 8, rekor.treeId))).status).toBe(400);
  });

  it('fork: larger, signed by the right key, and not consistent with what it was', async () => {
    await using rekor = await startRekor({ entries: 8 });
    const before = await info(rekor);
    rekor.fault = 'fork';
    const after = await info(rekor);
    expect(after.treeSize).toBeGreaterThan(before.treeSize);
    expect(openCheckpoint(after.signedTreeHead, rekor.publicKeyPem).verified).toBe(true);
    expect(await provedConsistent(rekor, before, after)).toBe(false);
    expect((await info(rekor)).rootHash).toBe(after.rootHash);
  });

  it('stale: a new entry fails, then exists, and is served to nobody until the sequencer is back', async () => {
    await using rekor = await broken('stale');
    const proposed = hashedRekord(Buffer.from('an image'), newKeyPair());
    expect((await post(rekor, proposed)).status).toBe(500);
    const again = await post(rekor, proposed);
    expect(again.status).toBe(409);
    const location = again.headers.get('location') ?? '';
    expect((await get(rekor, location)).status).toBe(404);
    expect((await info(rekor)).treeSize).toBe(8);
    rekor.fault = null;
    expect((await get(rekor, location)).status).toBe(200);
  });

  it.each([
    ['bad-proof', ['inclusion']],
    ['bad-signature', ['checkpoint signature']],
    ['bad-set', ['signed entry timestamp']],
  ] as const)('%s: an entry is wrong in that and in nothing else', async (fault, wrong) => {
    await using rekor = await broken(fault);
    const { id, entry } = await entryAt(rekor, canaryPath(rekor));
    expect(faultsOfEntry(id, entry, rekor.publicKeyPem, rekor.treeId)).toEqual(wrong);
  });

  it('bad-signature: the right key’s hint stands before a signature that does not verify', async () => {
    await using rekor = await broken('bad-signature');
    const checkpoint = openCheckpoint((await info(rekor)).signedTreeHead, rekor.publicKeyPem);
    expect(checkpoint).toMatchObject({ hinted: true, verified: false });
  });

  it('bad-proof: growth cannot be proved', async () => {
    await using rekor = await startRekor({ entries: 5 });
    const before = await info(rekor);
    await rekor.append('one more');
    rekor.fault = 'bad-proof';
    expect(await provedConsistent(rekor, before, await info(rekor))).toBe(false);
  });

  it('entry-missing: the tree is right and the canary is gone', async () => {
    await using rekor = await broken('entry-missing');
    expect((await get(rekor, canaryPath(rekor))).status).toBe(404);
    expect(openCheckpoint((await info(rekor)).signedTreeHead, rekor.publicKeyPem).verified).toBe(true);
  });

  it('rotated: a new tree is active, the old one is listed and still proves its entries', async () => {
    await using rekor = await broken('rotated');
    const log = await info(rekor);
    expect(log.treeID).toBe(rekor.rotatedTreeId);
    expect(log.inactiveShards.map((shard) => [shard.treeID, shard.treeSize])).toEqual([[rekor.treeId, 8]]);
    expect((await get(rekor, proofPath(4, 8, rekor.treeId))).status).toBe(200);
    const { id, entry } = await entryAt(rekor, canaryPath(rekor));
    expect(faultsOfEntry(id, entry, rekor.publicKeyPem, rekor.treeId)).toEqual([]);
    const created = (await (await post(rekor, hashedRekord(Buffer.from('x'), newKeyPair()))).json()) as object;
    const [newest] = Object.entries(created as Record<string, EntryBody>);
    expect(newest && faultsOfEntry(...newest, rekor.publicKeyPem, rekor.rotatedTreeId)).toEqual([]);
  });

  it.each([
    ['unauthorized', 401],
    ['unsupported', 501],
    ['5xx', 503],
    ['ok-to-everything', 200],
    ['maintenance-page', 200],
  ] as const)('%s: the log answers %i, and no log', async (fault, status) => {
    await using rekor = await broken(fault);
    const response = await get(rekor, '/api/v1/log');
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('signedTreeHead');
  });

  it('ok-to-everything: whatever is asked, the answer is 200', async () => {
    await using rekor = await broken('ok-to-everything');
    for (const path of ['/ping', '/api/v1/log', '/nothing/like/it']) expect((await get(rekor, path)).status).toBe(200);
  });

  it('hang: a connection is taken and nothing ever comes back', async () => {
    await using rekor = await broken('hang');
    const patience = AbortSignal.timeout(150);
    await expect(fetch(`${rekor.url}/ping`, { signal: patience })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is well again when the fault is taken away', async () => {
    await using rekor = await broken('fork');
    rekor.fault = null;
    const { id, entry } = await entryAt(rekor, canaryPath(rekor));
    expect(faultsOfEntry(id, entry, rekor.publicKeyPem, rekor.treeId)).toEqual([]);
  });
});
