import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { http } from '../../src/probes/http.ts';
import { newKeyPair, privateKeyPem } from '../../src/world/key-pair.ts';
import { startRekorTiles, type MiniRekorTiles, type TilesFault } from '../../src/world/rekor-tiles.ts';
import { startTamperingFront, type Tamper } from '../servers/tampering-front.ts';
import { outcomes, probeRekor } from './rekor/probe-rekor.ts';
import { probe } from './run-context.ts';

let log: MiniRekorTiles;

beforeAll(async () => {
  log = await startRekorTiles({ entries: 300 });
});

beforeEach(() => {
  log.fault = null;
});

afterAll(() => log.close());

function optionsOf(target: MiniRekorTiles = log): Record<string, unknown> {
  const { url, vkey, origin } = target;
  const canary = Math.min(5, target.size - 1);
  return { url, version: 2, publicKey: vkey, origin, entry: `${canary}:${target.leaf(canary)}` };
}

function writing(target: MiniRekorTiles = log, fields: Record<string, unknown> = { write: 'fixed' }) {
  return { ...optionsOf(target), writeUrl: target.writeUrl, ...fields };
}

async function memoryOf(target: MiniRekorTiles = log): Promise<unknown> {
  const { judgement, memory } = await probeRekor(optionsOf(target));
  expect(judgement.outcome).toBe('pass');
  return memory;
}

describe('a healthy log of tiles', () => {
  it('passes every step, by vkey as by PEM, and is remembered by its origin', async () => {
    for (const publicKey of [log.vkey, log.publicKeyPem]) {
      const { judgement, measured, memory } = await probeRekor({ ...optionsOf(), publicKey });
      expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
      expect(outcomes(judgement)).toEqual([
        'checkpoint: pass',
        'checkpoint signature: pass',
        'identity: pass',
        'consistency: pass',
        'canary entry: pass',
      ]);
      expect(judgement.variables).toMatchObject({ status: 200, json: { origin: log.origin, treeSize: log.size } });
      expect(measured.facts).toMatchObject({ addresses: ['127.0.0.1'], treeId: log.origin });
      expect(memory).toMatchObject({ treeId: log.origin, size: String(log.size) });
    }
  });

  it('may sign with ECDSA', async () => {
    await using ecdsa = await startRekorTiles({ keys: newKeyPair() });
    for (const publicKey of [ecdsa.vkey, ecdsa.publicKeyPem])
      expect((await probeRekor({ ...optionsOf(ecdsa), publicKey })).judgement.outcome).toBe('pass');
  });

  it('may be cosigned by witnesses, whose signatures are not looked at', async () => {
    // C2SP tlog-cosignature: key id, then eight bytes of time and the signature.
    const cosignature = (name: string, bytes: Buffer) => `\u2014 ${name} ${bytes.toString('base64')}\n`;
    const witnesses = [
      cosignature('witness.test/w1', Buffer.alloc(4 + 8 + 64, 7)),
      cosignature('witness.test/w2', Buffer.alloc(4 + 8 + 64, 9)),
    ];
    await using front = await startTamperingFront(log.url, (answer, { path }) =>
      path === '/checkpoint'
        ? { ...answer, body: Buffer.from(`${answer.body.toString()}${witnesses.join('')}`) }
        : answer,
    );
    const { judgement } = await probeRekor({ ...optionsOf(), url: front.url });
    expect(judgement, judgement.message).toMatchObject({ outcome: 'pass' });
  });

  it.each([1, 2, 255, 256, 257])('proves by its tiles that it only grew, from %i entries on', async (entries) => {
    await using growing = await startRekorTiles({ entries });
    const options = optionsOf(growing);
    let { memory } = await probeRekor(options);
    for (const more of [1, 2, 255, 300]) {
      for (let i = 0; i < more; i++) growing.append(`growth ${more} ${i}`);
      const grown = await probeRekor(options, { memory });
      expect(grown.judgement.outcome).toBe('pass');
      expect(grown.measured.tileVisits?.[0]?.growth?.hashes.length).toBeGreaterThan(0);
      memory = grown.memory;
    }
  });

  it('whose partial tiles are gone is read by its full ones', async () => {
    await using growing = await startRekorTiles({ entries: 250 });
    growing.fault = 'stale-read';
    for (let i = 0; i < 10; i++) growing.append(`later ${i}`);
    const { judgement, memory } = await probeRekor(optionsOf(growing));
    expect(judgement.outcome).toBe('pass');
    expect(memory).toMatchObject({ size: '250' });
  });
});

