import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldRows } from '../../scripts/reference/field-rows.ts';
import { referencePages } from '../../scripts/reference/pages.ts';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = 'npx node scripts/write-reference.ts';

/** Every page is formatted for it: seconds alone, many beside others. */
const SLOW_MS = 120_000;

describe('the generated reference', () => {
  it('says what the schemas and the kinds say now', { timeout: SLOW_MS }, async () => {
    for (const { path, text } of await referencePages()) {
      const stands = await readFile(join(ROOT, path), 'utf8');
      expect(stands === text, `${path} is out of date; run: ${COMMAND}`).toBe(true);
    }
  });

  it('flattens mappings and lists of mappings, and marks secrets', () => {
    const schema = {
      type: 'object',
      required: ['url'],
      properties: {
        url: { type: 'string', description: 'where' },
        auth: { type: 'object', properties: { token: { type: 'string', secret: true, description: 'who' } } },
        steps: {
          type: 'array',
          description: 'what',
          items: { type: 'object', properties: { port: { type: 'integer', minimum: 1, maximum: 9, default: 7 } } },
        },
      },
    };
    expect(fieldRows('x', schema, { 'x.steps[].port': 'which' })).toEqual([
      { path: 'url', secret: false, type: 'text', default: 'required', meaning: 'where' },
      { path: 'auth.token', secret: true, type: 'text', default: '', meaning: 'who' },
      { path: 'steps', secret: false, type: 'list of mapping', default: '', meaning: 'what' },
      { path: 'steps[].port', secret: false, type: '1 to 9', default: '`7`', meaning: 'which' },
    ]);
  });

  it('takes a meaning from the schema first, and refuses words for a field that is not there', () => {
    const schema = { type: 'object', properties: { url: { type: 'string' } } };
    expect(fieldRows('x', schema, {})).toEqual([expect.objectContaining({ path: 'url', meaning: '' })]);
    expect(() => fieldRows('x', schema, { 'x.url': 'where', 'x.gone': 'nowhere' })).toThrow(
      expect.objectContaining({ code: 'no-field' }),
    );
  });

  it('gives every field a meaning: a description in its schema, or words in src/app/field-words.ts', async () => {
    const pages = await referencePages();
    const silent = pages.flatMap(({ text }) =>
      [...text.matchAll(/^\| (`[^`]+`)[^\n]*\| +\|$/gm)].map(([, field]) => field),
    );
    expect(silent).toEqual([]);
  });
});
