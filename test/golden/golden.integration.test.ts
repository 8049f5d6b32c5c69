import { gunzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { replay } from '../../src/app/replay/replay.ts';
import { openWindow } from '../../src/app/window/open-window.ts';
import { engine } from '../../src/core/tocsin-engine.ts';
import { exampleFile, HISTORIES } from './histories.ts';

const MEND =
  'the engine decides this log otherwise than it was recorded: where that is meant, raise ENGINE_VERSION, say so in the ' +
  'changelog and record the logs anew (node test/golden/record.ts)';

describe.each(Object.keys(HISTORIES) as (keyof typeof HISTORIES)[])('the recorded log %s', (name) => {
  const file = exampleFile(`${name}.ndjson.gz`);

  test('is decided as it was recorded, word for word', async () => {
    await using window = await openWindow(file);
    const { same, difference, pages } = await replay(window);
    expect(difference?.now, MEND).toEqual(difference?.recorded);
    expect(same, MEND).toBe(true);
    expect(pages.map(({ root }) => root.id)).toEqual([name]);
  });

  test('is what its making gives, entry by entry, and was recorded by this engine', async () => {
    const lines = gunzipSync(await readFile(file))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; entry?: unknown; engine?: string });
    expect(lines[0]).toMatchObject({ kind: 'window', engine: engine.version });
    const entries = JSON.parse(JSON.stringify(await HISTORIES[name]())) as unknown;
    expect(lines.flatMap(({ entry }) => (entry === undefined ? [] : [entry]))).toEqual(entries);
  });
});
