import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ResolveError, type ResolveOptions } from '../../src/ports/probe-kind.ts';
import { createResolver, type ResolverSettings } from '../../src/probes/net/resolver.ts';
import { startDns, type NameServer } from '../../src/world/dns.ts';

let server: NameServer;
let folder: string;

beforeAll(async () => {
  server = await startDns();
  folder = await mkdtemp(join(tmpdir(), 'tocsin-hosts-'));
  await writeFile(join(folder, 'hosts'), '127.0.0.1 localhost\n10.9.8.7 listed.test # by hand\nfd00::7 listed.test\n');
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function resolver(settings: ResolverSettings = {}) {
  return createResolver({ servers: [server.address], hostsFile: join(folder, 'hosts'), search: [], ...settings });
}

async function addressesOf(host: string, options: Partial<ResolveOptions> = {}, settings: ResolverSettings = {}) {
  const found = await resolver(settings).resolve(host, { signal: AbortSignal.timeout(5_000), ...options });
  return found.addresses.map((one) => one.address);
}

async function classOf(lookup: Promise<unknown>): Promise<string> {
  const error: unknown = await lookup.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ResolveError ? error.class : `no ResolveError: ${String(error)}`;
}

describe('a name', () => {
  test('gives its IPv4 addresses, then its IPv6 ones', async () => {
    server.point('both.test', '10.0.0.1', 'fd00::1');
    expect(await addressesOf('both.test')).toEqual(['10.0.0.1', 'fd00::1']);
    expect(await addressesOf('both.test', { family: 6 })).toEqual(['fd00::1']);
  });

  test('that is pointed elsewhere gives its new address at once: nothing is remembered', async () => {
    const one = resolver();
    const ask = async () =>
      (await one.resolve('moved.test', { signal: AbortSignal.timeout(5_000) })).addresses[0]?.address;
    server.point('moved.test', '10.0.0.1');
    expect(await ask()).toBe('10.0.0.1');
    server.point('moved.test', '10.0.0.2');
    expect(await ask()).toBe('10.0.0.2');
  });

  test('shows the canonical names that it was followed through', async () => {
    server.set('alias.test', { kind: 'cname', target: 'middle.test' });
    server.set('middle.test', { kind: 'cname', target: 'real.test' });
    server.point('real.test', '10.0.0.3');
    const found = await resolver().resolve('alias.test', { signal: AbortSignal.timeout(5_000) });
    expect(found).toMatchObject({
      addresses: [{ address: '10.0.0.3', family: 4 }],
      cname: ['middle.test', 'real.test'],
    });
  });

  test.each([
    ['row 1: that does not exist', 'absent.test', 'dns.nxdomain'],
    ['without addresses', 'empty.test', 'dns.empty'],
    ['row 2: of a broken zone', 'broken.test', 'dns.servfail'],
    ['that is not one', 'a..test', 'probe.misconfigured'],
  ])('%s says so', async (_rule, name, expected) => {
    server.set('empty.test', { kind: 'empty' });
    server.set('broken.test', { kind: 'servfail' });
    expect(await classOf(addressesOf(name))).toBe(expected);
  });

  test('row 2: that nobody answers for ends with the signal', async () => {
    server.set('silent.test', { kind: 'silent' });
    expect(await classOf(addressesOf('silent.test', { signal: AbortSignal.timeout(200) }))).toBe('dns.timeout');
  });

  test('that nobody answers for does not end the look-ups of others', async () => {
    server.set('silent.test', { kind: 'silent' });
    server.point('good.test', '10.0.0.4');
    const one = resolver();
    const silent = classOf(one.resolve('silent.test', { signal: AbortSignal.timeout(200) }));
    const good = Array.from({ length: 20 }, () => one.resolve('good.test', { signal: AbortSignal.timeout(5_000) }));
    expect((await Promise.all(good)).every((found) => found.addresses[0]?.address === '10.0.0.4')).toBe(true);
    expect(await silent).toBe('dns.timeout');
  });

  test('below a search domain is found there', async () => {
    server.point('short.corp.test', '10.0.0.5');
    expect(await addressesOf('short', {}, { search: ['other.test', 'corp.test'] })).toEqual(['10.0.0.5']);
    expect(await classOf(addressesOf('short.', {}, { search: ['corp.test'] }))).toBe('dns.nxdomain');
  });
});

describe('without asking anybody', () => {
  test.each<[string, string, Partial<ResolveOptions>, string[]]>([
    ['a literal address is itself', '10.1.2.3', {}, ['10.1.2.3']],
    ['a literal IPv6 address is itself', '::1', {}, ['::1']],
    ['localhost is loopback', 'localhost', {}, ['127.0.0.1']],
    ['localhost over IPv6 is its loopback', 'localhost', { family: 6 }, ['::1']],
    ['the hosts file counts', 'Listed.test', {}, ['10.9.8.7', 'fd00::7']],
    ['the hosts file counts by family', 'listed.test', { family: 4 }, ['10.9.8.7']],
  ])('%s', async (_rule, host, options, expected) => {
    expect(await addressesOf(host, options)).toEqual(expected);
  });

  test('an address of the other family is none', async () => {
    expect(await classOf(addressesOf('10.1.2.3', { family: 6 }))).toBe('dns.empty');
  });
});

test('a look-up with a resolver of its own asks it, whatever this host’s files say', async () => {
  server.point('listed.test', '10.0.0.9');
  expect(await addressesOf('listed.test', { resolver: server.address }, { servers: ['127.0.0.1:1'] })).toEqual([
    '10.0.0.9',
  ]);
});

test('a name server that refuses the connection is not an absent name', async () => {
  expect(await classOf(addressesOf('any.test', {}, { servers: ['127.0.0.1:1'] }))).toBe('dns.servfail');
});
