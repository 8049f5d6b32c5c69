import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry, LogInfo } from '../../src/probes/rekor/reply.ts';
import { newKeyPair } from '../../src/world/key-pair.ts';
import { startRekor, type MiniRekor, type RekorFault } from '../../src/world/rekor.ts';
import { startTamperingFront, withJson, type Tamper } from '../servers/tampering-front.ts';
import { named, optionsFor, outcomes, probeRekor } from './rekor/probe-rekor.ts';

const keys = newKeyPair();
let log: MiniRekor;

beforeAll(async () => {
  log = await startRekor({ keys });
});

beforeEach(() => {
  log.fault = null;
});

afterAll(() => log.close());

/** What a passing run of the healthy log leaves. */
async function memoryOf(target: MiniRekor = log): Promise<unknown> {
  const { judgement, memory } = await probeRekor(optionsFor(target));
  expect(judgement.outcome).toBe('pass');
  return memory;
}

describe('a healthy log', () => {
  it('passes every step, shows who it is, and is remembered', async () => {
    const { judgement, measured, memory } = await probeRekor(optionsFor(log));
    expect(judgement).toMatchObject({ outcome: 'pass', warnings: [] });
    expect(outcomes(judgement)).toEqual([
      'ping: pass',
      'log info: pass',
      'checkpoint signature: pass',
      'identity: pass',
      'consistency: pass',
      'canary entry: pass',
    ]);
    expect(judgement.variables).toMatchObject({ status: 200, json: { treeID: log.treeId, treeSize: log.size } });
    expect(measured.address).toBe('127.0.0.1');
    expect(measured.phases).toMatchObject({
      dns: expect.any(Number),
      connect: expect.any(Number),
      firstByte: expect.any(Number),
    });
    expect(measured.facts).toEqual({
      addresses: ['127.0.0.1'],
      logKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      treeId: log.treeId,
    });
    expect(memory).toMatchObject({ treeId: log.treeId, size: String(log.size), addresses: ['127.0.0.1'] });
  });

  it('that grew proves that it only grew, and the larger tree is remembered', async () => {
    const memory = await memoryOf();
    await log.append('growth 1');
    await log.append('growth 2');
    await using front = await startTamperingFront(log.url);
    const grown = await probeRekor(optionsFor(log, front.url), { memory });
    expect(grown.judgement.outcome).toBe('pass');
    expect(grown.memory).toMatchObject({ size: String(log.size) });
    expect(front.requests.find((url) => url.startsWith('/api/v1/log/proof'))).toMatch(
      new RegExp(`firstSize=${log.size - 2}&lastSize=${log.size}&treeID=${log.treeId}$`),
    );
  });

  it('that did not grow needs no proof, and passes again', async () => {
    const again = await probeRekor(optionsFor(log), { memory: await memoryOf() });
    expect(again.judgement.outcome).toBe('pass');
    expect(again.measured.visits[0]?.proof).toBeUndefined();
  });

  it('is judged without a canary where none is configured', async () => {
    const { judgement } = await probeRekor({ ...optionsFor(log), entry: undefined });
    expect(judgement.outcome).toBe('pass');
    expect(outcomes(judgement)).not.toContain('canary entry: pass');
    expect(outcomes(judgement)).toHaveLength(5);
  });

  it('may call itself what it likes, unless its origin is pinned', async () => {
    const pinned = (origin: string) => probeRekor({ ...optionsFor(log), origin });
    expect((await pinned(log.origin)).judgement.outcome).toBe('pass');
    expect((await pinned('rekor.corp.test')).judgement.outcome).toBe('pass');
    expect((await pinned('another.corp.test')).judgement).toMatchObject({
      outcome: 'fail',
      class: 'identity.tree_mismatch',
    });
  });

  it('passes by any pinned key whose time it is, and fails by none', async () => {
    await using other = await startRekor();
    const keys = (from: string, until: string) => ({
      ...optionsFor(log),
      publicKey: [other.publicKeyPem, { value: log.publicKeyPem, from, until }],
    });
    const startedAt = Date.parse('2026-06-01');
    expect((await probeRekor(keys('2026-05-01', '2026-07-01'), { startedAt })).judgement.outcome).toBe('pass');
    expect((await probeRekor(keys('2026-06-02', '2026-07-01'), { startedAt })).judgement.class).toBe(
      'identity.key_mismatch',
    );
  });

  it('forgets what an earlier run left in a form that it does not know', async () => {
    for (const memory of [42, 'x', {}, { treeId: log.treeId, size: '-1', root: '', addresses: [] }])
      expect((await probeRekor(optionsFor(log), { memory })).judgement.outcome).toBe('pass');
  });
});

