import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHosts, parseResolvConf, searchNames } from '../../../src/probes/net/host-files.ts';

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);

describe('the hosts file', () => {
  test('gives every name of a line its address, comments and case aside', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.uniqueArray(label, { minLength: 1 }), (address, names) => {
        const hosts = parseHosts(`# a comment\n${address}\t${names.join('  ').toUpperCase()} # ${names[0]}x\n`);
        expect([...hosts]).toEqual(names.map((name) => [name, [address]]));
      }),
    );
  });

  test('never fails, and never gives what is no address', () => {
    const words = fc.oneof(fc.ipV4(), label, fc.string({ unit: 'binary' }), fc.constantFrom('\n', '#', '999.1.1.1'));
    fc.assert(
      fc.property(fc.array(words), (line) => {
        const addresses = [...parseHosts(line.join(' ')).values()].flat();
        expect(addresses.filter((address) => isIP(address) === 0)).toEqual([]);
      }),
    );
  });
});

describe('resolv.conf', () => {
  test('is read as resolv.conf(5) says: the last search counts, servers are at most three', () => {
    const text =
      'nameserver 10.0.0.1\nnameserver ::1\nnameserver host\nnameserver 10.0.0.2\nnameserver 10.0.0.3\n' +
      'domain old.test\nsearch a.test b.test. ; rest\noptions rotate ndots:5 timeout:1\n';
    expect(parseResolvConf(text)).toEqual({
      servers: ['10.0.0.1', '::1', '10.0.0.2'],
      search: ['a.test', 'b.test'],
      ndots: 5,
    });
  });

  test('never fails, and bounds what it says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('nameserver', 'search', 'options', ' ', '\n', '::', 'ndots:99', '1.1.1.1')),
        (words) => {
          const conf = parseResolvConf(words.join(' '));
          expect(conf.servers.length).toBeLessThanOrEqual(3);
          expect(conf.ndots).toBeLessThanOrEqual(15);
        },
      ),
    );
  });
});

describe('search', () => {
  test.each<[string, string, number, string[]]>([
    ['a short name goes below the domains first', 'db', 1, ['db.a.test', 'db.b.test', 'db']],
    ['a long enough name goes as it is first', 'db.prod', 1, ['db.prod', 'db.prod.a.test', 'db.prod.b.test']],
    ['not long enough by ndots', 'db.prod', 2, ['db.prod.a.test', 'db.prod.b.test', 'db.prod']],
    ['a final dot means as it is', 'db.', 1, ['db']],
  ])('%s', (_rule, host, ndots, expected) => {
    expect(searchNames(host, { search: ['a.test', 'b.test'], ndots })).toEqual(expected);
  });
});
