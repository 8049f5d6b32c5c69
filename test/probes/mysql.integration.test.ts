import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mysql } from '../../src/probes/mysql.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { certificateFor } from '../servers/certificates.ts';
import { MARIADB_PROGRAMS, startMariadb, type Mariadb } from '../servers/mariadb.ts';
import { missing } from '../servers/programs.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { probe, type ContextWishes } from './run-context.ts';

const OPERATOR = [
  'use orders',
  `create table tocsin (name varchar(200) primary key, value varchar(1000) not null,
     written_at timestamp not null default current_timestamp)`,
  `insert into tocsin (name, value) values ('tocsin/identity', 'production')`,
  'create table orders (id bigint primary key, paid bool, amount decimal(30, 1))',
  'insert into orders values (1, true, 9.5), (2, false, 12345678901234567890.5)',
  'create table secret_orders (id int)',
  `create user tocsin@'127.0.0.1' identified by 'correct horse'`,
  `grant select, insert, delete on orders.tocsin to tocsin@'127.0.0.1'`,
  `grant select on orders.orders to tocsin@'127.0.0.1'`,
];

describe.skipIf(missing(...MARIADB_PROGRAMS).length > 0)('a real MariaDB', () => {
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb({ tls: true });
    await server.sql(...OPERATOR);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const asking = (more: object = {}, wishes: ContextWishes = {}) =>
    probe(mysql, { url: `mysql://tocsin:correct%20horse@127.0.0.1:${server.port}/orders`, ...more }, wishes);
  const expectShallowUp = async () =>
    expect((await probe(tcp, { host: '127.0.0.1', port: server.port })).judgement.outcome).toBe('pass');

  test('that works passes every step, and leaves nothing behind', async () => {
    const { judgement, measured } = await asking({ identity: { value: 'production' }, write: true });
    expect([judgement.message, ...judgement.steps.map((step) => `${step.name} ${step.outcome}`)]).toEqual([
      undefined,
      ...['reach', 'login', 'identity', 'standing', 'query', 'write', 'read-back', 'clean-up'].map(
        (one) => `${one} pass`,
      ),
    ]);
    expect(measured.facts).toMatchObject({ role: 'primary', version: expect.stringContaining('MariaDB') });
    expect(await server.sql('select name from orders.tocsin')).toEqual([{ name: 'tocsin/identity' }]);
  });

  test.each<[string, string, object, string | undefined]>([
    ['a value that is right', 'select count(*) from orders', { value: 2 }, undefined],
    [
      'a number with all its digits',
      'select amount from orders where id = 2',
      { value: '12345678901234567890.5' },
      undefined,
    ],
    ['as many rows as expected', 'select id from orders', { rows: 2 }, undefined],
    ['a value that is wrong', 'select count(*) from orders', { value: 3 }, 'semantic.wrong_value'],
    ['no row where a value is expected', 'select id from orders where id = 3', { value: 3 }, 'semantic.missing'],
    ['a table that is gone', 'select 1 from tocsin join gone', {}, 'auth.forbidden'],
    ['a table that is forbidden', 'select 1 from secret_orders', {}, 'auth.forbidden'],
    ['a column that is gone', 'select gone from orders', {}, 'semantic.missing'],
    ['an answer without end', `select repeat('x', 4000000)`, {}, 'protocol.too_large'],
  ])('answers a query: %s', async (_rule, query, expectation, expected) => {
    const { judgement, measured } = await asking({ query, expect: expectation });
    expect(judgement.class, judgement.message).toBe(expected);
    expect(measured.ownFault).toBeUndefined();
  });

  test.each([
    ['no SQL', 'selec 1'],
    ['that would write', `insert into tocsin (name, value) values ('a', 'b')`],
    ['that would end its transaction first', 'commit; delete from tocsin'],
  ])('is not asked a query %s: that is our mistake', async (_rule, query) => {
    const { measured } = await asking({ query });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
    expect(await server.sql('select name from orders.tocsin')).toEqual([{ name: 'tocsin/identity' }]);
  });

  test('of another environment is told by what the operator wrote into it', async () => {
    await expectShallowUp();
    expect((await asking({ identity: { value: 'staging' } })).judgement.class).toBe('identity.environment_mismatch');
  });

  test.each([
    ['a wrong password', 'mysql://tocsin:wrong@127.0.0.1', 'orders', 'auth.unauthorized'],
    ['no password', 'mysql://tocsin@127.0.0.1', 'orders', 'auth.unauthorized'],
    ['another database', 'mysql://tocsin:correct%20horse@127.0.0.1', 'mysql', 'auth.forbidden'],
  ])('answers %s with its class, while the port is open', async (_rule, url, database, expected) => {
    await expectShallowUp();
    const { judgement } = await asking({ url: `${url}:${server.port}/${database}` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.steps.find((step) => step.outcome === 'fail')?.name).toBe('login');
  });

  test('that takes no writes answers every query and fails the write', async () => {
    await server.sql('set global read_only = on');
    expect((await asking()).judgement.outcome).toBe('pass');
    expect((await asking({ write: true })).judgement.class).toBe('semantic.read_only');
    expect((await asking({ expect: { role: 'primary' } })).judgement.class).toBe('semantic.read_only');
    await server.sql('set global read_only = off');
  });

  test('with too many connections says so', async () => {
    const others = await Promise.all([server.session(), server.session()]);
    await server.sql('set global max_connections = 10');
    const more: Awaited<ReturnType<typeof server.session>>[] = [];
    while (more.length < 9) {
      const next = await server.session().catch(() => undefined);
      if (next === undefined) break;
      more.push(next);
    }
    await expectShallowUp();
    expect((await asking()).judgement.class).toBe('quota.rate_limited');
    await more[0]?.query('set global max_connections = 100');
    await Promise.all([...others, ...more].map((one) => one.end()));
  });

  test('whose table is locked is slow to write only', async () => {
    const other = await server.session();
    await other.query('lock tables orders.tocsin write');
    const { judgement } = await asking({ write: true }, { timeoutMs: 700 });
    await other.end();
    expect(judgement.class).toBe('latency.timeout');
    expect(judgement.steps.find((step) => step.outcome === 'fail')?.name).toBe('write');
  });

  test('that may not be asked for its lag is forbidden to, and one that replicates nothing is not behind', async () => {
    expect((await asking({ expect: { maxLag: '1s' } })).judgement.class).toBe('auth.forbidden');
    await server.sql(`grant replica monitor on *.* to tocsin@'127.0.0.1'`);
    expect((await asking({ expect: { maxLag: '1s' } })).judgement.message).toBeUndefined();
  });

  test('whose replication has stopped is stale', async () => {
    await server.sql(`change master to master_host = '127.0.0.1', master_port = 1, master_user = 'a'`);
    const { judgement } = await asking({ expect: { maxLag: '1s' } });
    expect(judgement.class).toBe('freshness.stale_read');
    await server.sql('reset slave all');
  });

  test('shows its certificate, and is refused for one of another authority', async () => {
    const good = await asking({ tls: { ca: server.ca } });
    expect(good.judgement.message).toBeUndefined();
    expect(good.measured.facts['spki']).toMatch(/^sha256\//);
    const { judgement, measured } = await asking({ tls: { ca: certificateFor({ authority: 'Another CA' }).ca } });
    expect(judgement).toMatchObject({ class: 'tls.untrusted' });
    expect(measured.facts['spki']).toMatch(/^sha256\//);
  });
});

test.skipIf(missing(...MARIADB_PROGRAMS).length > 0)(
  'a MariaDB without TLS is not talked to where TLS is wanted',
  async () => {
    await using server = await startMariadb();
    const fields = { url: `mysql://admin@127.0.0.1:${server.port}`, tls: { ca: certificateFor().ca } };
    expect((await probe(mysql, fields)).judgement.class).toBe('tls.handshake');
    expect((await probe(mysql, { url: fields.url })).judgement.message).toBeUndefined();
  },
);

test('a port that answers something else is no MySQL', async () => {
  await using server = await tcpTarget((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect((await probe(mysql, { url: `mysql://a@${server.at}/b` })).judgement.class).toBe('protocol.malformed');
});
