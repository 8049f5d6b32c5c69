import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { redis } from '../../src/probes/redis.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { missing } from '../servers/programs.ts';
import { startRedis, type RedisServer } from '../servers/redis-server.ts';
import { tcpTarget } from '../servers/target-server.ts';
import { probe } from './run-context.ts';

const identity = { key: 'tocsin/identity', value: 'production' };

async function production(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis(settings);
  await server.say('SET tocsin/identity production');
  return server;
}

function look(server: RedisServer, fields: object = {}) {
  return probe(redis, { url: `redis://127.0.0.1:${server.port}`, identity, write: true, ...fields });
}

/** What a check sees that only connects and says PING. */
async function ping(server: RedisServer) {
  const fields = { host: '127.0.0.1', port: server.port, send: 'PING\r\n', expect: { contains: '+PONG' } };
  return (await probe(tcp, fields)).judgement.outcome;
}

/** What a check sees that only connects. */
async function port(server: RedisServer) {
  return (await probe(tcp, { host: '127.0.0.1', port: server.port })).judgement.outcome;
}

describe.skipIf(missing('redis-server').length > 0)('a real Redis', () => {
  test('that is well passes every step, tells its role and version, and keeps no canary', async () => {
    await using server = await production();
    const { judgement, measured } = await look(server);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(judgement.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'reach pass',
      'ping pass',
      'identity pass',
      'role pass',
      'version pass',
      'canary write pass',
      'canary read back pass',
      'canary clean-up pass',
    ]);
    expect(measured.facts).toMatchObject({ role: 'master', addresses: ['127.0.0.1'] });
    expect(measured.facts['version']).toMatch(/^\d+\.\d+/);
    expect(judgement.variables).toMatchObject({ json: { role: 'master', connected_slaves: '0' } });
    expect(await server.say('DBSIZE')).toBe(':1');
  });

  test('is read only where nothing says write', async () => {
    await using server = await production();
    const { judgement } = await look(server, { write: false });
    expect(judgement.outcome).toBe('pass');
    expect(judgement.steps.map(({ kind }) => kind)).not.toContain('write');
    expect(await server.say('DBSIZE')).toBe(':1');
  });

  test('is known by its certificate over TLS', async () => {
    await using server = await production();
    const url = `rediss://127.0.0.1:${server.tlsPort}`;
    const trusted = await look(server, { url, tls: { ca: server.ca } });
    expect(trusted.judgement.outcome, trusted.judgement.message).toBe('pass');
    expect(trusted.measured.facts['spki']).toMatch(/^sha256\//);
    const stranger = await look(server, { url });
    expect(stranger.judgement).toMatchObject({ outcome: 'fail', class: 'tls.untrusted' });
  });

  test('of another environment is found out by the value in it (row 40)', async () => {
    await using server = await startRedis();
    await server.say('SET tocsin/identity staging');
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.environment_mismatch' });
    expect(judgement.message).toContain('expected tocsin/identity to be production, got staging');
    expect(await server.say('DBSIZE')).toBe(':1');
    expect(await ping(server)).toBe('pass');
  });

  test('that was emptied is no longer the one it was', async () => {
    await using server = await startRedis();
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.environment_mismatch' });
    expect(judgement.message).toContain('no such key');
  });

  test('of another database is another environment', async () => {
    await using server = await production();
    const { judgement } = await look(server, { url: `redis://127.0.0.1:${server.port}/1` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.environment_mismatch' });
    const none = await look(server, { url: `redis://127.0.0.1:${server.port}/99` });
    expect(none.judgement).toMatchObject({ outcome: 'fail', class: 'semantic.missing' });
  });

  test('that asks for a password refuses those without the right one (row 42)', async () => {
    await using server = await startRedis(['--requirepass', 'the-right-one']);
    const at = (credentials: string) => look(server, { url: `redis://${credentials}127.0.0.1:${server.port}` });
    const without = await at('');
    expect(without.judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    expect(without.judgement.message).toContain('NOAUTH');
    const wrong = await at(':another-one@');
    expect(wrong.judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    expect(wrong.judgement.message).toContain('WRONGPASS');
    expect(JSON.stringify(wrong)).not.toContain('another-one');
    const right = await at(':the-right-one@');
    expect(right.judgement.class).toBe('identity.environment_mismatch');
    expect(JSON.stringify(right)).not.toContain('the-right-one');
    expect(await port(server)).toBe('pass');
  });

  test('that knows no password refuses the one that is configured', async () => {
    await using server = await production();
    const { judgement } = await look(server, { url: `redis://:secret@127.0.0.1:${server.port}` });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
  });

  test('forbids what its user may not do, and INFO may be among it', async () => {
    await using server = await production();
    await server.say('ACL SETUSER reader on >secret ~tocsin/* +ping +get');
    const url = `redis://reader:secret@127.0.0.1:${server.port}`;
    expect((await look(server, { url, write: false })).judgement.outcome).toBe('pass');
    const { judgement } = await look(server, { url });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'auth.forbidden' });
    expect(judgement.message).toContain('SET tocsin/canary:');
  });

  test('left a replica by a failover is read-only (row 43)', async () => {
    await using server = await production();
    await server.say('REPLICAOF 127.0.0.1 1');
    const { judgement, measured } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.read_only' });
    expect(judgement.message).toContain('READONLY');
    expect(judgement.steps.find(({ outcome }) => outcome === 'fail')?.kind).toBe('write');
    expect(measured.facts['role']).toBe('replica');
    expect(await ping(server)).toBe('pass');
  });

  test('that lost its master is seen by those who only read, and by those who want a master', async () => {
    await using server = await production();
    await server.say('REPLICAOF 127.0.0.1 1');
    const cutOff = await look(server, { write: false });
    expect(cutOff.judgement).toMatchObject({ outcome: 'fail', class: 'freshness.stale_read' });
    const wanted = await look(server, { write: false, role: 'master' });
    expect(wanted.judgement).toMatchObject({ outcome: 'fail', class: 'semantic.read_only' });
  });

  test('whose memory is full takes nothing more (row 44)', async () => {
    await using server = await production();
    await server.say('CONFIG SET maxmemory 1');
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'quota.storage_full' });
    expect(judgement.message).toContain('OOM');
    expect(await ping(server)).toBe('pass');
  });

  test('that loads its data is not ready (row 45)', async () => {
    await using first = await startRedis();
    await first.say('DEBUG POPULATE 5000 key 100');
    await first.say('SAVE');
    const dump = await readFile(join(first.folder, 'dump.rdb'));
    await using server = await startRedis(
      ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'],
      dump,
    );
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.not_ready' });
    expect(judgement.message).toContain('LOADING');
    expect(await port(server)).toBe('pass');
  });

  test('of a cluster without a quorum is not ready (row 45)', async () => {
    await using server = await startRedis(['--cluster-enabled', 'yes', '--tls-port', '0']);
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.not_ready' });
    expect(judgement.message).toContain('CLUSTERDOWN');
    expect(await ping(server)).toBe('pass');
  });

  test('that cannot save refuses writes, which a reader is warned of', async () => {
    await using server = await startRedis(['--save', '3600 1']);
    await server.say('SET tocsin/identity production');
    await rm(server.folder, { recursive: true });
    await server.say('BGSAVE');
    // Saved by a child, which fails in its own time; the test's deadline ends this.
    while ((await server.say('PING')) === '+PONG');
    const writer = await look(server);
    expect(writer.judgement).toMatchObject({ outcome: 'fail', class: 'semantic.write_refused' });
    const reader = await look(server, { write: false });
    expect(reader.judgement).toMatchObject({ outcome: 'pass', warnings: [{ class: 'semantic.write_refused' }] });
  });
});

