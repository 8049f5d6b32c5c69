import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { http } from '../../src/probes/http.ts';
import { FIXED_ENTRY } from '../../src/probes/rekor/proposed.ts';
import type { LogEntry } from '../../src/probes/rekor/reply.ts';
import { newKeyPair, privateKeyPem } from '../../src/world/key-pair.ts';
import { startLoopbackServer } from '../../src/world/loopback-server.ts';
import { startRekor, type MiniRekor } from '../../src/world/rekor.ts';
import { probe } from './run-context.ts';
import { optionsFor, outcomes, probeRekor } from './rekor/probe-rekor.ts';

let log: MiniRekor;

beforeEach(async () => {
  log = await startRekor();
});

afterEach(() => log.close());

const fixed = () => ({ ...optionsFor(log), write: 'fixed' });
const fresh = () => ({ ...optionsFor(log), write: 'fresh', key: privateKeyPem(newKeyPair()) });

describe('a fixed write', () => {
  it('is taken once (201), and from then on known (409) without growth, read back and verified each time', async () => {
    const before = log.size;
    const first = await probeRekor(fixed());
    expect(first.judgement).toMatchObject({ outcome: 'pass' });
    expect(outcomes(first.judgement).slice(-2)).toEqual(['write: pass', 'written entry: pass']);
    expect(first.measured.visits[0]?.written?.post.status).toBe(201);
    expect(log.size).toBe(before + 1);
    const second = await probeRekor(fixed(), { memory: first.memory });
    expect(second.judgement.outcome).toBe('pass');
    expect(second.measured.visits[0]?.written?.post.status).toBe(409);
    expect(log.size).toBe(before + 1);
  });

  it('is the same for every monitor: two at one log let it grow by one', async () => {
    const before = log.size;
    const both = await Promise.all([probeRekor(fixed()), probeRekor(fixed())]);
    expect(both.map((one) => one.judgement.outcome)).toEqual(['pass', 'pass']);
    expect(log.size).toBe(before + 1);
  });

  it('row 20: that a stalled sequencer has (409) and does not serve (404) is freshness.stalled, and the log reads well', async () => {
    log.fault = 'stale';
    const { judgement, measured, memory } = await probeRekor(fixed());
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'freshness.stalled', evidence: { status: 404 } });
    expect(measured.visits[0]?.written).toMatchObject({ posts: 2, post: { status: 409 }, rereads: 3 });
    expect(memory).toBeUndefined();
    expect((await probeRekor(optionsFor(log))).judgement.outcome).toBe('pass');
    const shallow = await probe(http, { url: `${log.url}/ping` });
    expect(shallow.judgement.outcome).toBe('pass');
    log.fault = null;
    expect((await probeRekor(fixed())).judgement.outcome).toBe('pass');
  });

  it('is not tried where an earlier step fails', async () => {
    const before = log.size;
    log.fault = 'entry-missing';
    const { judgement } = await probeRekor(fixed());
    expect(judgement.class).toBe('semantic.canary_missing');
    expect(outcomes(judgement).slice(-2)).toEqual(['write: skipped', 'written entry: skipped']);
    expect(log.size).toBe(before);
  });
});

describe('a fresh write', () => {
  it('lets the log grow by one entry of our key, verified as it is answered and as it is read back', async () => {
    const before = log.size;
    const { judgement, measured } = await probeRekor(fresh());
    expect(judgement.outcome).toBe('pass');
    expect(log.size).toBe(before + 1);
    const written = measured.visits[0]?.written;
    expect(written?.proposed.signature).not.toBe(FIXED_ENTRY.signature);
    expect(written).toMatchObject({ post: { status: 201 }, read: { status: 200 } });
  });

  it('that the sequencer never integrates is freshness.stalled', async () => {
    log.fault = 'stale';
    expect((await probeRekor(fresh())).judgement.class).toBe('freshness.stalled');
  });

  it('keeps its key out of everything that is kept', async () => {
    const options = fresh();
    const { judgement, measured } = await probeRekor(options);
    expect(JSON.stringify([judgement, measured])).not.toContain(options.key.split('\n')[1]);
  });
});

