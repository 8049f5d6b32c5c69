import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../../src/model/failure.ts';
import { rekor } from '../../../src/probes/rekor.ts';
import { pinsFor } from '../../../src/probes/rekor/head.ts';
import { MAX_REPLY_BYTES, type RekorMeasured, type Reply } from '../../../src/probes/rekor/measured.ts';
import { FIXED_ENTRY } from '../../../src/probes/rekor/proposed.ts';
import { postedToTiles } from '../../../src/probes/rekor/tile-entry.ts';
import { postedOf } from '../../../src/probes/rekor/written.ts';

const TREE = '1193050959916656506';
const options = rekor.schema.parse({
  url: 'https://rekor.example',
  publicKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString(),
  treeIds: [TREE],
  entry: `${BigInt(TREE).toString(16).padStart(16, '0')}${'ab'.repeat(32)}`,
});

const tileOptions = rekor.schema.parse({
  url: 'https://rekor.example',
  version: 2,
  publicKey: 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
  origin: 'example.com/log/testdata',
  entry: '5',
  write: 'fixed',
  writeUrl: 'https://rekor.example',
});

/** Bytes, JSON of any shape, and JSON that nearly has the right one. */
const body = fc.oneof(
  fc.string({ unit: 'binary', maxLength: MAX_REPLY_BYTES }),
  fc.json(),
  fc
    .record({
      treeSize: fc.oneof(fc.nat(), fc.double(), fc.string()),
      rootHash: fc.oneof(fc.string(), fc.constant('ab'.repeat(32))),
      treeID: fc.oneof(fc.string(), fc.constant(TREE)),
      signedTreeHead: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constant(`x - ${TREE}\n5\n${Buffer.alloc(32).toString('base64')}\n\n\u2014 x AAAAAAAA\n`),
      ),
      inactiveShards: fc.oneof(fc.constant(null), fc.anything(), fc.constant([])),
      hashes: fc.oneof(fc.anything(), fc.array(fc.constant('ab'.repeat(32)))),
    })
    .map((value) => JSON.stringify(value)),
);

const reply: fc.Arbitrary<Reply> = fc
  .record({
    body,
    status: fc.oneof(fc.constant(200), fc.integer({ min: 100, max: 999 })),
    location: fc.option(fc.string(), { nil: undefined }),
    contentType: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ location, contentType, ...rest }) => ({
    request: 'GET https://rekor.example/x',
    ms: 1,
    ...rest,
    ...(location !== undefined && { location }),
    ...(contentType !== undefined && { contentType }),
  }));

const good: Reply = { request: 'GET https://rekor.example/ping', ms: 1, status: 200, body: '.' };

function measuredWith(
  replies: { ping: Reply; log: Reply; proof: Reply; entry: Reply },
  remembered: boolean,
): RekorMeasured {
  return {
    startedAt: 0,
    visits: [{ address: '192.0.2.1', ...replies, logRereads: 0, verifyMs: 0, proofRereads: 0 }],
    remembered: remembered ? { treeId: TREE, size: '5', root: 'ab'.repeat(32), addresses: ['192.0.2.1'] } : null,
    chain: [],
    facts: {},
  };
}

describe('judging a rekor run', () => {
  it('never passes, throws or grows on whatever a stranger answers', () => {
    const replies = fc.record({ ping: fc.oneof(fc.constant(good), reply), log: reply, proof: reply, entry: reply });
    fc.assert(
      fc.property(replies, fc.boolean(), (given, remembered) => {
        const judgement = rekor.judge(measuredWith(given, remembered), options);
        expect(judgement.outcome).toBe('fail');
        expect(FAILURE_CLASSES).toContain(judgement.class);
        expect(JSON.stringify(judgement).length).toBeLessThan(30_000);
        expect(judgement.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('of tiles and of writes never passes, throws or grows either', () => {
    const hex = fc.oneof(fc.string(), fc.constant('ab'.repeat(32)));
    const proof = fc.record({ hashes: fc.array(hex, { maxLength: 5 }), ms: fc.nat(), failed: reply });
    const entry = fc.record({ index: fc.constant('5'), leafHash: hex, body: fc.string(), proof });
    const written = fc.record({
      proposed: fc.constant(FIXED_ENTRY),
      post: reply,
      posts: fc.nat(),
      read: reply,
      checkpoint: reply,
      rereads: fc.nat(),
      entry,
    });
    const given = fc.record({ checkpoint: reply, growth: proof, entry, written });
    fc.assert(
      fc.property(given, fc.boolean(), (visit, asTiles) => {
        const { checkpoint: log, entry: _, ...rest } = visit;
        const base = { address: '192.0.2.1', rereads: 0, logRereads: 0, proofRereads: 0, verifyMs: 0 };
        const measured: RekorMeasured = {
          ...measuredWith({ ping: good, log, proof: log, entry: log }, true),
          visits: [{ ...base, ping: good, log, proof: log, entry: log, written: rest.written }],
          tileVisits: [{ ...base, ...visit }],
        };
        const judgement = rekor.judge(measured, asTiles ? tileOptions : options);
        expect(judgement.outcome).toBe('fail');
        expect(FAILURE_CLASSES).toContain(judgement.class);
        expect(JSON.stringify(judgement).length).toBeLessThan(30_000);
      }),
      { numRuns: 500 },
    );
  });

  it('of what a log answers to a write never throws', () => {
    const tree = { treeId: TREE, size: 5n, root: Buffer.alloc(32), key: 'ab'.repeat(32) };
    const pins = pinsFor(options, 0);
    fc.assert(
      fc.property(reply, fc.option(fc.string(), { nil: undefined }), (given, logIndex) => {
        const post = logIndex === undefined ? given : { ...given, status: 409, logIndex };
        const v1 = postedOf({ proposed: FIXED_ENTRY, post, posts: 1, rereads: 0 }, tree, pins);
        const v2 = postedToTiles({ proposed: FIXED_ENTRY, post, rereads: 0 }, () => ({ ok: true, value: tree }));
        for (const checked of [v1, v2]) expect(checked.ok).toBeTypeOf('boolean');
      }),
    );
  });

  it('of nothing at all is unknown: missing evidence never counts as up', () => {
    const nothing: RekorMeasured = { startedAt: 0, visits: [], remembered: null, chain: [], facts: {} };
    expect(rekor.judge(nothing, options).outcome).toBe('unknown');
  });
});
