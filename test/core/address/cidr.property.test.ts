import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cidrContains, parseAddress, parseCidr } from '../../../src/core/address/cidr.ts';

const binary = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');

it('a range holds exactly the addresses whose first bits are its own', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (base, address, bits) => {
      const range = parseCidr(`${base}/${bits}`)!;
      const same = binary(parseAddress(base)!).slice(0, bits) === binary(parseAddress(address)!).slice(0, bits);
      expect(cidrContains(range, parseAddress(address)!)).toBe(same);
    }),
  );
});

it('every IPv6 address is read, and is the only one in its own range', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
      const address = parseAddress(one)!;
      const range = parseCidr(one)!;
      expect(cidrContains(range, address)).toBe(true);
      const equal = JSON.stringify(parseAddress(other)) === JSON.stringify(address);
      expect(cidrContains(range, parseAddress(other)!)).toBe(equal);
    }),
  );
});