describe('an answer to a write', () => {
  const answers: readonly [what: string, failureClass: string, answer: (genuine: Answer) => Answer][] = [
    ['405', 'semantic.read_only', () => ({ status: 405, body: '' })],
    ['403', 'auth.forbidden', () => ({ status: 403, body: '' })],
    ['429', 'quota.rate_limited', () => ({ status: 429, body: '' })],
    ['501', 'semantic.unsupported', () => ({ status: 501, body: '' })],
    ['500 twice', 'http.5xx', () => ({ status: 500, body: '' })],
    ['409 without Location', 'protocol.malformed', () => ({ status: 409, body: '' })],
    [
      '409 with a Location in another tree',
      'identity.tree_mismatch',
      () => ({ status: 409, body: '', location: `/api/v1/log/entries/${'0'.repeat(15)}7${'ab'.repeat(32)}` }),
    ],
    [
      '409 with the Location of another entry',
      'integrity.inclusion_invalid',
      () => ({ status: 409, body: '', location: `https://elsewhere.test/api/v1/log/entries/${log.canary}` }),
    ],
    [
      '201 with a promise that does not verify',
      'integrity.signature_invalid',
      (genuine) => inEntry(genuine, (entry) => ({ ...entry, integratedTime: entry.integratedTime + 1 })),
    ],
    [
      '201 with another body',
      'integrity.inclusion_invalid',
      (genuine) => inEntry(genuine, (entry) => ({ ...entry, body: Buffer.from('{}').toString('base64') })),
    ],
  ];

  it.each(answers)('%s is %s', async (_, failureClass, change) => {
    await using front = await startFront(log.url, change);
    const { judgement } = await probeRekor({ ...fixed(), url: front.url });
    expect(judgement).toMatchObject({ outcome: 'fail', class: failureClass });
  });
});

describe('what a check of the answer alone does not see', () => {
  it.each([
    ['row 13', 'other-key', 'identity.key_mismatch'],
    ['row 14', 'other-tree', 'identity.tree_mismatch'],
    ['row 15', 'new-key', 'identity.key_mismatch'],
    ['row 16', 'rollback', 'integrity.rollback'],
    ['row 17', 'fork', 'integrity.consistency_invalid'],
    ['row 18', 'bad-signature', 'integrity.signature_invalid'],
    ['row 19', 'other-size-proof', 'integrity.inclusion_invalid'],
    ['row 23', 'entry-missing', 'semantic.canary_missing'],
    ['row 24', 'unsupported', 'semantic.unsupported'],
  ] as const)('%s, %s: the ping is well, the log is %s', async (_row, fault, failureClass) => {
    const { memory } = await probeRekor(optionsFor(log));
    log.fault = fault;
    expect((await probe(http, { url: `${log.url}/ping` })).judgement.outcome).toBe('pass');
    expect((await probeRekor(optionsFor(log), { memory })).judgement.class).toBe(failureClass);
  });
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location?: string;
}

function inEntry(answer: Answer, change: (entry: LogEntry) => unknown): Answer {
  const [[id, entry] = []] = Object.entries(JSON.parse(answer.body) as Record<string, LogEntry>);
  if (id === undefined || entry === undefined) throw new Error('the log answered with no entry');
  return { ...answer, body: JSON.stringify({ [id]: change(entry) }) };
}

/** Hands everything on to the log, and answers a POST otherwise than the log did. */
async function startFront(backend: string, change: (genuine: Answer) => Answer) {
  return startLoopbackServer({
    name: 'front',
    host: '127.0.0.1',
    port: 0,
    handler: async ({ method, path, query, body }) => {
      const url = `${backend}${path}${query.size > 0 ? `?${query.toString()}` : ''}`;
      const given = await fetch(url, {
        method,
        ...(method === 'POST' && { body }),
        signal: AbortSignal.timeout(5_000),
      });
      const genuine: Answer = { status: given.status, body: await given.text() };
      const answer = method === 'POST' ? change(genuine) : genuine;
      const headers = {
        'content-type': 'application/json',
        ...(answer.location !== undefined && { location: answer.location }),
      };
      return { kind: 'answer', status: answer.status, headers, body: answer.body };
    },
  });
}
