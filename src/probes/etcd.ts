import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Facts, Warning } from '../model/run.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { converse } from './dialogue/converse.ts';
import { errorBody, httpEvidence } from './dialogue/http-answer.ts';
import { httpSession, type HttpAnswer } from './dialogue/http-session.ts';
import { judgeDialogue, stepsOf } from './dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from './dialogue/measured.ts';
import type { Known } from './dialogue/question.ts';
import { statusShape } from './etcd/answers.ts';
import { etcdOptions, type EtcdOptions } from './etcd/options.ts';
import { ALARMS, alarmsIn, CANARY_WRITE, etcdQuestions, STATUS, type EtcdErrand } from './etcd/questions.ts';
import { maskFor, parseJson } from './net/mask.ts';
import { hostOf } from './net/urls.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** What a run of an `etcd` probe brought home. */
export interface EtcdMeasured extends DialogueMeasured<HttpAnswer> {
  readonly errand: EtcdErrand;
}

/** What a passing run leaves for the next: when a canary was written last. */
const rememberedShape = z.object({ writtenAt: z.number().int().min(0) });

const NO_ERRAND: EtcdErrand = { nonce: '', due: true };
const EVERYTHING = { url: 'http://a.example', username: 'a', password: 'password', write: true };

/** An etcd cluster by its JSON gateway. */
export const etcd: ProbeKind<EtcdOptions, EtcdMeasured> = {
  name: 'etcd',
  description:
    'An etcd cluster by its JSON gateway: has a leader, answers a linearizable read (a quorum does) with the value ' +
    'that tells the cluster, raises no alarm, and with `write` takes, reads and gives back a canary under a lease ' +
    'every `writeEvery`.',
  example: `kind: etcd
url: https://etcd.example:2379
username: tocsin
password: a-password-that-opens-keys-below-tocsin
identity: { key: tocsin/identity, value: production }
write: true
`,
  schema: etcdOptions,
  traits: {
    steps: stepsOf(etcdQuestions(etcdOptions.parse(EVERYTHING), NO_ERRAND)),
    facts: [...NETWORK_FACTS, 'version', 'clusterId'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: (options) => options.identity !== undefined || options.clusterId !== undefined || options.write,
  steps: (options) => stepsOf(etcdQuestions(options, NO_ERRAND)),
  run,
  judge: (measured, options) =>
    judgeDialogue(measured, etcdQuestions(options, measured.errand), {
      ...(options.url.startsWith('https:') && { minDaysLeft: options.tls.minDaysLeft }),
      warnings: (known) => warningsOf(known, options),
      variables: (known) => ({ json: parseJson(known.get(STATUS)?.body ?? '') ?? null }),
      evidence: httpEvidence,
    }),
  variables: { json: 'dyn' },
};

async function run(options: EtcdOptions, context: RunContext): Promise<EtcdMeasured> {
  const { startedAt } = context;
  const last = rememberedShape.safeParse(context.memory).data;
  const due = last === undefined || Math.abs(startedAt - last.writtenAt) >= options.writeEvery;
  const errand: EtcdErrand = { nonce: randomBytes(12).toString('hex'), due };
  const mask = maskFor(options);
  const headers = { accept: 'application/json' };
  const { measured, known, passed } = await converse(
    {
      host: hostOf(new URL(options.url)),
      lookup: options,
      questions: etcdQuestions(options, errand),
      session: (address) => httpSession({ url: options.url, address, headers, tls: options.tls, mask }, context),
    },
    context,
  );
  if (passed && known.has(CANARY_WRITE)) context.remember({ writtenAt: startedAt });
  return { ...measured, facts: { ...measured.facts, ...factsIn(known) }, errand };
}

function factsIn(known: Known<HttpAnswer>): Facts {
  const answer = known.get(STATUS);
  const status = answer === undefined ? undefined : errorBody(answer, statusShape);
  return status === undefined ? {} : { version: status.version, clusterId: status.header.cluster_id };
}

/** What will stop writes, seen by a probe that only reads. */
function warningsOf(known: Known<HttpAnswer>, options: EtcdOptions): readonly Warning[] {
  const answer = known.get(ALARMS);
  if (options.write || !alarmsIn(answer).includes('NOSPACE')) return [];
  return [
    { class: 'quota.storage_full', message: `${answer?.request}: the alarm NOSPACE is raised, writes are refused` },
  ];
}
