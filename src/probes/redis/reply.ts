import type { FailureClass } from '../../model/failure.ts';
import type { Json } from '../../model/run.ts';
import { printable } from '../../ports/printable.ts';
import { fails, type Verdict } from '../dialogue/question.ts';
import type { RedisReply } from './resp.ts';
import type { RedisAnswer } from './session.ts';

const MAX_SHOWN = 200;

/**
 * What the error codes of Redis amount to: the exact first word of an error reply, as src/server.c and
 * src/cluster.c of Redis 7 give it. Never the words after it.
 */
const CLASS_BY_PREFIX: Readonly<Record<string, FailureClass>> = {
  NOAUTH: 'auth.unauthorized',
  WRONGPASS: 'auth.unauthorized',
  NOPERM: 'auth.forbidden',
  DENIED: 'auth.forbidden',
  OOM: 'quota.storage_full',
  READONLY: 'semantic.read_only',
  LOADING: 'semantic.not_ready',
  BUSY: 'semantic.not_ready',
  CLUSTERDOWN: 'semantic.not_ready',
  MASTERDOWN: 'semantic.not_ready',
  TRYAGAIN: 'semantic.not_ready',
  MISCONF: 'semantic.write_refused',
  NOREPLICAS: 'semantic.write_refused',
  MOVED: 'semantic.unsupported',
  ASK: 'semantic.unsupported',
};

/** The class of an error reply; `otherwise` where its code says no more than that it is one. */
function classOfError(prefix: string, otherwise: FailureClass): FailureClass {
  return Object.hasOwn(CLASS_BY_PREFIX, prefix) ? (CLASS_BY_PREFIX[prefix] ?? otherwise) : otherwise;
}

/** The code of an error reply; undefined where the reply is none. */
export function errorPrefix(answer: RedisAnswer | undefined): string | undefined {
  return answer?.reply?.kind === 'error' ? answer.reply.prefix : undefined;
}

/** The verdict on a reply that is not the one wanted. */
export function notWanted(
  answer: RedisAnswer,
  expected: string,
  otherwise: { readonly error: FailureClass; readonly reply: FailureClass },
): Verdict {
  const got = described(answer.reply);
  const prefix = errorPrefix(answer);
  const failureClass = prefix === undefined ? otherwise.reply : classOfError(prefix, otherwise.error);
  return fails(failureClass, `${answer.request}: expected ${expected}, got ${got}`, { expected, got });
}

/** A reply, for people. */
function described(reply: RedisReply | undefined): string {
  if (reply === undefined) return 'no reply';
  return reply.kind === 'nil' ? 'nil' : printable(reply.text, MAX_SHOWN) || 'nothing';
}

/** What is kept of the deciding reply as evidence. */
export function redisEvidence({ request, reply }: RedisAnswer): Readonly<Record<string, Json | undefined>> {
  return { request, reply: reply?.kind, text: reply === undefined || reply.kind === 'nil' ? undefined : reply.text };
}