describe('a log of tiles that is not what it was', () => {
  const table: readonly [fault: TilesFault, failureClass: string, step: string, shallow: 'pass' | 'fail'][] = [
    ['other-key', 'identity.key_mismatch', 'checkpoint signature', 'pass'],
    ['other-origin', 'identity.tree_mismatch', 'identity', 'pass'],
    ['bad-signature', 'integrity.signature_invalid', 'checkpoint signature', 'pass'],
    ['rollback', 'integrity.rollback', 'consistency', 'pass'],
    ['fork', 'integrity.consistency_invalid', 'consistency', 'pass'],
    ['bad-tiles', 'integrity.inclusion_invalid', 'canary entry', 'pass'],
    ['bad-bundle', 'integrity.inclusion_invalid', 'canary entry', 'pass'],
    ['tiles-unreadable', 'semantic.read_path_broken', 'canary entry', 'pass'],
    ['maintenance-page', 'protocol.malformed', 'checkpoint signature', 'pass'],
    ['unauthorized', 'auth.unauthorized', 'checkpoint', 'fail'],
    ['unsupported', 'semantic.unsupported', 'checkpoint', 'fail'],
    ['5xx', 'http.5xx', 'checkpoint', 'fail'],
  ];

  it.each(table)('fails under %s as %s, at %s; its health check: %s', async (fault, failureClass, step, shallow) => {
    const before = await memoryOf();
    log.fault = fault;
    const { judgement, memory } = await probeRekor(optionsOf(), { memory: before });
    expect(judgement).toMatchObject({ outcome: 'fail', class: failureClass, evidence: { step } });
    expect(memory).toBeUndefined();
    expect((await probe(http, { url: `${log.writeUrl}/healthz` })).judgement.outcome).toBe(shallow);
  });

  it('row 22: whose tiles cannot be read cannot prove its growth either: semantic.read_path_broken', async () => {
    await using growing = await startRekorTiles();
    const memory = await memoryOf(growing);
    growing.append('growth');
    growing.fault = 'tiles-unreadable';
    const { judgement } = await probeRekor(optionsOf(growing), { memory });
    expect(judgement).toMatchObject({
      class: 'semantic.read_path_broken',
      evidence: { step: 'consistency', status: 403 },
    });
    growing.fault = 'bad-tiles';
    expect((await probeRekor(optionsOf(growing), { memory })).judgement).toMatchObject({
      class: 'integrity.consistency_invalid',
    });
  });

  it('that lost the canary is semantic.canary_missing', async () => {
    const last = { ...optionsOf(), entry: String(log.size - 1) };
    expect((await probeRekor(last)).judgement.outcome).toBe('pass');
    log.fault = 'rollback';
    expect((await probeRekor(last)).judgement.class).toBe('semantic.canary_missing');
  });

  it('with another entry where the canary stood is integrity.inclusion_invalid', async () => {
    const { judgement } = await probeRekor({ ...optionsOf(), entry: `6:${log.leaf(5)}` });
    expect(judgement.class).toBe('integrity.inclusion_invalid');
  });

  it('that never answers is latency.timeout, and one that is gone connect.refused', async () => {
    log.fault = 'hang';
    expect((await probeRekor(optionsOf(), { timeoutMs: 200 })).judgement.class).toBe('latency.timeout');
    const gone = await startRekorTiles();
    const options = optionsOf(gone);
    await gone.close();
    expect((await probeRekor(options)).judgement.class).toBe('connect.refused');
  });

  const at =
    (path: RegExp, change: Tamper): Tamper =>
    (answer, request) =>
      path.test(request.path) ? change(answer, request) : answer;

  it.each<[what: string, failureClass: string, tamper: Tamper]>([
    ['a tile cut short', 'protocol.malformed', at(/^\/tile\/0\//, (a) => ({ ...a, body: a.body.subarray(1) }))],
    ['a bundle cut short', 'protocol.malformed', at(/entries/, (a) => ({ ...a, body: a.body.subarray(0, -1) }))],
    ['a bundle of a page', 'protocol.malformed', at(/entries/, (a) => ({ ...a, body: Buffer.from('<html>') }))],
    ['an endless tile', 'protocol.malformed', at(/^\/tile\/0\//, (a) => ({ ...a, body: Buffer.alloc(100_000) }))],
    ['404 for tiles', 'semantic.read_path_broken', at(/^\/tile\//, (a) => ({ ...a, status: 404 }))],
    ['502 for tiles', 'http.5xx', at(/^\/tile\//, (a) => ({ ...a, status: 502 }))],
    ['a redirect of tiles', 'protocol.unexpected_redirect', at(/^\/tile\//, (a) => ({ ...a, status: 302 }))],
    ['404 for the checkpoint', 'http.4xx', at(/checkpoint/, (a) => ({ ...a, status: 404 }))],
  ])('%s is %s', async (_, failureClass, tamper) => {
    await using front = await startTamperingFront(log.url, tamper);
    expect((await probeRekor({ ...optionsOf(), url: front.url })).judgement.class).toBe(failureClass);
  });
});

describe('a write to a log of tiles', () => {
  it('fixed: is taken once, then known without growth, and found where it is read', async () => {
    const before = log.size;
    const first = await probeRekor(writing());
    expect(first.judgement.outcome).toBe('pass');
    expect(outcomes(first.judgement).slice(-2)).toEqual(['write: pass', 'written entry: pass']);
    const second = await probeRekor(writing(), { memory: first.memory });
    expect(second.judgement.outcome).toBe('pass');
    expect(second.measured.tileVisits?.[0]?.written?.post).toMatchObject({ status: 409, logIndex: String(before) });
    expect(log.size).toBe(before + 1);
  });

  it('fresh: lets the log grow by one', async () => {
    const before = log.size;
    const { judgement } = await probeRekor(writing(log, { write: 'fresh', key: privateKeyPem(newKeyPair()) }));
    expect(judgement.outcome).toBe('pass');
    expect(log.size).toBe(before + 1);
  });

  it('row 25: to a frozen shard is semantic.read_only, while all that is read is well', async () => {
    log.fault = 'frozen';
    expect((await probeRekor(writing())).judgement).toMatchObject({
      class: 'semantic.read_only',
      evidence: { step: 'write', status: 405 },
    });
    expect((await probeRekor(optionsOf())).judgement.outcome).toBe('pass');
    expect((await probe(http, { url: `${log.writeUrl}/healthz` })).judgement.outcome).toBe('pass');
  });

  it('row 21: that an old checkpoint hides is freshness.stale_read, while all that is read is well', async () => {
    log.fault = 'stale-read';
    const fresh = writing(log, { write: 'fresh', key: privateKeyPem(newKeyPair()) });
    const { judgement, measured } = await probeRekor(fresh);
    expect(judgement).toMatchObject({ class: 'freshness.stale_read', evidence: { step: 'written entry' } });
    expect(measured.tileVisits?.[0]?.written?.rereads).toBe(3);
    expect((await probeRekor(optionsOf())).judgement.outcome).toBe('pass');
    expect((await probe(http, { url: `${log.url}/checkpoint` })).judgement.outcome).toBe('pass');
  });

  it('to the read path, where nothing is written, fails at the write', async () => {
    const { judgement } = await probeRekor({ ...writing(), writeUrl: log.url });
    expect(judgement).toMatchObject({ class: 'http.4xx', evidence: { step: 'write' } });
  });

  it('cannot be mistaken for reading: the write path has no checkpoint (501)', async () => {
    expect((await probeRekor({ ...optionsOf(), url: log.writeUrl })).judgement.class).toBe('semantic.unsupported');
  });
});
