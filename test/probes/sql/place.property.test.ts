import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { parsePlace } from '../../../src/probes/sql/place.ts';

const rules = { schemes: ['db:'], defaultPort: 1, tlsParameter: 'tls', tlsValues: { on: true, off: false } };
const word = fc.string({ minLength: 1, maxLength: 20 });

test('any text is a place or says why not, without a word of its own', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((rest) => `db://${rest}`),
      ),
      (text) => {
        const parsed = parsePlace(new Secret(text), rules);
        expect(parsed.ok ? 'not a URL' : parsed.why).toMatch(
          /^(not a URL|another scheme|holds a %|names no|only tls=)/,
        );
      },
    ),
  );
});

test('user, password and database come back as they were, however odd', () => {
  fc.assert(
    fc.property(word, word, word, (user, password, database) => {
      fc.pre([user, password, database].every((text) => text.isWellFormed() && !/^\.{1,2}$/.test(text)));
      const [u, p, d] = [user, password, database].map(encodeURIComponent);
      const parsed = parsePlace(new Secret(`db://${u}:${p}@host.test:7/${d}?tls=on`), rules);
      if (!parsed.ok) throw new Error(parsed.why);
      const { place } = parsed;
      expect([place.user, place.password?.reveal(), place.database]).toEqual([user, password, database]);
      expect([place.host, place.port, place.encrypted]).toEqual(['host.test', 7, true]);
    }),
  );
});
