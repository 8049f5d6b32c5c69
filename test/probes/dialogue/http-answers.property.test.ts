import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAILURE_CLASSES } from '../../../src/model/failure.ts';
import { consulOptions } from '../../../src/probes/consul/options.ts';
import { consulQuestions } from '../../../src/probes/consul/questions.ts';
import type { HttpAnswer, HttpAsked } from '../../../src/probes/dialogue/http-session.ts';
import type { Question } from '../../../src/probes/dialogue/question.ts';
import { etcdOptions } from '../../../src/probes/etcd/options.ts';
import { etcdQuestions } from '../../../src/probes/etcd/questions.ts';
import { canaryPlan } from '../../../src/probes/workers-kv/canary.ts';
import { workersKvOptions } from '../../../src/probes/workers-kv/options.ts';
import { workersKvQuestions } from '../../../src/probes/workers-kv/questions.ts';

const identity = { value: 'production' };
const url = 'http://a.example';
const nonce = '0123456789abcdef';
const last = { key: `tocsin/canary:${nonce}`, accepted: 1, written: 2, writtenAt: 3 };
const kv = workersKvOptions.parse({ account: 'a', namespace: 'n', token: 't', identity, write: true });

const KINDS: readonly (readonly [string, readonly Question<HttpAsked, HttpAnswer>[]])[] = [
  ['consul', consulQuestions(consulOptions.parse({ url, identity, write: true }), nonce)],
  [
    'etcd',
    etcdQuestions(etcdOptions.parse({ url, username: 'a', password: 'b', identity, write: true }), {
      nonce,
      due: true,
    }),
  ],
  ['workers-kv, first run', workersKvQuestions(kv, canaryPlan(null, 0, kv.writeEvery, nonce))],
  ['workers-kv, later run', workersKvQuestions(kv, canaryPlan(last, 400_000, kv.writeEvery, nonce))],
];

/** Bodies that are nothing, and bodies that are almost right. */
const names = fc.constantFrom(
  ...'success result errors code id title header cluster_id leader version kvs value Value Session ID'.split(' '),
  ...'token alarms alarm __proto__ constructor'.split(' '),
);
const body = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.json({ maxDepth: 4 }),
  fc
    .letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(null, true, 0, 10_009, '7', 'cHJvZHVjdGlvbg==', ''),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 5 }),
      ),
    }))
    .value.map((value) => JSON.stringify(value)),
);
const answer: fc.Arbitrary<HttpAnswer> = fc.record({
  request: fc.constant('GET http://a.example/'),
  ms: fc.constant(1),
  status: fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503),
  body,
});

const HARMLESS = { class: FAILURE_CLASSES[0], message: '' } as const;

describe.each(KINDS)('%s', (_name, questions) => {
  test('holds any answer to its question without a throw, and names a fault of the closed set', () => {
    fc.assert(
      fc.property(fc.array(answer, { minLength: questions.length, maxLength: questions.length }), (answers) => {
        const known = new Map<string, HttpAnswer>();
        for (const [index, question] of questions.entries()) {
          const given = answers[index];
          if (given === undefined) continue;
          expect(question.ask(known)?.path ?? '/').toMatch(/^\/[!-~]*$/);
          const verdict = question.check(given, known);
          const fault = verdict.holds ? HARMLESS : verdict.fault;
          expect(FAILURE_CLASSES).toContain(fault.class);
          expect(fault.message.length).toBeLessThan(2_000);
          known.set(question.step, given);
        }
      }),
    );
  });
});
