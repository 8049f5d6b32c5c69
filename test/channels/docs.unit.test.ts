import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { channelKinds } from '../../src/channels/index.ts';
import { renderText } from '../../src/channels/page/render-text.ts';
import { page, resolve } from './samples/notifications.ts';

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

test('the page and the resolve in the guide are what is really sent', () => {
  const sent = [page, resolve].map((message) => renderText(message, { columns: 80 }).text);
  expect(blocks(guide, 'text')).toEqual(sent);
});

test.each(kinds.map((kind) => [kind.name, kind] as const))('the guide shows the example of %s', (name, kind) => {
  expect(blocks(sectionOf(name), 'yaml')).toEqual([kind.example]);
});

test.each(kinds.map((kind) => [kind.name, kind] as const))('the guide explains every field of %s', (name, kind) => {
  const { properties = {} } = z.toJSONSchema(kind.schema, { io: 'input' }) as { properties?: object };
  const section = sectionOf(name);
  expect(Object.keys(properties).filter((field) => !new RegExp(`\`${field}[\`.]`).test(section))).toEqual([]);
});
