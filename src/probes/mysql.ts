import type { ProbeKind } from '../ports/probe-kind.ts';
import { stepsOf } from './dialogue/judge-dialogue.ts';
import { mysqlDialect } from './mysql/dialect.ts';
import { isDeep, sqlOptions, type SqlOptions } from './sql/options.ts';
import { sqlQuestions } from './sql/questions.ts';
import { judgeSql, runSql, type SqlMeasured, type SqlProduct } from './sql/run.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

const product: SqlProduct = {
  rules: {
    schemes: ['mysql:', 'mariadb:'],
    defaultPort: 3306,
    tlsParameter: 'ssl-mode',
    tlsValues: { DISABLED: false, REQUIRED: true, VERIFY_CA: true, VERIFY_IDENTITY: true },
  },
  dialect: mysqlDialect,
  client: async () => (await import('./mysql/client.ts')).mysqlClient,
};
const schema = sqlOptions(product.rules);

/** Logs in to MySQL or MariaDB as its consumers do, and reads and writes there. */
export const mysql: ProbeKind<SqlOptions, SqlMeasured> = {
  name: 'mysql',
  description:
    'Logs in to MySQL or MariaDB on a fresh connection, runs a query in a read-only transaction, and with `write` ' +
    'inserts a row, reads it back and deletes it, each committed by itself. TLS, always verified, is spoken where ' +
    '`tls` or `ssl-mode=REQUIRED` is given. `identity` and `write` use a table that the operator makes once: `create ' +
    'table tocsin (name varchar(200) primary key, value varchar(1000) not null, written_at timestamp not null default ' +
    "current_timestamp)`, with `select, insert, delete` on it for the probe's user; `maxLag` needs `replication client`.",
  example: `kind: mysql
url: mysql://tocsin:\${env:ORDERS_DB_PASSWORD}@db.example:3306/orders
query: select count(*) from orders where placed_at > now() - interval 1 hour
expect: { role: primary }
identity: { value: production }
write: true
tls: {}
`,
  schema,
  traits: {
    steps: stepsOf(sqlQuestions(everyStep(), mysqlDialect)),
    facts: [...NETWORK_FACTS, 'version', 'role'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: isDeep,
  shorthand: { example: 'mysql://user@db.example/orders', schemes: ['mysql', 'mariadb'], options: (url) => ({ url }) },
  steps: (options) => stepsOf(sqlQuestions(options, mysqlDialect)),
  run: (options, context) => runSql(product, options, context),
  judge: (measured, options) => judgeSql(product, measured, options),
  variables: { value: 'dyn', rows: 'int', lagMs: 'double' },
};

function everyStep(): SqlOptions {
  const expect = { maxLag: '1m' };
  return schema.parse({ url: 'mysql://user@host.example', identity: { value: 'any' }, write: true, expect });
}