describe('something else on the port', () => {
  const answering = async (...replies: readonly string[]) => {
    await using server = await tcpTarget((socket) => {
      const left = [...replies];
      socket.on('data', () => void socket.write(left.shift() ?? ''));
    });
    return await probe(redis, { url: `redis://:hidden-word@127.0.0.1:${server.port}`, identity }, { timeoutMs: 400 });
  };

  test.each<[string, readonly string[], string]>([
    ['speaks HTTP', ['HTTP/1.1 400 Bad Request\r\n\r\n'], 'protocol.malformed'],
    ['answers more than was asked', ['+OK\r\n+OK\r\n'], 'protocol.malformed'],
    ['announces more than is read', ['+OK\r\n', '+PONG\r\n', '$999999\r\n'], 'protocol.malformed'],
    ['stops in the middle', ['+OK\r\n', '+PONG\r\n', '$10\r\nprod'], 'latency.timeout'],
    ['greets with another word', ['+OK\r\n', '+HELLO\r\n'], 'protocol.malformed'],
    ['has no code for its error', ['+OK\r\n', '-ERR max number of clients reached\r\n'], 'semantic.not_ready'],
    ['sends its clients elsewhere', ['+OK\r\n', '+PONG\r\n', '-MOVED 1 127.0.0.1:7000\r\n'], 'semantic.unsupported'],
  ])('%s', async (_what, replies, failureClass) => {
    expect((await answering(...replies)).judgement.class).toBe(failureClass);
  });

  test('repeats the password, and nobody reads it', async () => {
    const seen = await answering('+OK\r\n', '-ERR you said AUTH hidden-word\r\n');
    expect(seen.judgement.message).toContain('you said AUTH <secret>');
    expect(JSON.stringify(seen)).not.toContain('hidden-word');
  });

  test('a password that happens to stand in a good answer does not turn it bad', async () => {
    await using server = await tcpTarget((socket) => {
      const left = ['+OK\r\n', '+PONG\r\n', '$10\r\nproduction\r\n', '-NOPERM\r\n', '-NOPERM\r\n'];
      socket.on('data', () => void socket.write(left.shift() ?? ''));
    });
    const { judgement } = await probe(redis, { url: `redis://:duct@127.0.0.1:${server.port}`, identity });
    expect(judgement.outcome, judgement.message).toBe('pass');
  });
});
