import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authorityChain } from '../../../src/probes/fulcio/chain.ts';
import { fulcioOptions } from '../../../src/probes/fulcio/options.ts';
import { fulcioQuestions } from '../../../src/probes/fulcio/questions.ts';
import { treeHeadShape, verifyTreeHead } from '../../../src/probes/fulcio/tree-head.ts';
import { verdictOn } from '../../../src/probes/dialogue/question.ts';
import { logKeyFromPem } from '../../../src/probes/transparency/log-key.ts';
import { issueAuthority } from '../../../src/world/certificate.ts';
import { newKeyPair, publicKeyPem } from '../../../src/world/key-pair.ts';

const keys = newKeyPair();
const publicKey = publicKeyPem(keys);
const key = logKeyFromPem(publicKey);
const root = issueAuthority({ commonName: 'root', keys, notBefore: 0, notAfter: 4e12 });
const options = fulcioOptions.parse({
  url: 'http://a.example',
  spki: `sha256/${Buffer.alloc(32).toString('base64')}`,
  issuer: 'a',
  ctLog: { url: 'http://b.example', publicKey },
});
const questions = fulcioQuestions(options, 0);

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const base64 = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const head = fc.record({
  tree_size: count,
  timestamp: count,
  sha256_root_hash: fc.oneof(fc.constant(Buffer.alloc(32).toString('base64')), base64),
  tree_head_signature: base64,
});

describe('whatever an authority or a log may answer', () => {
  test('is judged without a throw, and never holds by chance', () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      head.map((one) => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(body, fc.constantFrom(...questions), (text, question) => {
        const answer = { request: 'GET a', ms: 1, status: 200, body: text };
        expect(verdictOn(question, answer, new Map()).holds).toBe(false);
      }),
    );
  });

  test('as a tree head is not taken for one that the key signed', () => {
    fc.assert(
      fc.property(head, (given) => {
        const parsed = treeHeadShape.safeParse(given);
        if (!parsed.success || !key.ok) return;
        expect(verifyTreeHead(parsed.data, key.value)).not.toBe('verified');
      }),
    );
  });

  test('as a certificate is read or refused, even with bytes turned over', () => {
    const der = Buffer.from(root.pem.replace(/-----.*-----|\s/g, ''), 'base64');
    const flips = fc.array(fc.tuple(fc.nat({ max: der.length - 1 }), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, (turned) => {
        const bytes = Buffer.from(der);
        for (const [at, bits] of turned) bytes[at] = (bytes[at] ?? 0) ^ bits;
        const pem = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
        const chain = authorityChain([pem]);
        expect(chain.ok ? chain.value.certificates[0]?.subject.length : 0).toBeLessThan(301);
      }),
    );
  });
});
