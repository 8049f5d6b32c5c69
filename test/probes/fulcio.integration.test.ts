import { describe, expect, test } from 'vitest';
import { fulcio } from '../../src/probes/fulcio.ts';
import { http } from '../../src/probes/http.ts';
import { startFulcio, type Fulcio, type FulcioFault } from '../../src/world/fulcio.ts';
import { probe, type ContextWishes } from './run-context.ts';

const issuer = 'https://login.corp.example';
const DAY_MS = 86_400_000;
const start = (): Promise<Fulcio> => startFulcio({ issuers: ['https://other.example', issuer] });

function look(server: Fulcio, fields: object = {}, wishes: ContextWishes = {}) {
  const ctLog = { url: server.ctLog.url, publicKey: server.ctLogPublicKey };
  return probe(fulcio, { url: server.url, spki: server.rootSpki, issuer, ctLog, ...fields }, wishes);
}

/** What a check of an address and a status sees. */
async function shallow(server: Fulcio, path: string) {
  return (await probe(http, { url: `${server.url}${path}` })).judgement.outcome;
}

describe('a Fulcio', () => {
  test('that is well passes every step, and its keys are facts', async () => {
    await using server = await start();
    const { judgement, measured } = await look(server);
    expect(judgement.outcome, judgement.message).toBe('pass');
    expect(judgement.warnings).toEqual([]);
    expect(judgement.steps.map(({ name, kind, outcome }) => `${name} ${kind} ${outcome}`)).toEqual([
      'reach reach pass',
      'health reach pass',
      'trust bundle read pass',
      'issuer read pass',
      'ct log read pass',
    ]);
    expect(measured.facts['authorityKeys']).toEqual([server.rootSpki, server.issuingSpki].sort());
  });

  test('whose log does not answer can issue nothing, while its trust bundle is served (row 27)', async () => {
    await using server = await start();
    server.fault = 'ctlog-down';
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dependency.ctlog' });
    expect(judgement.message).toContain('/ct/v1/get-sth');
    expect(await shallow(server, '/api/v2/trustBundle')).toBe('pass');
  });

  test('whose log refuses connections is the same: what it depends on is down (row 27)', async () => {
    await using server = await start();
    await server.ctLog.vanish();
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dependency.ctlog' });
    expect(judgement.message).toContain('connection refused');
    expect(judgement.steps.at(-1)).toMatchObject({ name: 'ct log', outcome: 'fail' });
  });

  test('of another authority under the same names is not the pinned one (row 28)', async () => {
    await using server = await start();
    server.fault = 'other-ca';
    const { judgement } = await look(server);
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'identity.key_mismatch' });
    expect(judgement.message).toContain(server.rootSpki);
    expect(await shallow(server, '/healthz')).toBe('pass');
    expect(await shallow(server, '/api/v2/trustBundle')).toBe('pass');
  });

  test.each<[FulcioFault, string, 'pass' | 'fail']>([
    ['broken-chain', 'integrity.signature_invalid', 'pass'],
    ['expired-ca', 'tls.expired', 'pass'],
    ['no-issuers', 'semantic.missing', 'pass'],
    ['not-serving', 'semantic.not_ready', 'pass'],
    ['ctlog-other-key', 'identity.key_mismatch', 'pass'],
    ['maintenance', 'protocol.malformed', 'pass'],
    ['5xx', 'http.5xx', 'fail'],
  ])('%s is %s, where a check of status 200 says %s', async (fault, failureClass, shallowOutcome) => {
    await using server = await start();
    server.fault = fault;
    expect((await look(server)).judgement).toMatchObject({ outcome: 'fail', class: failureClass });
    expect(await shallow(server, '/healthz')).toBe(shallowOutcome);
  });

  test('that never answers is too late', async () => {
    await using server = await start();
    server.fault = 'hang';
    expect((await look(server, {}, { timeoutMs: 200 })).judgement.class).toBe('latency.timeout');
  });

  test('is warned of while its certificate ends soon', async () => {
    await using server = await startFulcio({ issuers: [issuer], endsAt: Date.now() + 10.5 * DAY_MS });
    const { judgement } = await look(server);
    expect(judgement.outcome).toBe('pass');
    expect(judgement.warnings).toMatchObject([{ class: 'tls.expiring' }]);
    expect(judgement.warnings[0]?.message).toContain('ends in 10 days');
    expect((await look(server, { minDaysLeft: 10 })).judgement.warnings).toEqual([]);
  });

  test('may be pinned by its issuing key, and by any key of a list while it changes', async () => {
    await using server = await start();
    const next = `sha256/${Buffer.alloc(32).toString('base64')}`;
    expect((await look(server, { spki: server.issuingSpki })).judgement.outcome).toBe('pass');
    expect((await look(server, { spki: [next, server.rootSpki] })).judgement.outcome).toBe('pass');
    expect((await look(server, { spki: next })).judgement.class).toBe('identity.key_mismatch');
  });

  test('must accept every issuer that is ours', async () => {
    await using server = await start();
    expect((await look(server, { issuer: ['https://other.example', issuer] })).judgement.outcome).toBe('pass');
    const { judgement } = await look(server, { issuer: [issuer, 'https://new.example'] });
    expect(judgement).toMatchObject({ class: 'semantic.missing' });
    expect(judgement.message).toContain('expected issuer https://new.example');
  });

  test('at two addresses is asked at both, and one that is down is partial', async () => {
    await using server = await start();
    const url = server.url.replace('127.0.0.1', 'fulcio.test');
    const names = { 'fulcio.test': ['127.0.0.1', '127.0.0.2'] };
    const { judgement } = await look(server, { url }, { names });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.partial' });
    expect((await look(server, { url, addresses: 'one' }, { names })).judgement.outcome).toBe('pass');
  });

  test('whose log the guard forbids is no fault of anybody but the monitor', async () => {
    await using server = await start();
    const guard = (_address: string, port: number) =>
      port === server.ctLog.port ? ({ allowed: false, reason: 'denied' } as const) : ({ allowed: true } as const);
    const { measured } = await look(server, {}, { guard });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
  });
});
