import { describe, expect, test } from 'vitest';
import { etcd } from '../../src/probes/etcd.ts';
import { http } from '../../src/probes/http.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { base64, startEtcd, type EtcdServer } from '../servers/etcd-server.ts';
import { missing } from '../servers/programs.ts';
import { probe, runContext } from './run-context.ts';

const identity = { key: 'tocsin/identity', value: 'production' };

async function production(args: readonly string[] = []): Promise<EtcdServer> {
  const server = await startEtcd(args);
  await server.call('/v3/kv/put', { key: base64(identity.key), value: base64(identity.value) });
  return server;
}

function look(server: EtcdServer, fields: object = {}, wishes: { timeoutMs?: number } = {}) {
  return probe(etcd, { url: server.url, identity, write: true, ...fields }, wishes);
}

/** What a check of `/health` sees. */
async function health(server: EtcdServer) {
  return (await probe(http, { url: `${server.url}/health` })).judgement.outcome;
}

async function keys(server: EtcdServer): Promise<unknown> {
  return (await server.call('/v3/kv/range', { key: base64('t'), range_end: base64('u'), count_only: true }))['count'];
}

describe.skipIf(missing('etcd').length > 0)('a real etcd', { timeout: 20_000 }, () => {
  test('that is well passes every step, tells version and cluster, and keeps no canary', async () => {
    await using server = await production();
    const { judgement, measured } = await look(server);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(judgement.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'reach pass',
      'status pass',
      'identity pass',
      'alarms pass',
      'canary lease pass',
      'canary write pass',
      'canary read back pass',
      'canary clean-up pass',
    ]);
    expect(measured.facts['version']).toMatch(/^3\./);
    expect(measured.facts['clusterId']).toMatch(/^\d+$/);
    expect(await keys(server)).toBe('1');
  });

  test('takes a canary once in a while, and is read each time', async () => {
    await using server = await production();
    const options = etcd.schema.parse({ url: server.url, identity, write: true, writeEvery: '60s' });
    const now = Date.now();
    let memory: unknown = null;
    const runAt = async (startedAt: number) => {
      const context = runContext({ startedAt });
      const measured = await etcd.run(options, { ...context, memory, remember: (left) => void (memory = left) });
      const { outcome, steps } = etcd.judge(measured, options);
      return [outcome, steps.find(({ name }) => name === 'canary write')?.outcome];
    };
    expect(await runAt(now)).toEqual(['pass', 'pass']);
    expect(await runAt(now + 2_000)).toEqual(['pass', 'skipped']);
    expect(await runAt(now + 60_000)).toEqual(['pass', 'pass']);
  });

  test('asks everybody who they are, and health does not know (row 46)', async () => {
    await using server = await production();
    await server.call('/v3/auth/user/add', { name: 'root', password: 'the-right-one' });
    await server.call('/v3/auth/role/add', { name: 'root' });
    await server.call('/v3/auth/user/grant', { user: 'root', role: 'root' });
    await server.call('/v3/auth/enable', {});
    const nobody = await look(server);
    expect(nobody.judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    expect(nobody.judgement.evidence).toMatchObject({ status: 400 });
    const wrong = await look(server, { username: 'root', password: 'another-one' });
    expect(wrong.judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    const right = await look(server, { username: 'root', password: 'the-right-one' });
    expect(right.judgement.outcome, right.judgement.message).toBe('pass');
    expect(JSON.stringify([nobody, wrong, right])).not.toMatch(/another-one|the-right-one|"token\\":\\"[^<]/);
    expect(await health(server)).toBe('pass');
  });

  test('forbids what a user may not do; alarms are for root alone and are then not known', async () => {
    await using server = await production();
    for (const user of ['root', 'reader']) await server.call('/v3/auth/user/add', { name: user, password: 'secret' });
    for (const role of ['root', 'reading']) await server.call('/v3/auth/role/add', { name: role });
    await server.call('/v3/auth/role/grant', {
      name: 'reading',
      perm: { permType: 'READ', key: base64('tocsin/'), range_end: base64('tocsin0') },
    });
    await server.call('/v3/auth/user/grant', { user: 'root', role: 'root' });
    await server.call('/v3/auth/user/grant', { user: 'reader', role: 'reading' });
    await server.call('/v3/auth/enable', {});
    const reader = { username: 'reader', password: 'secret' };
    const reads = await look(server, { ...reader, write: false });
    expect(reads.judgement.outcome, reads.judgement.message).toBe('pass');
    const writes = await look(server, reader);
    expect(writes.judgement).toMatchObject({ outcome: 'fail', class: 'auth.forbidden' });
    expect(writes.judgement.steps.find(({ outcome }) => outcome === 'fail')?.name).toBe('canary write');
  });

  test('without room refuses writes, reads well, and says so to those who only read (row 47)', async () => {
    await using server = await production(['--quota-backend-bytes', '300000']);
    const value = base64('x'.repeat(60_000));
    let answer: Readonly<Record<string, unknown>> = {};
    for (let i = 0; answer['code'] === undefined; i += 1) {
      answer = await server.call('/v3/kv/put', { key: base64(`big-${i}`), value });
    }
    expect(answer['code']).toBe(8);
    const writer = await look(server);
    expect(writer.judgement).toMatchObject({ outcome: 'fail', class: 'quota.storage_full' });
    expect(writer.judgement.steps.find(({ outcome }) => outcome === 'fail')?.kind).toBe('write');
    const reader = await look(server, { write: false });
    expect(reader.judgement).toMatchObject({ outcome: 'pass', warnings: [{ class: 'quota.storage_full' }] });
    expect(await health(server)).toBe('fail');
  });

  test('of another cluster is found out by its value, then by its id (row 48)', async () => {
    await using server = await startEtcd();
    const empty = await look(server);
    expect(empty.judgement).toMatchObject({ outcome: 'fail', class: 'identity.cluster_mismatch' });
    await server.call('/v3/kv/put', { key: base64(identity.key), value: base64('staging') });
    const staging = await look(server);
    expect(staging.judgement).toMatchObject({ outcome: 'fail', class: 'identity.cluster_mismatch' });
    expect(staging.judgement.message).toContain('got staging');
    const id = String(staging.measured.facts['clusterId']);
    const byId = (clusterId: string) => look(server, { identity: undefined, clusterId });
    expect((await byId(id)).judgement.outcome).toBe('pass');
    expect((await byId('1')).judgement).toMatchObject({ outcome: 'fail', class: 'identity.cluster_mismatch' });
    expect(await health(server)).toBe('pass');
  });

  test('that hangs is too late, and its port is open (row 52)', async () => {
    await using server = await production();
    server.freeze();
    const { judgement } = await look(server, {}, { timeoutMs: 300 });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'latency.timeout' });
    expect((await probe(tcp, { host: '127.0.0.1', port: server.port })).judgement.outcome).toBe('pass');
    server.thaw();
  });
});
