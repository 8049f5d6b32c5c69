import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/model/run.ts';
import { equalJson, parseJsonPath, valueAt } from '../../../src/probes/http/json-path.ts';

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** The path to a place, as somebody would write it. */
const written = (steps: readonly (string | number)[]) =>
  `$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `['${step.replace(/['\\]/g, '\\$&')}']`)).join('')}`;

describe('a path', () => {
  test('that is written names the steps that it was written from', () => {
    const step = fc.oneof(fc.nat(1000), fc.string());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        expect(parseJsonPath(written(steps))).toEqual(steps);
      }),
    );
  });

  test('leads to the value that stands there', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(3), fc.string()), { maxLength: 8 }), json, (steps, leaf) => {
        const root = steps.reduceRight<Json>(
          (inner, step) =>
            typeof step === 'number' ? [...Array<Json>(step).fill(null), inner] : Object.fromEntries([[step, inner]]),
          leaf,
        );
        expect(valueAt(root, parseJsonPath(written(steps)) ?? [])).toEqual(leaf);
      }),
    );
  });

  test('never fails, whatever the text and the value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('$', '.', '[', ']', "'", '\\', 'a', '0', '-', '*') }),
        json,
        (text, root) => {
          const path = parseJsonPath(text);
          if (path !== undefined) valueAt(root, path);
          expect(path === undefined || text.startsWith('$')).toBe(true);
        },
      ),
    );
  });

  test.each(['', 'a', '$.', '$..a', '$[*]', '$[a]', "$['a]", '$.a b', '$[1:2]', `$${'.a'.repeat(33)}`])(
    'to no place, or to many, is none: %s',
    (text) => {
      expect(parseJsonPath(text)).toBeUndefined();
    },
  );

  test('never leads into what every object inherits', () => {
    expect(valueAt({}, ['constructor'])).toBeUndefined();
    expect(valueAt({}, ['__proto__'])).toBeUndefined();
  });
});

test('equality is that of JSON', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(equalJson(a, JSON.parse(JSON.stringify(a)) as Json)).toBe(true);
      expect(equalJson(a, b)).toBe(equalJson(b, a));
    }),
  );
});

test('equality does not regard the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (object) => {
      expect(equalJson(object, Object.fromEntries(Object.entries(object).reverse()))).toBe(true);
    }),
  );
});
