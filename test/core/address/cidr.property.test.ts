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

/** An IPv6 address and another with one of its bits, counted from the first, turned over. */
const neighbours = fc
  .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(127))
  .filter(([bytes]) => bytes[0] !== 0)
  .map(([bytes, bit]) => ({
    bit,
    address: written(bytes),
    neighbour: written(bytes.with(bit >> 3, bytes[bit >> 3]! ^ (0x80 >> (bit & 7)))),
  }))
  // `::ffff:0:0/96` is IPv4, of which the rule above speaks.
  .filter(({ address, neighbour }) => [address, neighbour].every((text) => parseAddress(text)?.length === 16));

it('an IPv6 range holds exactly the addresses whose first bits are its own, wherever they differ', () => {
  fc.assert(
    fc.property(neighbours, fc.nat(128), ({ address, neighbour, bit }, bits) => {
      const range = parseCidr(`${address}/${bits}`)!;
      expect(cidrContains(range, parseAddress(address)!)).toBe(true);
      expect(cidrContains(range, parseAddress(neighbour)!)).toBe(bit >= bits);
    }),
  );
});

it('an IPv6 range holds no IPv4 address', () => {
  fc.assert(
    fc.property(neighbours, fc.ipV4(), fc.nat(128), ({ address }, other, bits) => {
      expect(cidrContains(parseCidr(`${address}/${bits}`)!, parseAddress(other)!)).toBe(false);
    }),
  );
});

/** Eight groups in full. */
function written(bytes: Uint8Array): string {
  return Array.from({ length: 8 }, (_, group) => ((bytes[2 * group]! << 8) | bytes[2 * group + 1]!).toString(16)).join(
    ':',
  );
}
