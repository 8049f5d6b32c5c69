import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { terminalChannel } from '../../src/channels/terminal.ts';
import type { Screen } from '../../src/channels/terminal.ts';
import { page } from './samples/notifications.ts';

async function printed(given: Partial<Screen>): Promise<string> {
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const kind = terminalChannel({ colour: false, columns: 80, write, ...given });
  const context = { signal: AbortSignal.timeout(1000), now: 0, idempotencyKey: 'key', thread: null };
  await kind.deliver({}, page, context);
  return output;
}

test('a page is printed without a single escape where the output has no colour', async () => {
  expect(stripVTControlCharacters(await printed({}))).toBe(await printed({}));
});

test('colour adds nothing but colour', async () => {
  const coloured = await printed({ colour: true });
  expect(coloured).toContain('\u001b[31m');
  expect(stripVTControlCharacters(coloured)).toBe(await printed({}));
});

test('a wide terminal is used up to 80 columns', async () => {
  expect(await printed({ columns: 200 })).toBe(await printed({ columns: 80 }));
});

test('an output that is gone may be tried again', async () => {
  const write = (): never => {
    throw new Error('write EPIPE');
  };
  const kind = terminalChannel({ colour: false, columns: 80, write });
  const context = { signal: AbortSignal.timeout(1000), now: 0, idempotencyKey: 'key', thread: null };
  expect(await kind.deliver({}, page, context)).toMatchObject({ kind: 'retry' });
});