describe('a log that is not what it was', () => {
  const table: readonly [fault: RekorFault, failureClass: string, step: string][] = [
    ['ok-to-everything', 'protocol.malformed', 'ping'],
    ['maintenance-page', 'protocol.malformed', 'ping'],
    ['unauthorized', 'auth.unauthorized', 'ping'],
    ['5xx', 'http.5xx', 'ping'],
    ['unsupported', 'semantic.unsupported', 'log info'],
    ['other-key', 'identity.key_mismatch', 'checkpoint signature'],
    ['bad-signature', 'integrity.signature_invalid', 'checkpoint signature'],
    ['other-tree', 'identity.tree_mismatch', 'identity'],
    ['rotated', 'identity.tree_mismatch', 'identity'],
    ['rollback', 'integrity.rollback', 'consistency'],
    ['fork', 'integrity.consistency_invalid', 'consistency'],
    ['entry-missing', 'semantic.canary_missing', 'canary entry'],
    ['bad-proof', 'integrity.inclusion_invalid', 'canary entry'],
    ['bad-set', 'integrity.signature_invalid', 'canary entry'],
  ];

  it.each(table)('fails under %s as %s, at %s, and leaves no memory', async (fault, failureClass, step) => {
    const before = await memoryOf();
    log.fault = fault;
    const { judgement, memory } = await probeRekor(optionsFor(log), { memory: before });
    expect(judgement).toMatchObject({ outcome: 'fail', class: failureClass, evidence: { step } });
    expect(judgement.steps.find((s) => s.outcome === 'fail')).toMatchObject({ name: step });
    const at = judgement.steps.findIndex((s) => s.outcome === 'fail');
    expect(judgement.steps.slice(0, at).every((s) => s.outcome === 'pass')).toBe(true);
    expect(judgement.steps.slice(at + 1).every((s) => s.outcome === 'skipped')).toBe(true);
    expect(memory).toBeUndefined();
  });

  it('by another key shows both keys', async () => {
    const { measured } = await probeRekor(optionsFor(log));
    const pinned = String(measured.facts['logKey']).slice(0, 8);
    log.fault = 'other-key';
    const { judgement } = await probeRekor(optionsFor(log));
    const step = judgement.steps.find((s) => s.outcome === 'fail');
    expect(step?.expected).toContain(pinned);
    expect(step?.got).toMatch(/key hint [0-9a-f]{8} \(rekor\.corp\.test\)/);
    expect(step?.got).not.toContain(pinned);
    expect(judgement.message).toContain(pinned);
  });

  it('with a false proof of growth fails as integrity.consistency_invalid', async () => {
    const memory = await memoryOf();
    await log.append('growth under a false proof');
    log.fault = 'bad-proof';
    expect((await probeRekor(optionsFor(log), { memory })).judgement).toMatchObject({
      class: 'integrity.consistency_invalid',
      evidence: { step: 'consistency' },
    });
  });

  it('that never answers fails as latency.timeout', async () => {
    log.fault = 'hang';
    expect((await probeRekor(optionsFor(log), { timeoutMs: 200 })).judgement.class).toBe('latency.timeout');
  });

  it('that is not there fails as connect.refused, and a name that is not as dns.nxdomain', async () => {
    const gone = await startRekor();
    await gone.close();
    expect((await probeRekor(optionsFor(log, gone.url))).judgement.class).toBe('connect.refused');
    const { judgement } = await probeRekor(optionsFor(log, named(log.url)));
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dns.nxdomain' });
    expect(outcomes(judgement).slice(0, 2)).toEqual(['ping: fail', 'log info: skipped']);
  });

  it('is still called a rollback where there is no time to read it often', async () => {
    const memory = await memoryOf();
    log.fault = 'rollback';
    const { judgement, measured } = await probeRekor(optionsFor(log), { memory, timeoutMs: 400 });
    expect(judgement.class).toBe('integrity.rollback');
    expect(measured.visits[0]?.logRereads).toBeLessThan(3);
  });

  it('row 26: went on under another planned tree: passes with a warning, and the new tree is remembered', async () => {
    const memory = await memoryOf();
    log.fault = 'rotated';
    const raw = { ...optionsFor(log), treeIds: [log.treeId, { value: log.rotatedTreeId, from: '2020-01-01' }] };
    const rotated = await probeRekor(raw, { memory });
    expect(rotated.judgement).toMatchObject({ outcome: 'pass', warnings: [{ class: 'info.rotation' }] });
    expect(rotated.memory).toMatchObject({ treeId: log.rotatedTreeId, size: '1' });
    const after = await probeRekor(raw, { memory: rotated.memory });
    expect(after.judgement).toMatchObject({ outcome: 'pass', warnings: [] });
  });

  it('without configured trees must stay the tree that it was', async () => {
    const raw = { ...optionsFor(log), treeIds: undefined };
    const first = await probeRekor(raw);
    expect(first.judgement.outcome).toBe('pass');
    log.fault = 'rotated';
    expect((await probeRekor(raw, { memory: first.memory })).judgement.class).toBe('identity.tree_mismatch');
  });
});

