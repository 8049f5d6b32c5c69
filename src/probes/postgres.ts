import type { ProbeKind } from '../ports/probe-kind.ts';
import { stepsOf } from './dialogue/judge-dialogue.ts';
import { postgresDialect } from './postgres/dialect.ts';
import { isDeep, sqlOptions, type SqlOptions } from './sql/options.ts';
import { sqlQuestions } from './sql/questions.ts';
import { judgeSql, runSql, type SqlMeasured, type SqlProduct } from './sql/run.ts';
import { NETWORK_FACTS } from './net/fact-names.ts';

const product: SqlProduct = {
  rules: {
    schemes: ['postgres:', 'postgresql:'],
    defaultPort: 5432,
    tlsParameter: 'sslmode',
    tlsValues: { disable: false, require: true, 'verify-ca': true, 'verify-full': true },
  },
  dialect: postgresDialect,
  client: async () => (await import('./postgres/client.ts')).postgresClient,
};
const schema = sqlOptions(product.rules);

/** Logs in to PostgreSQL as its consumers do, and reads and writes there. */
export const postgres: ProbeKind<SqlOptions, SqlMeasured> = {
  name: 'postgres',
  description:
    'Logs in to PostgreSQL on a fresh connection, runs a query in a read-only transaction, and with `write` inserts a ' +
    'row, reads it back and deletes it, each committed by itself. TLS, always verified, is spoken where `tls` or ' +
    '`sslmode=require` is given. `identity` and `write` use a table that the operator makes once: `create table tocsin ' +
    '(name text primary key, value text not null, written_at timestamptz not null default now())`, with `select, insert, ' +
    "delete` on it for the probe's user.",
  example: `kind: postgres
url: postgres://tocsin:\${env:ORDERS_DB_PASSWORD}@db.example:5432/orders
query: select count(*) from orders where placed_at > now() - interval '1 hour'
expect: { role: primary }
identity: { value: production }
write: true
tls: {}
`,
  schema,
  traits: {
    steps: stepsOf(sqlQuestions(everyStep(), postgresDialect)),
    facts: [...NETWORK_FACTS, 'version', 'role'],
    origin: 'run',
    onDemand: true,
    network: true,
  },
  deep: isDeep,
  shorthand: {
    example: 'postgres://user@db.example/orders',
    schemes: ['postgres', 'postgresql'],
    options: (url) => ({ url }),
  },
  steps: (options) => stepsOf(sqlQuestions(options, postgresDialect)),
  run: (options, context) => runSql(product, options, context),
  judge: (measured, options) => judgeSql(product, measured, options),
  variables: { value: 'dyn', rows: 'int', lagMs: 'double' },
};

function everyStep(): SqlOptions {
  return schema.parse({ url: 'postgres://user@host.example', identity: { value: 'any' }, write: true });
}
