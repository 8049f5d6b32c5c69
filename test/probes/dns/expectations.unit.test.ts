import { expect, test } from 'vitest';
import { isNewerSerial, isWithin } from '../../../src/probes/dns/expectations.ts';

test.each([
  ['an address in its range', '10.2.0.0/16', '10.2.255.1', true],
  ['an address outside', '10.2.0.0/16', '10.3.0.1', false],
  ['an IPv6 address in its range', 'fd00::/8', 'fd12::1', true],
  ['an address of the other family', '0.0.0.0/0', 'fd12::1', false],
  ['a prefix that is none', '10.2.0.0/33', '10.2.0.0', false],
  ['no prefix', '10.2.0.0/', '10.2.0.0', false],
  ['the same address', '10.2.0.1', '10.2.0.1', true],
  ['a name below a domain', '*.corp.test', 'A.Corp.Test.', true],
  ['the domain itself', '*.corp.test', 'corp.test', false],
  ['a name that only ends alike', '*.corp.test', 'evilcorp.test', false],
])('%s: %s, %s', (_rule, range, answer, expected) => {
  expect(isWithin(range, answer)).toBe(expected);
});

test.each([
  ['the next', 2, 1, true],
  ['the same', 1, 1, false],
  ['an older', 1, 2, false],
  ['the next after the greatest', 0, 4_294_967_295, true],
  ['one half a circle away', 2 ** 31, 0, false],
])('%s serial: %i after %i', (_rule, serial, than, expected) => {
  expect(isNewerSerial(serial, than)).toBe(expected);
});