describe('an answer changed on its way', () => {
  const at =
    (path: string, tamper: Tamper): Tamper =>
    (answer, request) =>
      request.path === path ? tamper(answer, request) : answer;

  async function classUnder(tamper: Tamper, memory?: unknown): Promise<string | undefined> {
    await using front = await startTamperingFront(log.url, tamper);
    return (await probeRekor(optionsFor(log, front.url), { memory })).judgement.class;
  }

  it.each<[what: string, failureClass: string, tamper: Tamper]>([
    [
      'a redirect to a login page',
      'protocol.unexpected_redirect',
      at('/ping', (a) => ({ ...a, status: 302, headers: { location: 'https://sso.test/login' } })),
    ],
    [
      'a redirect of the log alone',
      'protocol.unexpected_redirect',
      at('/api/v1/log', (a) => ({ ...a, status: 301, headers: { location: '/elsewhere' } })),
    ],
    [
      'a page that is longer than any answer',
      'protocol.malformed',
      (a) => ({ ...a, headers: { 'content-type': 'text/html' }, body: Buffer.alloc(100_000, 'x') }),
    ],
    ['a long error page', 'http.5xx', (a) => ({ ...a, status: 502, body: Buffer.alloc(100_000, 'x') })],
    ['endless JSON', 'protocol.too_large', at('/api/v1/log', (a) => ({ ...a, body: Buffer.alloc(100_000, '1') }))],
    ['403', 'auth.forbidden', at('/api/v1/log', (a) => ({ ...a, status: 403 }))],
    ['404 for the log', 'http.4xx', at('/api/v1/log', (a) => ({ ...a, status: 404 }))],
    ['429', 'quota.rate_limited', at('/api/v1/log', (a) => ({ ...a, status: 429 }))],
    [
      'JSON without a tree head',
      'protocol.malformed',
      at('/api/v1/log', (a) => withJson<LogInfo>(a, (json) => ({ ...json, signedTreeHead: undefined }))),
    ],
    [
      'a tree head that is no note',
      'protocol.malformed',
      at('/api/v1/log', (a) => withJson<LogInfo>(a, (json) => ({ ...json, signedTreeHead: 'hello' }))),
    ],
    [
      'another size beside the note',
      'identity.root_mismatch',
      at('/api/v1/log', (a) => withJson<LogInfo>(a, (json) => ({ ...json, treeSize: json.treeSize + 1 }))),
    ],
    [
      'another tree beside the note',
      'identity.tree_mismatch',
      at('/api/v1/log', (a) => withJson<LogInfo>(a, (json) => ({ ...json, treeID: '77' }))),
    ],
    [
      'another size in the note',
      'integrity.signature_invalid',
      at('/api/v1/log', (a) =>
        withJson<LogInfo>(a, (json) => ({
          ...json,
          signedTreeHead: json.signedTreeHead.replace(`\n${json.treeSize}\n`, '\n99\n'),
        })),
      ),
    ],
    [
      'an inactive shard that nobody pinned',
      'identity.tree_mismatch',
      at('/api/v1/log', (a) =>
        withJson<LogInfo>(a, ({ inactiveShards: _, ...json }) => ({
          ...json,
          inactiveShards: [{ ...json, treeID: '77' }],
        })),
      ),
    ],
  ])('%s is %s', async (_, failureClass, tamper) => {
    expect(await classUnder(tamper)).toBe(failureClass);
  });

  it('from a replica that lags behind is read again, and passes', async () => {
    await log.append('seen by the newer replica');
    const newer = await memoryOf();
    let old: Buffer | undefined;
    log.fault = 'rollback';
    await using front = await startTamperingFront(
      log.url,
      at('/api/v1/log', (answer, { nth }) => {
        old ??= answer.body;
        log.fault = null;
        return nth <= 2 ? { ...answer, body: old } : answer;
      }),
    );
    const skewed = await probeRekor(optionsFor(log, front.url), { memory: newer });
    expect(skewed.judgement.outcome).toBe('pass');
    expect(skewed.measured.visits[0]?.logRereads).toBe(2);
  });

  it('from a replica that does not know the size yet (400) is asked again, and passes', async () => {
    const memory = await memoryOf();
    await log.append('not known everywhere yet');
    const unknownTwice: Tamper = (answer, { nth }) =>
      nth > 2
        ? answer
        : { ...answer, status: 400, body: Buffer.from('{"code":400,"message":"greater than observable"}') };
    await using front = await startTamperingFront(log.url, at('/api/v1/log/proof', unknownTwice));
    const skewed = await probeRekor(optionsFor(log, front.url), { memory });
    expect(skewed.judgement.outcome).toBe('pass');
    expect(skewed.measured.visits[0]?.proofRereads).toBe(2);
  });

  it.each<[what: string, failureClass: string, change: (entry: LogEntry) => unknown]>([
    ['another body', 'integrity.inclusion_invalid', (e) => ({ ...e, body: Buffer.from('{}').toString('base64') })],
    ['another log', 'identity.key_mismatch', (e) => ({ ...e, logID: '0'.repeat(64) })],
    ['another time', 'integrity.signature_invalid', (e) => ({ ...e, integratedTime: e.integratedTime + 1 })],
    [
      'a proof with a hash too few',
      'integrity.inclusion_invalid',
      (e) => inProof(e, (p) => ({ ...p, hashes: p.hashes.slice(1) })),
    ],
    [
      'a proof for another size',
      'integrity.inclusion_invalid',
      (e) => inProof(e, (p) => ({ ...p, treeSize: p.treeSize + 1 })),
    ],
    [
      'a proof with the virtual index',
      'integrity.inclusion_invalid',
      (e) => inProof(e, (p) => ({ ...p, logIndex: e.logIndex })),
    ],
    ['no proof at all', 'protocol.malformed', (e) => ({ ...e, verification: {} })],
  ])('that gives the canary %s is %s', async (_, failureClass, change) => {
    const { canary } = log;
    const tampered = await classUnder(
      at(`/api/v1/log/entries/${canary}`, (a) =>
        withJson<Record<string, LogEntry>>(a, (json) => ({ [canary]: change(json[canary]!) })),
      ),
    );
    expect(tampered).toBe(failureClass);
  });

  it('to another entry, genuine as it is, does not pass for the canary', async () => {
    const other = await log.append('not the canary');
    const genuine = Buffer.from(await (await fetch(`${log.url}/api/v1/log/entries/${other.id}`)).arrayBuffer());
    expect(await classUnder(at(`/api/v1/log/entries/${log.canary}`, (a) => ({ ...a, body: genuine })))).toBe(
      'integrity.inclusion_invalid',
    );
  });
});

