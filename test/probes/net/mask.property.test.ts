import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { maskFor } from '../../../src/probes/net/mask.ts';

const secretText = fc.string({ minLength: 8, maxLength: 30 }).filter((text) => !'<secret>'.includes(text));

test('no form of a secret survives, wherever it stands', () => {
  fc.assert(
    fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
      const mask = maskFor({ auth: { basic: { username: 'user', password: new Secret(secret) } } });
      const forms = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        Buffer.from(`user:${secret}`).toString('base64'),
      ];
      for (const form of forms) expect(mask.text(`${before}${form}${after}`)).toContain('<secret>');
    }),
  );
});

test('masked JSON is JSON still, without the secret', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10_000 }), fc.jsonValue(), (number, other) => {
      const mask = maskFor({ key: new Secret(String(number)) });
      const masked = mask.json(JSON.stringify({ number, text: `x${number}y`, other, [String(number)]: [number] }));
      expect(() => JSON.parse(masked) as unknown).not.toThrow();
      expect(JSON.parse(masked)).toMatchObject({ number: '<secret>', text: 'x<secret>y', '<secret>': ['<secret>'] });
    }),
  );
});

test('without secrets nothing changes', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(maskFor({ a: 1 }).json(text)).toBe(text);
    }),
  );
});
