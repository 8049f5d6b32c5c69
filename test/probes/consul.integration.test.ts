import { describe, expect, test } from 'vitest';
import { consul } from '../../src/probes/consul.ts';
import { http } from '../../src/probes/http.ts';
import { startConsul, type Consul, type ConsulFault } from '../../src/world/consul.ts';
import { probe } from './run-context.ts';

const identity = { key: 'tocsin/identity', value: 'production' };
const token = 'c3f1-token';
const start = (): Promise<Consul> => startConsul({ token, values: { 'tocsin/identity': 'production' } });

function look(server: Consul, fields: object = {}, wishes: { timeoutMs?: number } = {}) {
  return probe(consul, { url: server.url, token, identity, write: true, ...fields }, wishes);
}

/** What a check of the leader's address sees. */
async function shallow(server: Consul) {
  return (await probe(http, { url: `${server.url}/v1/status/leader` })).judgement.outcome;
}

describe('a Consul', () => {
  test('that is well passes every step, and keeps neither canary nor session', async () => {
    await using server = await start();
    const { judgement } = await look(server);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(judgement.steps.map(({ name, kind, outcome }) => `${name} ${kind} ${outcome}`)).toEqual([
      'reach reach pass',
      'leader reach pass',
      'identity read pass',
      'session write pass',
      'canary write write pass',
      'canary read back write pass',
      'canary clean-up write pass',
    ]);
    expect([server.keys, server.sessions]).toEqual([['tocsin/identity'], 0]);
  });

  test('lets two daemons write at the same time', async () => {
    await using server = await start();
    const seen = await Promise.all([look(server), look(server), look(server)]);
    expect(seen.map(({ judgement }) => judgement.outcome)).toEqual(['pass', 'pass', 'pass']);
  });

  test('that refuses a lock with status 200 fails, and gets its session back (row 49)', async () => {
    await using server = await start();
    server.fault = 'lock-refused';
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'semantic.write_refused' });
    expect(judgement.message).toContain('expected true, got false with status 200');
    expect(server.sessions).toBe(0);
    expect(await shallow(server)).toBe('pass');
  });

  test.each<[ConsulFault, string, 'pass' | 'fail']>([
    ['no-leader', 'semantic.not_ready', 'pass'],
    ['forbidden', 'auth.forbidden', 'pass'],
    ['wrong-environment', 'identity.environment_mismatch', 'pass'],
    ['write-lost', 'semantic.canary_missing', 'pass'],
    ['maintenance', 'protocol.malformed', 'pass'],
    ['5xx', 'http.5xx', 'fail'],
  ])('%s is %s, where a check of status 200 says %s', async (fault, failureClass, shallowOutcome) => {
    await using server = await start();
    server.fault = fault;
    expect((await look(server)).judgement).toMatchObject({ outcome: 'fail', class: failureClass });
    expect(await shallow(server)).toBe(shallowOutcome);
  });

  test('that never answers is too late', async () => {
    await using server = await start();
    server.fault = 'hang';
    expect((await look(server, {}, { timeoutMs: 200 })).judgement.class).toBe('latency.timeout');
  });

  test('does not know another token, which nobody reads in what is kept', async () => {
    await using server = await start();
    const seen = await look(server, { token: 'a-stale-token' });
    expect(seen.judgement).toMatchObject({ outcome: 'fail', class: 'auth.forbidden' });
    expect(JSON.stringify(seen)).not.toContain('a-stale-token');
  });

  test('without the identity is another one', async () => {
    await using server = await startConsul({ token });
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.environment_mismatch' });
    expect(judgement.message).toContain('no such key');
  });
});