describe('a name', () => {
  it('row 3: that leads elsewhere since the last pass: the failure says from where to where', async () => {
    const memory = await memoryOf();
    await using impostor = await startRekor({ host: '127.0.0.2' });
    impostor.fault = 'ok-to-everything';
    const { judgement } = await probeRekor(optionsFor(log, named(impostor.url)), { memory, addresses: ['127.0.0.2'] });
    expect(judgement.class).toBe('protocol.malformed');
    expect(judgement.message).toContain('127.0.0.2, in the last passing run it led to 127.0.0.1');
    expect(judgement.evidence).toMatchObject({ addressesAtLastPass: ['127.0.0.1'], address: '127.0.0.2' });
  });

  /** The same log behind a second address, or one with a key of its own. */
  function second(by: 'same' | 'other'): Promise<MiniRekor> {
    const port = Number(new URL(log.url).port);
    return startRekor({ host: '127.0.0.2', port, records: log.records, ...(by === 'same' && { keys }) });
  }

  const both = { addresses: ['127.0.0.1', '127.0.0.2'] };

  it('with two good addresses passes, and asks both', async () => {
    await using _ = await second('same');
    const { judgement, measured } = await probeRekor(optionsFor(log, named(log.url)), both);
    expect(judgement.outcome).toBe('pass');
    expect(measured.visits.map((v) => v.address)).toEqual(both.addresses);
    expect(measured.facts['addresses']).toEqual(both.addresses);
  });

  it('row 4: with one address that refuses is connect.partial and says which', async () => {
    const { judgement, measured } = await probeRekor(optionsFor(log, named(log.url)), both);
    expect(judgement.class).toBe('connect.partial');
    expect(judgement.message).toContain('1 of 2 addresses answer (127.0.0.1), 127.0.0.2 does not');
    expect(measured.address).toBe('127.0.0.2');
  });

  it('with all addresses refusing is connect.refused', async () => {
    const gone = await startRekor();
    await gone.close();
    expect((await probeRekor(optionsFor(log, named(gone.url)), both)).judgement.class).toBe('connect.refused');
  });

  it('with one address that has another key keeps that class and names the address', async () => {
    await using _ = await second('other');
    const { judgement } = await probeRekor(optionsFor(log, named(log.url)), both);
    expect(judgement.class).toBe('identity.key_mismatch');
    expect(judgement.message).toMatch(/^at 127\.0\.0\.2: /);
  });

  it('with two addresses that show two roots for one size is integrity.consistency_invalid', async () => {
    await using twin = await second('same');
    await log.append('only here');
    await twin.append('only there');
    expect((await probeRekor(optionsFor(log, named(log.url)), both)).judgement.class).toBe(
      'integrity.consistency_invalid',
    );
  });

  it('with `addresses: one` is judged by the first alone', async () => {
    const { judgement, measured } = await probeRekor({ ...optionsFor(log, named(log.url)), addresses: 'one' }, both);
    expect(judgement.outcome).toBe('pass');
    expect(measured.visits).toHaveLength(1);
  });
});

