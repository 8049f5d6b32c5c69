import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../../src/model/failure.ts';
import { oci } from '../../../src/probes/oci.ts';
import type { Answer, Visit } from '../../../src/probes/oci/measured.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const options = oci.schema.parse({
  registry: 'https://registry.example',
  repository: 'shop/web',
  reference: 'stable',
  digest,
  username: 'robot',
  password: 'robot-password',
  realm: 'https://registry.example/token',
  signature: true,
  upload: true,
  harbor: true,
});

const text = fc.string({ unit: 'binary', maxLength: 500 });
const challenge = fc.record(
  {
    scheme: fc.constantFrom('bearer', 'basic', 'negotiate'),
    realm: fc.oneof(text, fc.constant(options.realm ?? ''), fc.constant('http://[')),
    service: text,
    error: text,
  },
  { requiredKeys: ['scheme'] },
);
const shape = {
  request: fc.constant('GET https://registry.example/v2/ at 192.0.2.1'),
  ms: fc.nat(1000),
  status: fc.oneof(fc.constantFrom(200, 202, 204, 401, 403, 404, 405), fc.integer({ min: 100, max: 999 })),
  contentType: text,
  saidDigest: fc.oneof(fc.constant(digest), text),
  challenges: fc.array(challenge, { maxLength: 3 }),
  errors: fc.array(fc.constantFrom('DENIED', 'UNSUPPORTED', 'MANIFEST_UNKNOWN'), { maxLength: 3 }),
  excerpt: text,
};
const answer: fc.Arbitrary<Answer> = fc.record(shape, { requiredKeys: ['request', 'ms'] });
const content = {
  ...shape,
  asked: fc.oneof(fc.constant(digest), text),
  digest: fc.oneof(fc.constant(digest), text),
  length: fc.nat(),
  names: fc.nat(),
  size: fc.nat(),
  whole: fc.boolean(),
};
const visit = fc.record(
  {
    address: fc.ipV4(),
    front: answer,
    knock: answer,
    token: fc.record({ ...shape, scope: text, withCredentials: fc.boolean(), given: fc.boolean() }),
    head: answer,
    manifest: fc.record(
      { ...content, content: fc.constant({ kind: 'image', names: 2 }) },
      { requiredKeys: ['request', 'ms'] },
    ),
    blobs: fc.array(fc.record(content, { requiredKeys: ['request', 'ms', 'asked', 'size', 'whole'] }), {
      maxLength: 5,
    }),
    signature: fc.record(
      {
        tag: answer,
        referrers: fc.record({ ...shape, artifactTypes: fc.array(text) }, { requiredKeys: ['request', 'ms'] }),
      },
      { requiredKeys: ['tag'] },
    ),
    upload: fc.record({ start: answer, location: fc.webUrl(), cancel: answer }, { requiredKeys: [] }),
  },
  { requiredKeys: ['address', 'front'] },
) as fc.Arbitrary<Visit>;

describe('judging an oci run', () => {
  it('never throws or grows, and fails with a class and one failing step, whatever was answered', () => {
    fc.assert(
      fc.property(
        fc.array(visit, { minLength: 1, maxLength: 3 }),
        fc.option(answer, { nil: undefined }),
        (visits, harbor) => {
          const measured = { startedAt: 0, lookupMs: 1, visits, chain: [], facts: {}, ...(harbor && { harbor }) };
          const judgement = oci.judge(measured, options);
          const failing = judgement.steps.filter(({ outcome }) => outcome === 'fail');
          expect(failing).toHaveLength(judgement.outcome === 'fail' ? 1 : 0);
          expect([...FAILURE_CLASSES, undefined]).toContain(judgement.class);
          expect(judgement.class === undefined).toBe(judgement.outcome === 'pass');
          expect(JSON.stringify(judgement).length).toBeLessThan(30_000);
          expect(judgement.message ?? '').not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('proves nothing by a step that nothing was measured for', () => {
    const front: Answer = { request: 'GET https://registry.example/v2/', ms: 1, status: 401 };
    const login = { ...front, challenges: [{ scheme: 'basic', realm: options.realm }] };
    const measured = {
      startedAt: 0,
      lookupMs: 1,
      visits: [{ address: '192.0.2.1', front: login }],
      chain: [],
      facts: {},
    };
    const { steps } = oci.judge(measured, options);
    expect(steps.filter(({ outcome }) => outcome === 'pass').map(({ name }) => name)).toEqual(['front page']);
  });
});
