import { randomBytes } from 'node:crypto';
import type { Facts, Warning } from '../model/run.ts';
import type { ProbeKind, RunContext } from '../ports/probe-kind.ts';
import { converse } from './dialogue/converse.ts';
import { judgeDialogue, stepsOf } from './dialogue/judge-dialogue.ts';
import type { DialogueMeasured } from './dialogue/measured.ts';
import type { Known } from './dialogue/question.ts';
import { maskFor } from './net/mask.ts';
import { infoOf, roleIn } from './redis/info.ts';
import { redisOptions, type RedisOptions } from './redis/options.ts';
import { PING, redisQuestions, ROLE, VERSION } from './redis/questions.ts';
import { errorPrefix, redisEvidence } from './redis/reply.ts';
import { RedisSession, type RedisAnswer } from './redis/session.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

/** What a run of a `redis` probe brought home. */
export interface RedisMeasured extends DialogueMeasured<RedisAnswer> {
  /** Value and last part of the key of this run's canary. */
  readonly nonce: string;
}

const EVERYTHING = { url: 'redis://:password@a.example/1', write: true };
/** Every step that some options ask for. */
const ALL_STEPS = stepsOf(redisQuestions(redisOptions.parse(EVERYTHING), ''));

/** A Redis server, used as its clients use it: known by a value in it, and written to. */
export const redis: ProbeKind<RedisOptions, RedisMeasured> = {
  name: 'redis',
  description:
    'A Redis server: logs in, reads the value that tells its environment, notes role and version, and with `write` ' +
    'sets, reads and deletes a canary of its own that ends by itself. A replica left behind by a failover, a full ' +
    'memory or a wrong environment answer PING well and fail here.',
  example: `kind: redis
url: rediss://tocsin:password@redis.example:6379/0
identity: { key: tocsin/identity, value: production }
write: true
`,
  schema: redisOptions,
  traits: {
    steps: ALL_STEPS,
    facts: [...NETWORK_FACTS, 'role', 'version'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: (options) => options.identity !== undefined || options.write,
  shorthand: { example: 'redis://cache.example:6379', schemes: ['redis', 'rediss'], options: (url) => ({ url }) },
  steps: (options) => stepsOf(redisQuestions(options, '')),
  run,
  judge: (measured, options) =>
    judgeDialogue(measured, redisQuestions(options, measured.nonce), {
      ...(options.url.tls && { minDaysLeft: options.tls.minDaysLeft }),
      warnings: (known) => warningsOf(known, options),
      variables: (known) => ({ json: Object.fromEntries(infoIn(known)) }),
      evidence: redisEvidence,
    }),
  variables: { json: 'map' },
};

async function run(options: RedisOptions, context: RunContext): Promise<RedisMeasured> {
  const nonce = randomBytes(12).toString('hex');
  const mask = maskFor(options);
  const { measured, known } = await converse(
    {
      host: options.url.host,
      lookup: options,
      questions: redisQuestions(options, nonce),
      session: (address) => new RedisSession(options, address, mask, context),
    },
    context,
  );
  return { ...measured, facts: { ...measured.facts, ...factsIn(known) }, nonce };
}

function factsIn(known: Known<RedisAnswer>): Facts {
  const info = infoIn(known);
  const [role, version] = [roleIn(info), info.get('redis_version')];
  return { ...(role !== undefined && { role }), ...(version !== undefined && { version }) };
}

function infoIn(known: Known<RedisAnswer>): ReadonlyMap<string, string> {
  return new Map([...infoOf(known.get(ROLE)), ...infoOf(known.get(VERSION))]);
}

/** A probe that only reads still knows when writes are refused because the last snapshot failed. */
function warningsOf(known: Known<RedisAnswer>, options: RedisOptions): readonly Warning[] {
  const ping = known.get(PING);
  if (options.write || errorPrefix(ping) !== 'MISCONF') return [];
  return [{ class: 'semantic.write_refused', message: `${ping?.request}: takes no writes (MISCONF)` }];
}
