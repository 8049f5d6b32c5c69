import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dns } from '../../../src/probes/dns.ts';
import { NAMED_PROGRAMS, startValidatingResolver, type ValidatingResolver } from '../../servers/named.ts';
import { missing } from '../../servers/programs.ts';
import { probe } from '../run-context.ts';

describe.skipIf(missing(...NAMED_PROGRAMS).length > 0)('an answer of a resolver that validates', () => {
  let servers: ValidatingResolver;
  beforeAll(async () => {
    servers = await startValidatingResolver();
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  const look = (name: string, fields: object = {}) =>
    probe(dns, { name, resolver: servers.resolver, expect: { dnssec: true }, ...fields });

  test('that is signed is authenticated, and that is a fact', async () => {
    const { judgement, measured } = await look('www.signed.test');
    expect(judgement).toMatchObject({ outcome: 'pass' });
    expect(measured.facts).toEqual({ answers: ['10.2.0.1'], dnssec: true });
  });

  test('that nobody signed is not, though it is an answer', async () => {
    const { judgement, measured } = await look('www.plain.test');
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dns.drift' });
    expect(judgement.message).toBe(
      `ask for A of www.plain.test at ${servers.resolver}: expected an answer authenticated by DNSSEC, got NOERROR 10.2.0.1, without the AD bit: unsigned, or not validated there`,
    );
    expect(measured.facts).toEqual({ answers: ['10.2.0.1'], dnssec: false });
    expect((await look('www.plain.test', { expect: {} })).judgement.outcome).toBe('pass');
  });

  test('whose signature does not hold is none', async () => {
    expect((await look('www.bogus.test')).judgement).toMatchObject({ outcome: 'fail', class: 'dns.servfail' });
  });

  test('from the server of the zone itself is vouched for by nobody', async () => {
    const { judgement } = await look('www.signed.test', { resolver: servers.authority });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'dns.drift' });
  });
});
