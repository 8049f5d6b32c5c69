import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { channelKinds } from '../../src/channels/index.ts';

const guide = await readFile(new URL('../../docs/channels.md', import.meta.url), 'utf8');
const kinds = channelKinds({ terminal: { write: () => undefined, colour: false, columns: 80 } });

/** The part of the guide under a kind's heading. */
function sectionOf(name: string): string {
  return guide.split(/^## /m).find((section) => section.startsWith(`${name}\n`)) ?? '';
}

/** Code blocks of a language, in order. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, code = '']) => (of === language ? [code] : []));
}

/** Kinds whose words are for programs, or are the page at the head of the guide. */
const WITHOUT_PAGE: ReadonlySet<string> = new Set(['alertmanager', 'email', 'exec', 'terminal', 'webhook']);

test.each(kinds.filter(({ name }) => !WITHOUT_PAGE.has(name)).map(({ name }) => [name]))(
  'the guide shows a page as %s sends it, which begins with what broke for whom',
  (name) => {
    const [shown = ''] = blocks(sectionOf(name), 'text');
    expect(shown.split('\n')[0]).toContain('kv refuses our credentials (401): nobody can log in anew');
    expect(shown).toContain('edit the edge by hand: works, break-glass');
  },
);

test.each(kinds.map((kind) => [kind.name, kind] as const))('the guide shows the example of %s', (name, kind) => {
  expect(blocks(sectionOf(name), 'yaml')).toEqual([kind.example]);
});

test.each(kinds.map((kind) => [kind.name, kind] as const))('the guide explains every field of %s', (name, kind) => {
  const { properties = {} } = z.toJSONSchema(kind.schema, { io: 'input' }) as { properties?: object };
  const section = sectionOf(name);
  expect(Object.keys(properties).filter((field) => !new RegExp(`\`${field}[\`.]`).test(section))).toEqual([]);
});
