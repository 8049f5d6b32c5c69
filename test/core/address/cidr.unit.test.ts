import { describe, expect, it } from 'vitest';
import { cidrContains, parseAddress, parseCidr } from '../../../src/core/address/cidr.ts';

describe('an address', () => {
  it.each([
    ['IPv4', '10.1.2.3', [10, 1, 2, 3]],
    ['IPv6 written in full', '1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['IPv6 with a gap', 'fd00::1', [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['IPv6 with a zone', 'fe80::1%eth0', [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['IPv4 mapped into IPv6, as IPv4', '::ffff:169.254.169.254', [169, 254, 169, 254]],
    ['the same in hexadecimal, as IPv4', '::FFFF:a9fe:a9fe', [169, 254, 169, 254]],
  ])('is read as %s', (_rule, text, bytes) => {
    expect(parseAddress(text)).toEqual(bytes);
  });

  it.each([
    ['an octal-looking number, which parsers disagree about', '010.0.0.1'],
    ['three numbers', '10.0.1'],
    ['a number over 255', '10.0.0.256'],
    ['a decimal integer', '2852039166'],
    ['two gaps', '1::2::3'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['a gap that stands for nothing', '1:2:3:4::5:6:7:8'],
    ['a host name', 'example.org'],
    ['nothing', ''],
  ])('is not %s', (_rule, text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('a range', () => {
  it.each([
    ['holds its first address', '10.0.0.0/8', '10.0.0.0', true],
    ['holds its last address', '10.0.0.0/8', '10.255.255.255', true],
    ['holds nothing beyond it', '10.0.0.0/8', '11.0.0.0', false],
    ['may end inside a byte', '172.16.0.0/12', '172.31.255.255', true],
    ['may end inside a byte, and then ends there', '172.16.0.0/12', '172.32.0.0', false],
    ['of no bits holds everything of its family', '0.0.0.0/0', '8.8.8.8', true],
    ['of no bits holds nothing of the other family', '0.0.0.0/0', '::1', false],
    ['without a prefix is one address', 'fd00::1', 'fd00::1', true],
    ['holds IPv4 addresses in IPv6 clothes', '10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['may be written in IPv6 clothes itself', '::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['of IPv6 may end inside a byte', 'fe80::/10', 'febf::1', true],
    ['of IPv6 ends where it says', 'fe80::/10', 'fec0::1', false],
  ])('%s', (_rule, range, address, held) => {
    expect(cidrContains(parseCidr(range)!, parseAddress(address)!)).toBe(held);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '::/129', 'ten/8', '10.0.0.0/8/8'])('is not %s', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});
