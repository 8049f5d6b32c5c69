import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { line } from '../config/load-texts.ts';
import { loadExample, yamlExamples } from './yaml-examples.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((p) => `docs/${p}`),
]
  .filter((page) => page.endsWith('.md'))
  .map((page) => ({ page, examples: yamlExamples(readFileSync(join(ROOT, page), 'utf8')) }));

describe('every YAML example in the documentation is read by the real loader without a mistake', () => {
  for (const { page, examples } of pages.filter((p) => p.examples.length > 0)) {
    it.each(examples.map((example) => [`${page}:${String(example.line)}`, example] as const))(
      '%s',
      async (_, { text }) => {
        const result = await loadExample(text, page === 'docs/channels.md' ? 'channel' : 'probe');
        expect(result.ok ? [] : result.diagnostics.map(line)).toEqual([]);
      },
    );
  }

  it('finds them: there are some in the README and in the reference', () => {
    const some = pages.filter((p) => p.examples.length > 0).map((p) => p.page);
    expect(some).toEqual(expect.arrayContaining(['README.md', 'docs/probes.md', 'docs/language.md']));
  });

  it('would see a mistake', async () => {
    const result = await loadExample('services: { shop: { neeeds: [payments] } }');
    expect(result.ok).toBe(false);
  });
});
