import { randomBytes } from 'node:crypto';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { consulOptions, type ConsulOptions } from './consul/options.ts';
import { consulQuestions, leaderIn } from './consul/questions.ts';
import { converse } from './dialogue/converse.ts';
import { httpEvidence } from './dialogue/http-answer.ts';
import { httpSession, type HttpAnswer } from './dialogue/http-session.ts';
import { judgeDialogue, stepsOf } from './dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from './dialogue/measured.ts';
import { maskFor } from './net/mask.ts';
import { hostOf } from './net/urls.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** What a run of a `consul` probe brought home. */
export interface ConsulMeasured extends DialogueMeasured<HttpAnswer> {
  /** Value and last part of the key of this run's canary. */
  readonly nonce: string;
}

const EVERYTHING = { url: 'http://a.example', write: true };

/** A Consul cluster's key-value store and its locks. */
export const consul: ProbeKind<ConsulOptions, ConsulMeasured> = {
  name: 'consul',
  description:
    'A Consul cluster: has a leader, answers a consistent read with the value that tells its environment, and with ' +
    '`write` takes a lock in a session of its own and gives it back. A lock that is refused with status 200 fails.',
  example: `kind: consul
url: https://consul.example:8501
token: a-token-with-write-below-tocsin-and-on-sessions
identity: { key: tocsin/identity, value: production }
write: true
`,
  schema: consulOptions,
  traits: {
    steps: stepsOf(consulQuestions(consulOptions.parse(EVERYTHING), '')),
    facts: [...NETWORK_FACTS, 'leader'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: (options) => options.identity !== undefined || options.write,
  steps: (options) => stepsOf(consulQuestions(options, '')),
  run,
  judge: (measured, options) =>
    judgeDialogue(measured, consulQuestions(options, measured.nonce), {
      ...(options.url.startsWith('https:') && { minDaysLeft: options.tls.minDaysLeft }),
      evidence: httpEvidence,
    }),
};

async function run(options: ConsulOptions, context: RunContext): Promise<ConsulMeasured> {
  const nonce = randomBytes(12).toString('hex');
  const mask = maskFor(options);
  const headers = options.token === undefined ? {} : { 'x-consul-token': options.token.reveal() };
  const { measured, known } = await converse(
    {
      host: hostOf(new URL(options.url)),
      lookup: options,
      questions: consulQuestions(options, nonce),
      session: (address) => httpSession({ url: options.url, address, headers, tls: options.tls, mask }, context),
    },
    context,
  );
  const leader = leaderIn(known);
  return { ...measured, facts: { ...measured.facts, ...(leader !== undefined && { leader }) }, nonce };
}