describe('a stranger that answers with what it was asked', () => {
  it('does not bring our credentials into what is kept or shown', async () => {
    const token = 'a-token-to-keep-secret';
    const echo: Tamper = (answer) => ({ ...answer, body: Buffer.from(`authorization: Bearer ${token}`) });
    await using front = await startTamperingFront(log.url, echo);
    const { judgement, measured } = await probeRekor({ ...optionsFor(log, front.url), auth: { bearer: token } });
    expect(judgement.class).toBe('protocol.malformed');
    expect(JSON.stringify([judgement, measured])).not.toContain(token);
  });
});

describe('what is our own fault', () => {
  it('is unknown: an address that we may not connect to', async () => {
    const guard = () => ({ allowed: false, reason: 'denied' }) as const;
    const { judgement, measured } = await probeRekor(optionsFor(log), { guard });
    expect(judgement).toMatchObject({ outcome: 'unknown', class: 'probe.misconfigured' });
    expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
  });

  it('is unknown: a run that is called off', async () => {
    const { judgement, memory } = await probeRekor(optionsFor(log), { signal: AbortSignal.abort() });
    expect(judgement.outcome).toBe('unknown');
    expect(memory).toBeUndefined();
  });
});

type Proof = LogEntry['verification']['inclusionProof'];

function inProof(entry: LogEntry, change: (proof: Proof) => unknown): unknown {
  const { verification } = entry;
  return { ...entry, verification: { ...verification, inclusionProof: change(verification.inclusionProof) } };
}
