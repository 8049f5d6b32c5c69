import type { FailureClass } from '../../model/failure.ts';
import { DEFAULT_IDENTITY_KEY, identityVerdict } from '../dialogue/identity.ts';
import { fails, held, type Question, type Verdict } from '../dialogue/question.ts';
import { infoOf, keptInfo, roleIn } from './info.ts';
import type { RedisOptions } from './options.ts';
import { errorPrefix, notWanted } from './reply.ts';
import type { RedisAnswer, RedisAsked } from './session.ts';

type RedisQuestion = Question<RedisAsked, RedisAnswer>;

/** The steps that ask `INFO`. */
export const ROLE = 'role';
export const VERSION = 'version';
export const PING = 'ping';

/** A canary that nobody deleted is gone after this. */
const CANARY_TTL_S = 120;
/** Errors whose code says no more than that something is wrong. */
const ON_READ = { error: 'semantic.read_path_broken', reply: 'semantic.wrong_value' } as const;
const ON_WRITE = { error: 'semantic.write_refused', reply: 'semantic.wrong_value' } as const;
const ON_HELLO = { error: 'semantic.not_ready', reply: 'protocol.malformed' } as const;

/** What a `redis` probe asks, in order. `nonce` makes the canary's key and value this run's own. */
export function redisQuestions(options: RedisOptions, nonce: string): readonly RedisQuestion[] {
  return [
    ...(options.url.password === undefined ? [] : [authenticate(options)]),
    ping(options),
    ...(options.url.database === 0 ? [] : [select(options.url.database)]),
    identity(options),
    role(options),
    version(),
    ...(options.write ? canary(nonce) : []),
  ];
}

function authenticate({ url }: RedisOptions): RedisQuestion {
  const words = [...(url.username === undefined ? [] : [url.username]), url.password?.reveal() ?? ''];
  return {
    step: 'authenticate',
    kind: 'reach',
    ask: () => ({ words: ['AUTH', ...words], shown: `AUTH ${url.username ?? 'default'}` }),
    // Also where no password is set at all: the one that is configured is not the one of this server.
    check: (answer) => isOk(answer, { error: 'auth.unauthorized', reply: 'protocol.malformed' }),
  };
}

function ping({ write }: RedisOptions): RedisQuestion {
  return {
    step: PING,
    kind: 'reach',
    ask: () => command('PING'),
    check(answer) {
      if (answer.reply?.kind === 'status' && answer.reply.text === 'PONG') return held('PONG');
      // Redis answers so while its last snapshot failed: reads work, and the canary says whether writes do.
      if (errorPrefix(answer) === 'MISCONF') return held(write ? 'MISCONF' : 'MISCONF: it takes no writes');
      return notWanted(answer, 'PONG', ON_HELLO);
    },
  };
}

function select(database: number): RedisQuestion {
  return {
    step: 'select',
    kind: 'reach',
    ask: () => command('SELECT', String(database)),
    check: (answer) => isOk(answer, { error: 'semantic.missing', reply: 'protocol.malformed' }),
  };
}

function identity(options: RedisOptions): RedisQuestion {
  const key = options.identity?.key ?? DEFAULT_IDENTITY_KEY;
  return {
    step: 'identity',
    kind: 'read',
    ask: () => command('GET', key),
    check(answer) {
      const { reply, request } = answer;
      if (reply?.kind === 'bulk') return identityVerdict(options.identity, reply.text, request);
      if (reply?.kind === 'nil') return identityVerdict(options.identity, undefined, request);
      return notWanted(answer, `the value of ${key}`, ON_READ);
    },
  };
}

/**
 * Who it is in its replication. A credential may lack `INFO`: then nothing is known and nothing is wrong, unless
 * a role is asked for. A replica cut off from its master serves what is old; where the probe writes, the canary
 * names that fault better.
 */
function role(options: RedisOptions): RedisQuestion {
  return {
    step: ROLE,
    kind: 'read',
    ask: () => command('INFO', 'replication'),
    check(answer) {
      if (errorPrefix(answer) === 'NOPERM' && options.role === undefined) return held('not permitted to ask');
      if (answer.reply?.kind !== 'bulk') return notWanted(answer, 'INFO about replication', ON_READ);
      const info = infoOf(answer);
      const is = roleIn(info);
      if (options.role !== undefined && is !== options.role) return wrongRole(answer, options.role, is);
      if (is === 'replica' && !options.write && info.get('master_link_status') === 'down') {
        const expected = 'a replica that follows its master';
        const got = `link down, last heard ${info.get('master_last_io_seconds_ago') ?? '?'} s ago`;
        return fails('freshness.stale_read', `${answer.request}: expected ${expected}, got ${got}`, { expected, got });
      }
      return held(is);
    },
    keep: keptInfo,
  };
}

function wrongRole(answer: RedisAnswer, wanted: string, is = 'no role'): Verdict {
  const failureClass: FailureClass = wanted === 'master' ? 'semantic.read_only' : 'semantic.wrong_value';
  const message = `${answer.request}: expected a ${wanted}, got ${is}`;
  return fails(failureClass, message, { expected: `role ${wanted}`, got: is });
}

function version(): RedisQuestion {
  return {
    step: VERSION,
    kind: 'read',
    ask: () => command('INFO', 'server'),
    check(answer) {
      if (errorPrefix(answer) === 'NOPERM') return held('not permitted to ask');
      if (answer.reply?.kind !== 'bulk') return notWanted(answer, 'INFO about the server', ON_READ);
      return held(infoOf(answer).get('redis_version'));
    },
    keep: keptInfo,
  };
}

function canary(nonce: string): readonly RedisQuestion[] {
  const key = `tocsin/canary:${nonce}`;
  return [
    {
      step: 'canary write',
      kind: 'write',
      ask: () => command('SET', key, nonce, 'EX', String(CANARY_TTL_S)),
      check: (answer) => isOk(answer, ON_WRITE),
    },
    {
      step: 'canary read back',
      kind: 'write',
      ask: () => command('GET', key),
      check(answer) {
        if (answer.reply?.kind === 'bulk' && answer.reply.text === nonce) return held(nonce);
        const lost = { error: ON_READ.error, reply: 'semantic.canary_missing' } as const;
        return notWanted(answer, nonce, answer.reply?.kind === 'nil' ? lost : ON_READ);
      },
    },
    {
      step: 'canary clean-up',
      kind: 'write',
      cleanup: true,
      // Where it was not written there is nothing to take back; what is forgotten goes by its TTL.
      ask: (known) => (known.get('canary write')?.reply?.kind === 'status' ? command('DEL', key) : undefined),
      check: (answer) => (answer.reply?.kind === 'integer' ? held() : notWanted(answer, 'a count', ON_WRITE)),
    },
  ];
}

function isOk(answer: RedisAnswer, otherwise: { error: FailureClass; reply: FailureClass }): Verdict {
  const { reply } = answer;
  return reply?.kind === 'status' && reply.text === 'OK' ? held('OK') : notWanted(answer, 'OK', otherwise);
}

function command(...words: readonly string[]): RedisAsked {
  return { words, shown: words.join(' ') };
}
