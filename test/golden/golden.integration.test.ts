import { describe, expect, test } from 'vitest';
import { replay } from '../../src/app/replay/replay.ts';
import { openWindow } from '../../src/app/window/open-window.ts';
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
});
