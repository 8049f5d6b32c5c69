import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startDns } from '../../src/world/dns.ts';
import type { NameServer } from '../../src/world/dns.ts';

function resolverOf(dns: NameServer): Resolver {
  const resolver = new Resolver({ timeout: 150, tries: 1 });
  resolver.setServers([dns.address]);
  return resolver;
}

describe('the name server', () => {
  it('answers addresses of both families, in the order given', async () => {
    await using dns = await startDns();
    dns.point('a.corp.test', '10.0.0.2', '10.0.0.1', '::1', 'fd00:1::2');
    expect(await resolverOf(dns).resolve4('a.corp.test')).toEqual(['10.0.0.2', '10.0.0.1']);
    expect(await resolverOf(dns).resolve6('A.Corp.Test')).toEqual(['::1', 'fd00:1::2']);
  });

  it('leads elsewhere from the very next query on', async () => {
    await using dns = await startDns();
    dns.point('a.corp.test', '127.0.0.1');
    const resolver = resolverOf(dns);
    expect(await resolver.resolve4('a.corp.test', { ttl: true })).toEqual([{ address: '127.0.0.1', ttl: 0 }]);
    dns.point('a.corp.test', '127.0.0.2');
    expect(await resolver.resolve4('a.corp.test')).toEqual(['127.0.0.2']);
  });

  it('follows aliases, and tells them', async () => {
    await using dns = await startDns();
    dns.set('www.corp.test', { kind: 'cname', target: 'a.corp.test' });
    dns.point('a.corp.test', '127.0.0.1');
    expect(await resolverOf(dns).resolveCname('www.corp.test')).toEqual(['a.corp.test']);
    expect(await resolverOf(dns).resolve4('www.corp.test')).toEqual(['127.0.0.1']);
  });

  it('answers texts, and the zone’s serial, which counts every change', async () => {
    await using dns = await startDns({ zone: 'corp.test' });
    dns.set('t.corp.test', { kind: 'text', texts: ['one', 'two'] });
    expect(await resolverOf(dns).resolveTxt('t.corp.test')).toEqual([['one', 'two']]);
    const before = await resolverOf(dns).resolveSoa('corp.test');
    dns.point('a.corp.test', '127.0.0.1');
    const after = await resolverOf(dns).resolveSoa('corp.test');
    expect(after.serial).toBe(before.serial + 1);
  });

  it.each([
    ['a name that was never set', undefined, 'ENOTFOUND'],
    ['nxdomain', { kind: 'nxdomain' }, 'ENOTFOUND'],
    ['empty', { kind: 'empty' }, 'ENODATA'],
    ['servfail', { kind: 'servfail' }, 'ESERVFAIL'],
    ['silent', { kind: 'silent' }, 'ETIMEOUT'],
    ['an alias of itself', { kind: 'cname', target: 'a.corp.test' }, 'ESERVFAIL'],
  ] as const)('%s: the client is told so', async (_, record, code) => {
    await using dns = await startDns();
    if (record !== undefined) dns.set('a.corp.test', record);
    await expect(resolverOf(dns).resolve4('a.corp.test')).rejects.toMatchObject({ code });
  });

  it('gives over TCP what does not fit into a datagram', async () => {
    await using dns = await startDns();
    const addresses = Array.from({ length: 60 }, (_, i) => `10.0.0.${i + 1}`);
    dns.point('many.corp.test', ...addresses);
    expect(await resolverOf(dns).resolve4('many.corp.test')).toEqual(addresses);
  });

  it('survives noise on both transports', async () => {
    await using dns = await startDns();
    dns.point('a.corp.test', '127.0.0.1');
    const socket = connect(dns.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.end(Buffer.alloc(600, 0xff));
    await once(socket, 'close');
    expect(await resolverOf(dns).resolve4('a.corp.test')).toEqual(['127.0.0.1']);
  });

  it('names itself and its address when its port is taken', async () => {
    await using first = await startDns();
    await expect(startDns({ port: first.port })).rejects.toMatchObject({ code: 'address-in-use' });
    await expect(startDns({ port: first.port })).rejects.toThrow(first.address);
  });
});
