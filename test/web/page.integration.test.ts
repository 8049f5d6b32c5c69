import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../api/support/ask.ts';
import { serve } from '../api/support/with-api.ts';
import type { Served } from '../api/support/with-api.ts';

const FOLDER = new URL('../../src/web/', import.meta.url);
const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));
const source = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

describe('the page', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve();
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test('is served at / and is HTML', async () => {
    const { status, headers, text } = await ask(`${served.url}/`);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toBe(source('index.html'));
  });

  test('gets everything that it names, and what those name, from here', async () => {
    const html = source('index.html');
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
    const imported = scripts.flatMap((name) =>
      [...source(name).matchAll(/^import .* from '\.\/([^']+)';$/gm)].map(([, file = '']) => `web/${file}`),
    );
    const types = new Map<string, string | undefined>();
    for (const address of new Set([...named, ...imported])) {
      const { status, headers } = await ask(`${served.url}/${address}`);
      expect([address, status]).toEqual([address, 200]);
      types.set(address, headers['content-type']);
    }
    expect(types.get('web/page.js')).toMatch(/^(?:text|application)\/javascript/);
    expect(types.get('web/style.css')).toMatch(/^text\/css/);
    expect(types.get('web/icon.svg')).toMatch(/^image\/svg\+xml/);
    expect(types.size).toBe(scripts.length + 2);
  });

  test('is asked for again at every visit, and answered in a few bytes where it is the same', async () => {
    const first = await ask(`${served.url}/web/page.js`);
    expect(first.headers['cache-control']).toBe('no-cache');
    const again = await ask(`${served.url}/web/page.js`, { headers: { 'if-none-match': first.headers.etag ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test.each([
    'README.md',
    'tsconfig.json',
    'index.html',
    '',
    '../api/server.ts',
    '..%2fapi%2fserver.ts',
    '%2e%2e/api/server.ts',
    '.git/config',
    'page.js%00.css',
  ])('nothing else comes from its folder: /web/%s', async (path) => {
    expect([400, 403, 404]).toContain((await ask(`${served.url}/web/${path}`)).status);
  });

  test('holds no script or style of its own, and asks nobody else', () => {
    const html = source('index.html');
    expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]* src="web\/)/i);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//i);
    expect(source('style.css')).not.toMatch(/@import|url\(/i);
  });

  test.each(scripts)('text from outside stays text: %s never makes markup or code of a string', (name) => {
    expect(source(name)).not.toMatch(
      /innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b|new Function|setAttribute\('on/,
    );
  });
});
