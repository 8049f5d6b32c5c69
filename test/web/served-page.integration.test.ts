import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../api/support/ask.ts';
import { serve } from '../api/support/with-api.ts';
import type { Served } from '../api/support/with-api.ts';

const SOURCE = new URL('../../src/web/', import.meta.url);
const BUILT = new URL('../../dist/web/', import.meta.url);

/** What `index.html` loads before anything is shown. */
function firstView(): readonly string[] {
  const html = readFileSync(new URL('index.html', BUILT), 'utf8');
  return ['index.html', ...[...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file = '']) => file)];
}

describe('the page', () => {
  let served: Served;
  beforeAll(async () => {
    expect(existsSync(new URL('index.html', BUILT)), 'the page is built: npm run build:page').toBe(true);
    served = await serve();
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test.each(['/', '/graph', '/incidents/rekor-3', '/services/rekor', '/probes/rekor/log', '/replay?at=2026-05-04'])(
    'a link to %s leads to the document, whose parts are found from there',
    async (path) => {
      const { status, headers, text } = await ask(`${served.url}${path}`);
      expect([status, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
      expect(named.length).toBeGreaterThan(2);
      for (const address of named) {
        const part = await ask(new URL(address, `${served.url}${path}`).href);
        expect([address, part.status]).toEqual([address, 200]);
        expect(part.headers['cache-control']).toContain('immutable');
      }
    },
  );

  test.each([
    'README.md',
    'main.tsx',
    'index.html',
    '',
    'assets/',
    'assets/../index.html',
    'assets/..%2f..%2fapi%2fserver.ts',
    '%2e%2e/api/server.ts',
    '.git/config',
    'assets/index.js%00.css',
  ])('nothing else comes from its folder: /web/%s', async (path) => {
    expect([400, 403, 404]).toContain((await ask(`${served.url}/web/${path}`)).status);
  });

  test('allows no script, style, image or request but its own, and makes no HTML of text', async () => {
    const { headers } = await ask(`${served.url}/`);
    const policy = headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "trusted-types 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
  });

  test('the first view is under 200 kB compressed', () => {
    const bytes = firstView().map((file) => brotliCompressSync(readFileSync(new URL(file, BUILT))).length);
    expect(bytes.reduce((all, each) => all + each, 0)).toBeLessThan(200_000);
  });

  test('what is built asks nobody else', () => {
    const files = globSync('**/*.{js,css,html}', { cwd: BUILT }).filter((file) =>
      statSync(new URL(file, BUILT)).isFile(),
    );
    for (const file of files) {
      const text = readFileSync(new URL(file, BUILT), 'utf8');
      // Names of namespaces are no addresses that anybody asks.
      const addresses = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address);
      expect([file, addresses.filter((each) => each !== 'http://www.w3.org')]).toEqual([file, []]);
    }
  });

  test('text from outside stays text: no module makes markup or code of a string', () => {
    for (const file of globSync('**/*.{ts,tsx}', { cwd: SOURCE }))
      expect(readFileSync(new URL(file, SOURCE), 'utf8')).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b|new Function/,
      );
  });
});
