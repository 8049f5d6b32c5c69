import { randomBytes } from 'node:crypto';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { converse } from './dialogue/converse.ts';
import { httpEvidence } from './dialogue/http-answer.ts';
import { httpSession, type HttpAnswer } from './dialogue/http-session.ts';
import { judgeDialogue, stepsOf } from './dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from './dialogue/measured.ts';
import type { Known } from './dialogue/question.ts';
import { maskFor, parseJson } from './net/mask.ts';
import { hostOf } from './net/urls.ts';
import { canaryPlan, counterIn, type CanaryPlan, type Remembered } from './workers-kv/canary.ts';
import { workersKvOptions, type WorkersKvOptions } from './workers-kv/options.ts';
import {
  CANARY,
  CANARY_READ_BACK,
  CANARY_WRITE,
  counterToWrite,
  NAMESPACE,
  titleIn,
  workersKvQuestions,
} from './workers-kv/questions.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** What a run of a `workers-kv` probe brought home. */
export interface WorkersKvMeasured extends DialogueMeasured<HttpAnswer> {
  /** What the canary's answers are held to. */
  readonly plan: CanaryPlan;
}

const NO_PLAN = canaryPlan(null, 0, 0, '');
const EVERYTHING = { account: 'a', namespace: 'n', token: 'token', write: true };

/** Cloudflare's key-value store by its REST API, with the token that its consumers use. */
export const workersKv: ProbeKind<WorkersKvOptions, WorkersKvMeasured> = {
  name: 'workers-kv',
  description:
    'A namespace of Cloudflare Workers KV, by its REST API: opens the namespace, reads the value that tells its ' +
    'environment, and with `write` keeps a counter that may never go back: written every `writeEvery`, read in each ' +
    'run, and ended by itself when the probe is gone.',
  example: `kind: workers-kv
account: 023e105f4ecef8ad9ca31a8372d0c353
namespace: 0f2ac74b498b48028cb68387c421e279
token: a-token-that-may-read-and-edit-workers-kv
identity: { key: tocsin/identity, value: production }
write: true
`,
  schema: workersKvOptions,
  traits: {
    steps: stepsOf(workersKvQuestions(workersKvOptions.parse(EVERYTHING), NO_PLAN)),
    facts: [...NETWORK_FACTS, 'namespace'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: (options) => options.identity !== undefined || options.write,
  steps: (options) => stepsOf(workersKvQuestions(options, NO_PLAN)),
  run,
  judge: (measured, options) =>
    judgeDialogue(measured, workersKvQuestions(options, measured.plan), {
      ...(options.baseUrl.startsWith('https:') && { minDaysLeft: options.tls.minDaysLeft }),
      variables: (known) => ({ json: parseJson(known.get(NAMESPACE)?.body ?? '') ?? null }),
      evidence: httpEvidence,
    }),
  variables: { json: 'dyn' },
};

async function run(options: WorkersKvOptions, context: RunContext): Promise<WorkersKvMeasured> {
  const { memory, startedAt } = context;
  const plan = canaryPlan(memory, startedAt, options.writeEvery, randomBytes(8).toString('hex'));
  const mask = maskFor(options);
  const headers = { authorization: `Bearer ${options.token.reveal()}`, accept: 'application/json' };
  const { measured, known, passed } = await converse(
    {
      host: hostOf(new URL(options.baseUrl)),
      lookup: options,
      questions: workersKvQuestions(options, plan),
      session: (address) => httpSession({ url: options.baseUrl, address, headers, tls: options.tls, mask }, context),
    },
    context,
  );
  if (passed && options.write) context.remember(toRemember(known, plan, startedAt));
  const namespace = titleIn(known);
  return { ...measured, facts: { ...measured.facts, ...(namespace !== undefined && { namespace }) }, plan };
}

function toRemember(known: Known<HttpAnswer>, plan: CanaryPlan, startedAt: number): Remembered | null {
  const seen = counterIn((known.get(CANARY_READ_BACK) ?? known.get(CANARY))?.body ?? '');
  const wrote = known.has(CANARY_WRITE) ? counterToWrite(known, plan) : undefined;
  if (seen === undefined) return null;
  const accepted = Math.max(seen, plan.last?.accepted ?? 0);
  if (wrote !== undefined) return { key: plan.key, accepted, written: wrote, writtenAt: startedAt };
  if (plan.last === null) return null;
  const { written, ageMs } = plan.last;
  return { key: plan.key, accepted, written, writtenAt: startedAt - ageMs };
}
