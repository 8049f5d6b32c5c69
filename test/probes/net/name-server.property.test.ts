import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNameServer } from '../../../src/probes/net/name-server.ts';

const port = fc.integer({ min: 1, max: 65_535 });

test('an address with or without port is itself', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV6(), port, (v4, v6, number) => {
      expect(parseNameServer(v4)).toEqual({ address: v4, port: 53 });
      expect(parseNameServer(v6)).toEqual({ address: v6, port: 53 });
      expect(parseNameServer(`${v4}:${number}`)).toEqual({ address: v4, port: number });
      expect(parseNameServer(`[${v6}]:${number}`)).toEqual({ address: v6, port: number });
    }),
  );
});

test.each(['', 'dns.example', '10.0.0.1:0', '10.0.0.1:65536', '[10.0.0.1]:53', '10.0.0.1:', ':53', '[::1]'])(
  'anything else is none: %j',
  (text) => {
    expect(parseNameServer(text)).toBeUndefined();
  },
);
