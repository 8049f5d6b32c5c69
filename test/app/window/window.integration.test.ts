import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openHistory } from '../../../src/app/replay/history.ts';
import { spanOfIncident } from '../../../src/app/replay/incident-span.ts';
import { replay } from '../../../src/app/replay/replay.ts';
import { openWindow } from '../../../src/app/window/open-window.ts';
import { writeWindow } from '../../../src/app/window/write-window.ts';
import { START } from '../../core/support/simulation.ts';
import { temporaryFolder } from '../../log/temporary-folder.ts';
import { BROKEN, brokenRekorEntries } from '../support/broken-rekor.ts';
import { recordHistory } from '../support/record-history.ts';

test('an exported window replays as the log that it was cut from: same decisions, same pages, same state', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries(), { snapshotEvery: 30 });
  await using history = await openHistory(folder.path);
  const file = join(folder.path, 'window.ndjson.gz');
  const span = { from: START + BROKEN.from - 5000, to: START + BROKEN.until + 20_000 };
  const { entries } = await writeWindow(history, span, file);
  await using window = await openWindow(file);
  const taken = await replay(window);
  const there = await replay(history, span);
  expect(taken).toMatchObject({ same: true, entries, pages: there.pages, stateHash: there.stateHash });
  expect(taken.pages).toHaveLength(1);
  expect(taken.decisionHash.recorded).toBe(taken.decisionHash.now);
});

test('the time around an incident begins before its onset, and an unknown one is refused with those there are', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using history = await openHistory(folder.path);
  const { from, to } = await spanOfIncident(history, 'rekor-1');
  expect(from).toBeLessThan(START + BROKEN.from - 1_700_000);
  expect(to).toBeGreaterThan(START + BROKEN.until);
  await expect(spanOfIncident(history, 'rekor-9')).rejects.toMatchObject({
    code: 'no-incident',
    message: expect.stringContaining('rekor-1') as string,
  });
});

test('a window is never written over a file, and a file that is none is refused', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using history = await openHistory(folder.path);
  const file = join(folder.path, 'notes.txt');
  await writeFile(file, 'mine');
  await expect(writeWindow(history, {}, file)).rejects.toMatchObject({ code: 'not-written' });
  expect(await readFile(file, 'utf8')).toBe('mine');
  await expect(openWindow(file)).rejects.toMatchObject({ code: 'not-a-window' });
});

test('a window that was cut short is refused, not taken for a shorter one', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using history = await openHistory(folder.path);
  const file = join(folder.path, 'window.ndjson.gz');
  await writeWindow(history, {}, file);
  const whole = await readFile(file);
  expect(JSON.parse(gunzipSync(whole).toString().split('\n')[0] ?? '')).toMatchObject({ kind: 'window', format: 1 });
  await writeFile(file, whole.subarray(0, whole.length / 2));
  await expect(openWindow(file)).rejects.toMatchObject({ code: 'not-a-window' });
});
