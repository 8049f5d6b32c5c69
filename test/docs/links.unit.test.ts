import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((page) => `docs/${page}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs].filter((page) => page.endsWith('.md'));
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** The anchors of a page's headings, as they are made where Markdown is shown. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? '');
  return new Set(
    headings.map((h) =>
      h
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Links of a page that lead nowhere. */
function brokenLinks(page: string): readonly string[] {
  const prose = textOf(page).replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(ROOT, file))) return [target];
    return anchor === undefined || anchorsOf(file).has(anchor) ? [] : [target];
  });
}

describe('links within the documentation lead somewhere', () => {
  it.each(pages)('%s', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });
});

describe('the index', () => {
  it('names every page', () => {
    const index = textOf('docs/README.md');
    const missing = docs.filter(
      (page) =>
        /^docs\/[^/]+\.md$/.test(page) &&
        page !== 'docs/README.md' &&
        !index.includes(`(${page.slice('docs/'.length)})`),
    );
    expect(missing).toEqual([]);
  });
});
