import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgres } from '../../src/probes/postgres.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { certificateFor } from '../servers/certificates.ts';
import { POSTGRES_PROGRAMS, startPostgres, type Postgres } from '../servers/postgres.ts';
import { missing } from '../servers/programs.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { probe, type ContextWishes } from './run-context.ts';

const OPERATOR = [
  `create table tocsin (name text primary key, value text not null, written_at timestamptz not null default now())`,
  `insert into tocsin values ('tocsin/identity', 'production')`,
  `create table orders (id bigint primary key, paid boolean, amount numeric)`,
  `insert into orders values (1, true, 9.5), (2, false, 12345678901234567890)`,
  `create role tocsin login password 'correct horse'`,
  `grant select, insert, delete on tocsin to tocsin`,
  `grant select on orders to tocsin`,
  `create table secret_orders (id int)`,
];

describe.skipIf(missing(...POSTGRES_PROGRAMS).length > 0)('a real PostgreSQL', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
    await server.sql(...OPERATOR);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const fields = (more: object = {}, at: { readonly port: number } = server) => ({
    url: `postgres://tocsin:correct%20horse@127.0.0.1:${at.port}/postgres`,
    ...more,
  });
  const asking = (more: object = {}, wishes: ContextWishes = {}) => probe(postgres, fields(more), wishes);
  const expectShallowUp = async (at: { readonly port: number } = server) =>
    expect((await probe(tcp, { host: '127.0.0.1', port: at.port })).judgement.outcome).toBe('pass');

  test('that works passes every step, and leaves nothing behind', async () => {
    const { judgement, measured } = await asking({ identity: { value: 'production' }, write: true });
    expect([judgement.message, ...judgement.steps.map((step) => `${step.name} ${step.outcome}`)]).toEqual([
      undefined,
      ...['reach', 'login', 'identity', 'standing', 'query', 'write', 'read-back', 'clean-up'].map(
        (one) => `${one} pass`,
      ),
    ]);
    expect(measured.facts).toMatchObject({ addresses: ['127.0.0.1'], role: 'primary' });
    expect(measured.facts['version']).toMatch(/^\d+\.\d+/);
    expect(await server.sql(`select name from tocsin where name like 'tocsin/canary:%'`)).toEqual([]);
  });

  test('is shallow where nothing is read that anybody wrote', () => {
    const deep = (more: object) => postgres.deep(postgres.schema.parse(fields(more, { port: 1 })));
    expect([deep({}), deep({ write: true }), deep({ query: 'select count(*) from orders' })]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test.each<[string, string, object, string | undefined]>([
    ['a value that is right', 'select count(*) from orders', { value: 2 }, undefined],
    ['a truth', 'select paid from orders where id = 1', { value: true }, undefined],
    [
      'a number with all its digits',
      'select amount from orders where id = 2',
      { value: '12345678901234567890' },
      undefined,
    ],
    ['as many rows as expected', 'select id from orders', { rows: 2 }, undefined],
    ['nothing, where nothing is expected', 'select id from orders where id = 3', { rows: 0 }, undefined],
    ['a value that is wrong', 'select count(*) from orders', { value: 3 }, 'semantic.wrong_value'],
    ['too few rows', 'select id from orders', { rows: 3 }, 'semantic.wrong_value'],
    ['no row where a value is expected', 'select id from orders where id = 3', { value: 3 }, 'semantic.missing'],
    ['no rows where some are expected', 'select id from orders where id = 3', { rows: 1 }, 'semantic.missing'],
    ['a table that is gone', 'select 1 from gone', {}, 'semantic.missing'],
    ['a table that is forbidden', 'select 1 from secret_orders', {}, 'auth.forbidden'],
    ['an answer without end', `select repeat('x', 10000) from generate_series(1, 1000)`, {}, 'protocol.too_large'],
    ['a query that fails', 'select 1 / (id - 1) from orders', {}, 'semantic.read_path_broken'],
  ])('answers a query: %s', async (_rule, query, expectation, expected) => {
    const { judgement, measured } = await asking({ query, expect: expectation });
    expect(judgement.class, judgement.message).toBe(expected);
    expect(measured.ownFault).toBeUndefined();
  });

  test.each([
    ['no SQL', 'selec 1'],
    ['that would write', `insert into tocsin values ('a', 'b')`],
    ['that would end its transaction first', 'commit; delete from tocsin'],
  ])('is not asked a query %s: that is our mistake', async (_rule, query) => {
    const { measured } = await asking({ query });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
    expect(await server.sql('select name from tocsin')).toEqual([{ name: 'tocsin/identity' }]);
  });

  test('of another environment is told by what the operator wrote into it', async () => {
    await expectShallowUp();
    const { judgement } = await asking({ identity: { value: 'staging' } });
    expect(judgement).toMatchObject({ class: 'identity.environment_mismatch' });
    expect((await asking({ identity: { key: 'other', value: 'x' } })).judgement.class).toBe('semantic.missing');
  });

  test.each([
    ['a wrong password', 'postgres://tocsin:wrong@127.0.0.1', 'auth.unauthorized'],
    ['no password', 'postgres://tocsin@127.0.0.1', 'auth.unauthorized'],
    ['a user that is gone', 'postgres://gone:wrong@127.0.0.1', 'auth.unauthorized'],
  ])('answers %s with its class, while the port is open', async (_rule, url, expected) => {
    await expectShallowUp();
    const { judgement, measured } = await asking({ url: `${url}:${server.port}/postgres` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: expected });
    expect(judgement.steps.find((step) => step.outcome === 'fail')?.name).toBe('login');
    expect(JSON.stringify([judgement, measured])).not.toContain('wrong@');
  });

  test('without the database is missing something', async () => {
    const { judgement } = await asking({ url: `postgres://tocsin:correct%20horse@127.0.0.1:${server.port}/gone` });
    expect(judgement.class).toBe('semantic.missing');
  });

  test('with too many connections says so', async () => {
    await server.sql('alter role tocsin connection limit 0');
    await expectShallowUp();
    expect((await asking()).judgement.class).toBe('quota.rate_limited');
    await server.sql('alter role tocsin connection limit -1');
  });

  test('that takes no writes answers every query and fails the write', async () => {
    await server.sql('alter role tocsin set default_transaction_read_only = on');
    expect((await asking()).judgement.outcome).toBe('pass');
    expect((await asking({ write: true })).judgement).toMatchObject({ class: 'semantic.read_only' });
    expect((await asking({ expect: { role: 'primary' } })).judgement).toMatchObject({ class: 'semantic.read_only' });
    await server.sql('alter role tocsin reset default_transaction_read_only');
  });

  test('whose table is locked is slow to write only', async () => {
    const other = await server.session();
    await other.query('begin; lock table tocsin in exclusive mode');
    const { judgement } = await asking({ write: true }, { timeoutMs: 700 });
    await other.end();
    expect(judgement.class).toBe('latency.timeout');
    expect(judgement.steps.find((step) => step.outcome === 'fail')?.name).toBe('write');
  });

  test('without the right to write is forbidden to', async () => {
    await server.sql('revoke insert on tocsin from tocsin');
    expect((await asking({ write: true })).judgement.class).toBe('auth.forbidden');
    await server.sql('grant insert on tocsin to tocsin');
  });

  test('takes canaries of several daemons at once, and loses leftovers of an hour ago', async () => {
    await server.sql(`insert into tocsin values ('tocsin/canary:left', 'x', now() - interval '2 hours')`);
    const runs = await Promise.all([1, 2, 3].map(() => asking({ write: true })));
    expect(runs.map((one) => one.judgement.message)).toEqual([undefined, undefined, undefined]);
    expect(await server.sql('select name from tocsin')).toEqual([{ name: 'tocsin/identity' }]);
  });

  test('shows its certificate, and is refused for one of another authority', async () => {
    const good = await asking({ tls: { ca: server.ca } });
    expect(good.judgement.message).toBeUndefined();
    expect(good.measured.facts['spki']).toMatch(/^sha256\//);
    const { judgement } = await asking({ tls: { ca: certificateFor({ authority: 'Another CA' }).ca } });
    expect(judgement).toMatchObject({ class: 'tls.untrusted' });
    expect((await asking({ tls: { ca: server.ca, servername: 'other.test' } })).judgement.class).toBe(
      'tls.name_mismatch',
    );
  });

  test('that offers no TLS is not talked to in the clear where TLS is wanted', async () => {
    await server.sql('alter system set ssl = off', 'select pg_reload_conf()');
    const { judgement } = await untilDifferent(() => asking({ tls: { ca: server.ca } }), 'pass');
    expect(judgement.class).toBe('tls.handshake');
    await server.sql('alter system reset ssl', 'select pg_reload_conf()');
  });

  test('has a standby that reads, does not write, and knows how far it is behind', async () => {
    await using standby = await server.standby();
    const at = (more: object) => probe(postgres, fields(more, standby));
    const good = await at({ expect: { role: 'replica', maxLag: '1h', value: 1 } });
    expect(good.judgement.message).toBeUndefined();
    expect(good.measured.facts['role']).toBe('replica');
    expect((await at({ write: true })).judgement.class).toBe('semantic.read_only');
    expect((await at({ expect: { role: 'primary' } })).judgement.class).toBe('semantic.read_only');
    // Before its first transaction a standby does not know its age.
    await server.sql('create table earlier (id int)');
    while ((await standby.sql('select pg_last_xact_replay_timestamp() as at'))[0]?.['at'] === null);
    await standby.sql('select pg_wal_replay_pause()');
    await server.sql('create table later (id int)');
    const late = await untilDifferent(() => at({ expect: { maxLag: '1ms' } }), 'pass');
    expect(late.judgement.class).toBe('freshness.stale_read');
    expect(late.judgement.message).toMatch(/at most 1 ms behind, got \d+ ms$/);
  });

  test('whose only synchronous standby is gone answers everything and commits nothing', async () => {
    await server.sql(`alter system set synchronous_standby_names = 'gone'`, 'select pg_reload_conf()');
    expect((await asking()).judgement.outcome).toBe('pass');
    const { judgement } = await untilDifferent(() => asking({ write: true }, { timeoutMs: 700 }), 'pass');
    expect(judgement.class).toBe('latency.timeout');
    await server.sql(
      'set synchronous_commit = off',
      'alter system reset synchronous_standby_names',
      'select pg_reload_conf()',
    );
  });

  test('that is shutting down is not ready', async () => {
    const last = await server.session();
    server.closeDoors();
    const { judgement } = await untilDifferent(() => asking(), 'pass');
    expect(judgement.class).toBe('semantic.not_ready');
    await last.end();
  });
});

test('a port that answers something else is no PostgreSQL', async () => {
  await using server = await tcpTarget((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const { judgement } = await probe(postgres, { url: `postgres://a@${server.at}/b` });
  expect(judgement.class).toBe('protocol.malformed');
});

describe('a URL', () => {
  test.each([
    ['of another product', 'mysql://a@b/c'],
    ['without a user', 'postgres://host/db'],
    ['with parameters that we do not heed', 'postgres://a@b/c?options=x'],
    ['that asks for TLS perhaps', 'postgres://a@b/c?sslmode=prefer'],
    ['that is none', 'db.example'],
  ])('%s is refused, without showing it', (_rule, url) => {
    const parsed = postgres.schema.safeParse({ url: url.replace('a@', 'a:hunter2@') });
    expect(parsed.error?.issues.map((issue) => issue.path)).toEqual([['url']]);
    expect(parsed.error?.message).not.toContain('hunter2');
  });

  test('cannot say to do without the TLS that is configured', () => {
    expect(postgres.schema.safeParse({ url: 'postgres://a@b/c?sslmode=disable', tls: {} }).success).toBe(false);
  });
});

/** Runs until the outcome is another one: a server takes up its new settings in its own time. */
async function untilDifferent<T extends { readonly judgement: { readonly outcome: string } }>(
  run: () => Promise<T>,
  outcome: string,
): Promise<T> {
  for (;;) {
    const result = await run();
    if (result.judgement.outcome !== outcome) return result;
  }
}
