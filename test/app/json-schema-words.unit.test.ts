import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/app/reference.ts';

type Part = Readonly<Record<string, unknown>>;

const language = schema() as Part;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(language, 'language');

/** Every part of the schema that says something of a value, with its JSON Pointer; fields are those under `properties`. */
function* partsOf(part: Part, pointer: string): Generator<{ pointer: string; part: Part; isField: boolean }> {
  yield { pointer, part, isField: /\/properties\/[^/]+$/.test(pointer) };
  for (const key of ['properties', '$defs']) {
    for (const [name, inner] of Object.entries((part[key] ?? {}) as Record<string, Part>)) {
      yield* partsOf(inner, `${pointer}/${key}/${name}`);
    }
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    for (const [at, inner] of ((part[key] ?? []) as readonly Part[]).entries()) {
      yield* partsOf(inner, `${pointer}/${key}/${at}`);
    }
  }
  for (const key of ['items', 'additionalProperties']) {
    const inner = part[key];
    if (typeof inner === 'object' && inner !== null) yield* partsOf(inner as Part, `${pointer}/${key}`);
  }
}

const all = [...partsOf(language, '')];

describe('the JSON Schema of the language', () => {
  test('describes every field', () => {
    const bare = all.filter(({ isField, part }) => isField && (part['description'] ?? '') === '');
    expect(bare.map(({ pointer }) => pointer)).toEqual([]);
  });

  test('gives examples that are valid where they stand', () => {
    const wrong = all.flatMap(({ pointer, part }) =>
      ((part['examples'] ?? []) as readonly unknown[])
        .filter((example) => ajv.validate({ $ref: `language#${pointer}` }, example) !== true)
        .map((example) => `${pointer}: ${JSON.stringify(example)}: ${ajv.errorsText()}`),
    );
    expect(wrong).toEqual([]);
  });
});
