import type { RedisAnswer } from './session.ts';

/** The lines of `INFO` that are kept: who it is, and how replication stands. */
const KEPT: ReadonlySet<string> = new Set([
  'redis_version',
  'redis_mode',
  'role',
  'connected_slaves',
  'master_link_status',
  'master_last_io_seconds_ago',
  'master_repl_offset',
  'slave_repl_offset',
]);
const MAX_VALUE_LENGTH = 100;

/** What `INFO` says, the kept lines alone. Empty where the reply is no text. */
export function infoOf(answer: RedisAnswer | undefined): ReadonlyMap<string, string> {
  const info = new Map<string, string>();
  if (answer?.reply?.kind !== 'bulk') return info;
  for (const line of answer.reply.text.split('\r\n')) {
    const [name = '', value] = line.split(/:(.*)/s);
    if (value !== undefined && KEPT.has(name)) info.set(name, value.slice(0, MAX_VALUE_LENGTH));
  }
  return info;
}

/** `master` or `replica`, whose name in the protocol is still another; or what else it calls itself. */
export function roleIn(info: ReadonlyMap<string, string>): string | undefined {
  const role = info.get('role');
  return role === 'slave' ? 'replica' : role;
}

/** The same answer with the kept lines alone: the whole is long, and the rest changes with every run. */
export function keptInfo(answer: RedisAnswer): RedisAnswer {
  if (answer.reply?.kind !== 'bulk') return answer;
  const text = [...infoOf(answer)].map(([name, value]) => `${name}:${value}`).join('\r\n');
  return { ...answer, reply: { kind: 'bulk', text } };
}
