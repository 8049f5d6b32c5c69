import { columnOf } from '../sql/answer.ts';
import type { SqlDialect } from '../sql/questions.ts';
import { classOfErrorNumber } from './error-number.ts';

/** MySQL 8.0.22 and MariaDB 10.5 and later, and what speaks their protocol. */
export const mysqlDialect: SqlDialect = {
  product: 'MySQL',
  table: (name) =>
    name
      .split('.')
      .map((part) => `\`${part}\``)
      .join('.'),
  identity: (table) => `select value from ${table} where name = ?`,
  standing: 'select version() as version, @@global.read_only as readonly',
  standingOf(answer) {
    const version = columnOf(answer, 'version');
    const readonly = columnOf(answer, 'readonly');
    if (typeof version !== 'string' || readonly === undefined) return undefined;
    return { version, role: readonly === 0 || readonly === 'OFF' ? 'primary' : 'replica' };
  },
  /** The user needs `replication client`; MariaDB calls it `replica monitor`. */
  replication: 'show replica status',
  lagOf(answer) {
    // No row: it replicates from nobody.
    if (answer.rowCount === undefined || answer.rowCount === 0) return undefined;
    const seconds = columnOf(answer, 'seconds_behind_source') ?? columnOf(answer, 'seconds_behind_master');
    return typeof seconds === 'number' ? seconds * 1000 : null;
  },
  put: (table) => `insert into ${table} (name, value) values (?, ?)`,
  get: (table) => `select value from ${table} where name = ?`,
  remove: (table) =>
    `delete from ${table} where name = ? or (name like 'tocsin/canary:%' and written_at < now() - interval 1 hour)`,
  classOf: classOfErrorNumber,
};
