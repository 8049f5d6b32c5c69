import { describe, expect, it } from 'vitest';
import { addressGuard } from '../../src/daemon/address-guard.ts';
import { DaemonError } from '../../src/daemon/daemon-error.ts';

const OPEN = { deny: [] };

describe('whatever the rules allow, a probe may not connect to', () => {
  const guard = addressGuard([{ cidrs: ['0.0.0.0/0', '::/0'], deny: [] }], { host: '0.0.0.0', port: 9700 });
  it.each([
    ['the metadata address', '169.254.169.254', 80],
    ['the metadata address in IPv6 clothes', '::ffff:169.254.169.254', 80],
    ['the metadata address behind a translator', '64:ff9b::a9fe:a9fe', 80],
    ['the metadata address behind a translator of a provider', '64:ff9b:1:ffff::169.254.169.254', 80],
    ['the metadata address behind a stateless translator', '::ffff:0:169.254.169.254', 80],
    ['the metadata address as it was once written in IPv6', '::169.254.169.254', 80],
    ['the metadata address by 6to4', '2002:a9fe:a9fe::1', 80],
    ['the metadata address of IPv6', 'fd00:ec2::254', 80],
    ['the metadata address of IPv6 elsewhere', 'fd20:ce::254', 80],
    ['the metadata addresses of other clouds', '100.100.100.200', 80],
    ['the metadata address in one decimal number', '2852039166', 80],
    ['the metadata address in octal', '0251.0376.0251.0376', 80],
    ['the metadata address in hexadecimal', '0xa9fea9fe', 80],
    ['this daemon behind a translator', '64:ff9b::127.0.0.1', 9700],
    ['a link-local address', '169.254.0.7', 80],
    ['a link-local address of IPv6', 'fe80::1%eth0', 80],
    ['the unspecified address, which means this host', '0.0.0.0', 80],
    ['the unspecified address of IPv6', '::', 80],
    ['a multicast address', '224.0.0.1', 80],
    ['this daemon, which listens everywhere', '127.0.0.1', 9700],
    ['this daemon over IPv6', '::1', 9700],
    ['something that is no address', 'localhost', 80],
  ])('%s', (_rule, address, port) => {
    expect(guard(address, port)).toMatchObject({ allowed: false });
  });

  it.each(['127.0.0.1', '::1'])('though the same host at another port is fine: %s', (address) => {
    expect(guard(address, 9701)).toEqual({ allowed: true });
  });
});

describe('by its rules a probe may connect', () => {
  it('anywhere when there is no list of ranges', () => {
    expect(addressGuard([OPEN], undefined)('8.8.8.8', 53)).toEqual({ allowed: true });
  });

  it('only into the ranges that are listed', () => {
    const guard = addressGuard([{ cidrs: ['10.0.0.0/8'], deny: [] }], undefined);
    expect(guard('10.1.1.1', 80)).toEqual({ allowed: true });
    expect(guard('11.1.1.1', 80)).toMatchObject({ allowed: false });
  });

  it('not into a denied range within an allowed one', () => {
    const guard = addressGuard([{ cidrs: ['10.0.0.0/8'], deny: ['10.9.0.0/16'] }], undefined);
    expect(guard('10.9.1.1', 80)).toMatchObject({ allowed: false });
  });

  it('only where the server and the probe both allow it', () => {
    const guard = addressGuard(
      [
        { cidrs: ['10.0.0.0/8'], deny: [] },
        { cidrs: ['10.1.0.0/16', '11.0.0.0/8'], deny: [] },
      ],
      undefined,
    );
    expect(guard('10.1.1.1', 80)).toEqual({ allowed: true });
    expect(guard('10.2.1.1', 80)).toMatchObject({ allowed: false });
    expect(guard('11.1.1.1', 80)).toMatchObject({ allowed: false });
  });
});

it('a rule that is no range is refused instead of ignored', () => {
  expect(() => addressGuard([{ deny: ['10.0.0.0/40'] }], undefined)).toThrow(DaemonError);
});
