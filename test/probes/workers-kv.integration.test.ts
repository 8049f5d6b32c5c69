import { describe, expect, test } from 'vitest';
import type { Judgement } from '../../src/model/run.ts';
import { http } from '../../src/probes/http.ts';
import { tcp } from '../../src/probes/tcp.ts';
import { workersKv } from '../../src/probes/workers-kv.ts';
import { startStore, type KeyValueStore, type StoreFault } from '../../src/world/key-value-store.ts';
import { httpTarget } from '../servers/target-server.ts';
import { probe, runContext } from './run-context.ts';

const token = 'kv-token-1234';
const identity = { key: 'tocsin/identity', value: 'production' };

function fieldsFor(store: KeyValueStore, more: object = {}) {
  const baseUrl = `${store.url}/client/v4`;
  return { baseUrl, account: 'world', namespace: 'policies', token, identity, write: true, ...more };
}

function look(store: KeyValueStore, more: object = {}, wishes: { timeoutMs?: number } = {}) {
  return probe(workersKv, fieldsFor(store, more), wishes);
}

/** A store and a daemon that probes it, both by a clock of the test's. */
async function watched(more: object = {}) {
  let now = 1_800_000_000_000;
  const store = await startStore({ token, now: () => now });
  const options = workersKv.schema.parse(fieldsFor(store, more));
  let memory: unknown = null;
  let restUntil = 0;
  return {
    store,
    canaries: () => store.keys.filter((key) => key.startsWith('tocsin/canary:')),
    /** One run so much later; like the daemon, it keeps what a passing run leaves. */
    async runAfter(ms: number): Promise<Judgement & { readonly wrote: boolean }> {
      now += ms;
      let left: unknown;
      const context = {
        ...runContext({ startedAt: now }),
        memory,
        remember: (given: unknown) => void (left = given),
        restUntil,
        rest: (untilMs: number) => void (restUntil = untilMs),
      };
      const judgement = workersKv.judge(await workersKv.run(options, context), options);
      if (judgement.outcome === 'pass' && left !== undefined) memory = left;
      const wrote = judgement.steps.find(({ name }) => name === 'canary write')?.outcome === 'pass';
      return { ...judgement, wrote };
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

describe('a namespace of Workers KV', () => {
  test('that is well passes every step of a first run', async () => {
    await using store = await startStore({ token });
    const { judgement } = await look(store, { title: 'production' });
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(judgement.steps.map(({ name, kind, outcome }) => `${name} ${kind} ${outcome}`)).toEqual([
      'reach reach pass',
      'namespace reach pass',
      'identity read pass',
      'canary read skipped',
      'canary write write pass',
      'canary read back write pass',
    ]);
    expect(judgement.variables).toMatchObject({ json: { result: { title: 'production' } } });
  });

  test('is read only where nothing says write', async () => {
    await using store = await startStore({ token });
    expect((await look(store, { write: false })).judgement.outcome).toBe('pass');
    expect(store.keys).toEqual(['tocsin/identity']);
  });

  test.each<[row: string, fault: StoreFault, failureClass: string, shallow: 'pass' | 'fail']>([
    ['row 39', 'unauthorized', 'auth.unauthorized', 'fail'],
    ['row 40', 'wrong-environment', 'identity.environment_mismatch', 'pass'],
    ['row 41', 'empty', 'semantic.wrong_value', 'pass'],
    ['row 40', 'wrong-value', 'identity.environment_mismatch', 'pass'],
    ['row 10', 'maintenance', 'protocol.malformed', 'pass'],
    ['row 12', '5xx', 'http.5xx', 'fail'],
    ['row 50', 'rate-limited', 'quota.rate_limited', 'fail'],
    ['no right to the account', 'forbidden', 'auth.forbidden', 'fail'],
    ['no right to the values', 'no-values', 'auth.forbidden', 'fail'],
    ['row 41', 'write-lost', 'semantic.canary_missing', 'pass'],
  ])('%s: %s is %s, where a check of status 200 says %s', async (_row, fault, failureClass, shallow) => {
    await using store = await startStore({ token });
    store.fault = fault;
    const { judgement } = await look(store);
    expect(judgement).toMatchObject({ outcome: 'fail', class: failureClass });
    const url = `${store.url}${store.valuePath('tocsin/identity')}`;
    expect((await probe(http, { url, auth: { bearer: token } })).judgement.outcome).toBe(shallow);
    const port = await probe(tcp, { host: '127.0.0.1', port: store.server.port });
    expect(port.judgement.outcome).toBe('pass');
  });

  test('row 39: that a token verifies says nothing of the values', async () => {
    await using store = await startStore({ token });
    store.fault = 'no-values';
    const url = `${store.url}/client/v4/user/tokens/verify`;
    const verify = await probe(http, { url, auth: { bearer: token }, expect: { contains: 'active' } });
    expect(verify.judgement.outcome).toBe('pass');
    expect((await look(store)).judgement.class).toBe('auth.forbidden');
  });

  test('row 50: tells when to come back, and waits for it where the run has that long', async () => {
    await using store = await startStore({ token });
    store.fault = 'rate-limited';
    const { judgement } = await look(store);
    expect(judgement.message).toContain('to be tried again after 30');
    let asked = 0;
    await using busy = await httpTarget((_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { 'retry-after': '0' }).end('{}');
      else response.end(JSON.stringify({ success: true, result: { id: 'n', title: 'staging' } }));
    });
    const options = { baseUrl: `http://${busy.at}`, account: 'a', namespace: 'n', token, title: 'production' };
    expect((await probe(workersKv, options)).judgement.class).toBe('identity.environment_mismatch');
  });

  test('row 50: that was over its limit is left in peace for as long as it asked, by later runs too', async () => {
    await using world = await watched();
    world.store.fault = 'rate-limited';
    expect((await world.runAfter(0)).message).toContain('answered 429');
    const { asked } = world.store;
    const resting = await world.runAfter(10_000);
    expect(resting).toMatchObject({ outcome: 'fail', class: 'quota.rate_limited' });
    expect(resting.message).toMatch(/not asked before \S+Z as it wished: answered 429, to be tried again after \d+$/);
    expect(world.store.asked, 'requests while resting').toBe(asked);
    world.store.fault = null;
    expect((await world.runAfter(21_000)).outcome).toBe('pass');
    expect(world.store.asked).toBeGreaterThan(asked);
  });

  test('does not know another token, which nobody reads in what is kept', async () => {
    await using target = await httpTarget((request, response) => {
      response.statusCode = 401;
      response.end(
        JSON.stringify({ success: false, errors: [{ code: 10_000, message: request.headers.authorization }] }),
      );
    });
    const options = { baseUrl: `http://${target.at}`, account: 'a', namespace: 'n', token };
    const seen = await probe(workersKv, options);
    expect(seen.judgement).toMatchObject({ outcome: 'fail', class: 'auth.unauthorized' });
    expect(seen.judgement.message).toContain('Bearer <secret>');
    expect(JSON.stringify(seen)).not.toContain(token);
  });

  test('that never answers is too late', async () => {
    await using store = await startStore({ token });
    store.fault = 'hang';
    expect((await look(store, {}, { timeoutMs: 200 })).judgement.class).toBe('latency.timeout');
  });
});

describe('the canary', () => {
  test('is written by the first run, then every five minutes, and read each time', async () => {
    await using daemon = await watched();
    const written: boolean[] = [];
    const read: (string | undefined)[] = [];
    for (const ms of [0, 2_000, 2_000, 295_000, 2_000, 2_000]) {
      const { outcome, message, wrote, steps } = await daemon.runAfter(ms);
      expect(outcome, message).toBe('pass');
      written.push(wrote);
      read.push(steps.find(({ name }) => name === 'canary')?.outcome);
    }
    expect(written).toEqual([true, false, false, false, true, false]);
    expect(read).toEqual(['skipped', 'pass', 'pass', 'pass', 'pass', 'pass']);
    expect(daemon.canaries()).toHaveLength(1);
  });

  test('keeps to one write a second and key when runs follow each other sooner', async () => {
    await using daemon = await watched({ writeEvery: '1s' });
    for (const ms of [0, 500, 500, 500, 500]) expect((await daemon.runAfter(ms)).outcome).toBe('pass');
  });

  test('that a failed run wrote a moment ago is not written again at once', async () => {
    await using daemon = await watched({ identity: undefined });
    await daemon.runAfter(0);
    daemon.store.fault = 'wrong-value';
    expect(await daemon.runAfter(300_000)).toMatchObject({ outcome: 'fail', class: 'semantic.wrong_value' });
    daemon.store.fault = null;
    expect(await daemon.runAfter(500)).toMatchObject({ outcome: 'pass', wrote: false });
    expect(await daemon.runAfter(600)).toMatchObject({ outcome: 'pass', wrote: true });
  });

  test('of two daemons is two canaries', async () => {
    await using store = await startStore({ token });
    const seen = await Promise.all([look(store), look(store)]);
    expect(seen.map(({ judgement }) => judgement.outcome)).toEqual(['pass', 'pass']);
    expect(store.keys.filter((key) => key.startsWith('tocsin/canary:'))).toHaveLength(2);
  });

  test('may be read as it was before for two minutes, and then no more', async () => {
    await using daemon = await watched();
    expect((await daemon.runAfter(0)).outcome).toBe('pass');
    daemon.store.fault = 'write-lost';
    expect(await daemon.runAfter(300_000)).toMatchObject({ outcome: 'pass', wrote: true });
    expect(await daemon.runAfter(60_000)).toMatchObject({ outcome: 'pass', wrote: false });
    expect(await daemon.runAfter(61_000)).toMatchObject({ outcome: 'fail', class: 'freshness.stale_read' });
    daemon.store.fault = null;
    expect(await daemon.runAfter(5_000)).toMatchObject({ outcome: 'pass', wrote: true });
    expect(await daemon.runAfter(5_000)).toMatchObject({ outcome: 'pass', wrote: false });
  });

  test('that was lost is written again, and that must last', async () => {
    await using daemon = await watched();
    await daemon.runAfter(0);
    const lost = daemon.canaries()[0] ?? '';
    await fetch(`${daemon.store.url}${daemon.store.valuePath(lost)}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
    });
    daemon.store.fault = 'write-lost';
    expect(await daemon.runAfter(10_000)).toMatchObject({ outcome: 'fail', class: 'semantic.canary_missing' });
    daemon.store.fault = null;
    expect(await daemon.runAfter(10_000)).toMatchObject({ outcome: 'pass', wrote: true });
  });

  test('row 41: that is read as something else is a wrong value', async () => {
    await using daemon = await watched({ identity: undefined });
    await daemon.runAfter(0);
    daemon.store.fault = 'wrong-value';
    expect(await daemon.runAfter(10_000)).toMatchObject({ outcome: 'fail', class: 'semantic.wrong_value' });
  });

  test('of a daemon that was away for long is another key, because the old one has ended', async () => {
    await using daemon = await watched();
    await daemon.runAfter(0);
    const before = daemon.canaries();
    expect(await daemon.runAfter(3_600_000)).toMatchObject({ outcome: 'pass', wrote: true });
    expect(daemon.canaries()).not.toEqual(before);
  });

  test('is ended by the store when nobody writes it any more', async () => {
    await using daemon = await watched();
    await daemon.runAfter(0);
    await daemon.runAfter(3_600_000);
    for (const key of daemon.canaries()) {
      const headers = { authorization: `Bearer ${token}`, connection: 'close' };
      await (await fetch(`${daemon.store.url}${daemon.store.valuePath(key)}`, { headers })).text();
    }
    expect(daemon.canaries()).toHaveLength(1);
  });
});
