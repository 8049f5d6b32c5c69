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
        Buffer.from(secret).toString('base64url'),
        Buffer.from(secret).toString('hex'),
        new URLSearchParams({ a: secret }).toString(),
        JSON.stringify({ a: secret }),
        JSON.stringify({ a: secret }).replaceAll('/', '\\/'),
      ];
      for (const form of forms) expect(mask.text(`${before}${form}${after}`)).toContain('<secret>');
    }),
  );
});

test('nothing that base64 makes of a text around a secret gives it away', () => {
  fc.assert(
    fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
      const mask = maskFor({ token: new Secret(secret) });
      for (const alphabet of ['base64', 'base64url'] as const) {
        const encoded = Buffer.from(`${before}${secret}${after}`).toString(alphabet);
        const left = mask.text(encoded).split('<secret>');
        for (const piece of left) expect(Buffer.from(piece, alphabet).toString()).not.toContain(secret);
        expect(left.length).toBeGreaterThan(1);
      }
    }),
  );
});

test('JSON that escapes what it need not hides no secret', () => {
  const escaped = (text: string) =>
    text
      .split('')
      .map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 30 }), (secret) => {
      const masked = maskFor({ token: new Secret(secret) }).json(`{"a":["${escaped(secret)}"]}`);
      expect(JSON.parse(masked)).toEqual({ a: ['<secret>'] });
    }),
  );
});

test('text that was cut off does not end with the beginning of a secret', () => {
  fc.assert(
    fc.property(secretText, fc.string(), fc.nat(), (secret, before, at) => {
      const mask = maskFor({ token: new Secret(secret) });
      const length = 4 + (at % (secret.length - 4));
      const cut = mask.cutOff(`${before}${secret.slice(0, length)}`);
      expect(cut.endsWith('<secret>')).toBe(true);
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
