import type { SqlDialect } from '../sql/questions.ts';
import { columnOf } from '../sql/answer.ts';
import { classOfSqlState } from './sqlstate.ts';

/**
 * A standby that has replayed everything it received and still receives is not behind, however long ago the last
 * transaction was; any other is as far behind as its last replayed transaction is old. Anybody may see that there is
 * a receiver.
 */
const STANDING = `
select current_setting('server_version') as version,
  pg_is_in_recovery() as recovering,
  current_setting('default_transaction_read_only') = 'on' as readonly,
  case when pg_is_in_recovery() then
    case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver) then 0
    else round(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000) end
  end as lag_ms`;

/** PostgreSQL 10 and later, and what speaks its protocol. */
export const postgresDialect: SqlDialect = {
  product: 'PostgreSQL',
  table: (name) =>
    name
      .split('.')
      .map((part) => `"${part}"`)
      .join('.'),
  identity: (table) => `select value from ${table} where name = $1`,
  standing: STANDING,
  standingOf(answer) {
    const version = columnOf(answer, 'version');
    const recovering = columnOf(answer, 'recovering');
    if (typeof version !== 'string' || typeof recovering !== 'boolean') return undefined;
    const lag = columnOf(answer, 'lag_ms');
    const role = recovering || columnOf(answer, 'readonly') === true ? 'replica' : 'primary';
    return { version, role, ...(recovering && { lagMs: typeof lag === 'number' ? Math.max(0, lag) : null }) };
  },
  put: (table) => `insert into ${table} (name, value) values ($1, $2)`,
  get: (table) => `select value from ${table} where name = $1`,
  remove: (table) =>
    `delete from ${table} where name = $1 or (name like 'tocsin/canary:%' and written_at < now() - interval '1 hour')`,
  classOf: classOfSqlState,
};
