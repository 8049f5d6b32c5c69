import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../../src/model/failure.ts';
import { rekor } from '../../../src/probes/rekor.ts';
import { MAX_REPLY_BYTES, type RekorMeasured, type Reply } from '../../../src/probes/rekor/measured.ts';

const TREE = '1193050959916656506';
const options = rekor.schema.parse({
  url: 'https://rekor.example',
  publicKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString(),
  treeIds: [TREE],
  entry: `${BigInt(TREE).toString(16).padStart(16, '0')}${'ab'.repeat(32)}`,
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

  it('of nothing at all is unknown: missing evidence never counts as up', () => {
    const nothing: RekorMeasured = { startedAt: 0, visits: [], remembered: null, chain: [], facts: {} };
    expect(rekor.judge(nothing, options).outcome).toBe('unknown');
  });
});
