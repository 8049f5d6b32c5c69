import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dns } from '../../src/probes/dns.ts';
import { startDns, type NameServer } from '../../src/world/dns.ts';
import { probe } from './run-context.ts';

let first: NameServer;
let second: NameServer;

beforeAll(async () => {
  [first, second] = await Promise.all([startDns(), startDns()]);
  for (const server of [first, second]) {
    server.point('rekor.corp.test', '10.2.0.1', '10.2.0.2');
    server.set('alias.corp.test', { kind: 'cname', target: 'rekor.corp.test' });
    server.set('text.corp.test', { kind: 'text', texts: ['v=spf1 -all'] });
    server.set('empty.corp.test', { kind: 'empty' });
    server.set('broken.corp.test', { kind: 'servfail' });
    server.set('silent.corp.test', { kind: 'silent' });
  }
});

afterAll(async () => {
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const asking = (name: string, fields: object = {}) =>
  probe(dns, { name, resolver: first.address, ...fields }, { timeoutMs: 1_000 });

describe('the answers of one server', () => {
  test.each<[string, string, object, string | undefined]>([
    ['are there', 'rekor.corp.test', {}, undefined],
    ['hold all that must be there', 'rekor.corp.test', { answers: { allOf: ['10.2.0.2'] } }, undefined],
    ['miss one', 'rekor.corp.test', { answers: { allOf: ['10.2.0.1', '10.2.0.3'] } }, 'dns.drift'],
    ['hold none of several', 'rekor.corp.test', { answers: { anyOf: ['10.2.0.8', '10.2.0.9'] } }, 'dns.drift'],
    ['stay within a range', 'rekor.corp.test', { answers: { within: ['10.2.0.0/16'] } }, undefined],
    ['leave a range', 'rekor.corp.test', { answers: { within: ['10.2.0.1/32', '10.3.0.0/16'] } }, 'dns.drift'],
    ['are too few', 'rekor.corp.test', { minAnswers: 3 }, 'dns.empty'],
    ['follow a known alias', 'alias.corp.test', { cname: ['rekor.corp.test.'] }, undefined],
    ['follow another alias', 'alias.corp.test', { cname: ['fulcio.corp.test'] }, 'dns.drift'],
    ['follow no alias where one must be', 'rekor.corp.test', { cname: ['a.test'] }, 'dns.drift'],
    ['do not exist', 'absent.corp.test', {}, 'dns.nxdomain'],
    ['must not exist, and do not', 'absent.corp.test', { rcode: 'NXDOMAIN' }, undefined],
    ['must not exist, and do', 'rekor.corp.test', { rcode: 'NXDOMAIN' }, 'semantic.wrong_value'],
    ['are empty', 'empty.corp.test', {}, 'dns.empty'],
    ['cannot be had', 'broken.corp.test', {}, 'dns.servfail'],
    ['do not come', 'silent.corp.test', {}, 'dns.timeout'],
  ])('%s', async (_rule, name, expectation, expected) => {
    const { judgement } = await asking(name, { expect: expectation });
    expect([judgement.class, judgement.outcome]).toEqual([expected, expected === undefined ? 'pass' : 'fail']);
  });

  test('are facts, and variables of assertions', async () => {
    const { judgement, measured } = await asking('alias.corp.test');
    expect(measured.facts).toEqual({ answers: ['10.2.0.1', '10.2.0.2'], cname: ['rekor.corp.test'] });
    expect(judgement.variables).toEqual({ answers: ['10.2.0.1', '10.2.0.2'] });
  });

  test('may be of another type', async () => {
    const { judgement } = await asking('text.corp.test', {
      type: 'TXT',
      expect: { answers: { anyOf: ['v=spf1 -all'] } },
    });
    expect(judgement.outcome).toBe('pass');
  });

  test('hold a serial that must have grown', async () => {
    const newer = (serialNewerThan: number) => asking('corp.test', { type: 'SOA', expect: { serialNewerThan } });
    expect((await newer(0)).judgement.outcome).toBe('pass');
    expect((await newer(first.serial)).judgement).toMatchObject({ outcome: 'fail', class: 'freshness.stale_read' });
  });
});

describe('several servers', () => {
  const both = (name: string, fields: object = {}) =>
    probe(dns, { name, resolvers: [first.address, second.address], ...fields });

  test('that say the same in another order agree', async () => {
    first.point('order.corp.test', '10.0.0.1', '10.0.0.2');
    second.point('order.corp.test', '10.0.0.2', '10.0.0.1');
    expect((await both('order.corp.test')).judgement.outcome).toBe('pass');
  });

  test('that say different things have drifted apart, unless one is enough', async () => {
    first.point('split.corp.test', '10.0.0.1');
    second.point('split.corp.test', '10.0.0.2');
    const { judgement } = await both('split.corp.test');
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dns.drift' });
    expect(judgement.message).toContain(second.address);
    expect((await both('split.corp.test', { agree: 'any' })).judgement.outcome).toBe('pass');
  });

  test('fail by the one that fails, unless one is enough', async () => {
    first.point('half.corp.test', '10.0.0.1');
    second.set('half.corp.test', { kind: 'nxdomain' });
    expect((await both('half.corp.test')).judgement.class).toBe('dns.nxdomain');
    expect((await both('half.corp.test', { agree: 'any' })).judgement.outcome).toBe('pass');
  });

  test('are asked only where the guard allows it', async () => {
    const { measured } = await probe(
      dns,
      { name: 'rekor.corp.test', resolver: first.address },
      { guard: () => ({ allowed: false, reason: 'denied range' }) },
    );
    expect(measured.ownFault?.class).toBe('probe.misconfigured');
  });
});

test('without servers of its own it asks those of the daemon’s resolver', async () => {
  const resolver = {
    resolve: () => Promise.reject(new Error('not asked')),
    servers: () => Promise.resolve([first.address]),
  };
  const { judgement } = await probe(dns, { name: 'rekor.corp.test' }, { resolver });
  expect(judgement.outcome).toBe('pass');
});
