import { expect, test } from 'vitest';
import { openHistory } from '../../../src/app/replay/history.ts';
import { replay } from '../../../src/app/replay/replay.ts';
import { openLog } from '../../../src/log/open-log.ts';
import { engine } from '../../../src/core/tocsin-engine.ts';
import { START } from '../../core/support/simulation.ts';
import { temporaryFolder } from '../../log/temporary-folder.ts';
import { BROKEN, brokenRekorEntries } from '../support/broken-rekor.ts';
import { recordHistory } from '../support/record-history.ts';

test('a log that is decided again by the same engine comes out the same, with the pages that were sent', async () => {
  await using folder = await temporaryFolder();
  const entries = brokenRekorEntries();
  await recordHistory(folder.path, entries);
  await using history = await openHistory(folder.path);
  const replayed = await replay(history);
  expect(replayed).toMatchObject({ same: true, entries: entries.length, from: START, to: entries.at(-1)?.at });
  expect(replayed.decisionHash.now).toBe(replayed.decisionHash.recorded);
  expect(replayed.pages.map(({ root }) => root.id)).toEqual(['rekor']);
  expect(replayed.pages[0]?.at).toBeGreaterThan(START + BROKEN.from);
});

test('the first entry that decided something else then is shown, with both sides', async () => {
  await using folder = await temporaryFolder();
  let altered = 0;
  await recordHistory(folder.path, brokenRekorEntries(), {
    alter: (decided) => {
      const page = decided.effects.find((e) => e.kind === 'notify' && e.notification.event === 'page');
      if (page === undefined || altered > 0) return decided;
      altered = decided.n;
      return { ...decided, effects: decided.effects.filter((effect) => effect !== page) };
    },
  });
  await using history = await openHistory(folder.path);
  const { same, difference } = await replay(history);
  expect(same).toBe(false);
  expect(difference).toMatchObject({ kind: 'decisions', entry: { n: altered } });
  expect(difference?.now.effects.length).toBe((difference?.recorded.effects.length ?? 0) + 1);
  expect(difference?.incidents.map(({ id }) => id)).toContain('rekor-1');
});

test('a decision whose rolling hash does not fit shows that something before it, which was not kept, differs', async () => {
  await using folder = await temporaryFolder();
  const wrong = '0'.repeat(64);
  await recordHistory(folder.path, brokenRekorEntries(), { alter: (d) => ({ ...d, hash: wrong as typeof d.hash }) });
  await using history = await openHistory(folder.path);
  expect((await replay(history)).difference?.kind).toBe('before');
});

test('a span begins at the snapshot before it and tells the pages within it', async () => {
  await using folder = await temporaryFolder();
  const entries = brokenRekorEntries();
  await recordHistory(folder.path, entries, { snapshotEvery: 20 });
  await using history = await openHistory(folder.path);
  const whole = await replay(history);
  const before = await replay(history, { to: START + BROKEN.from });
  const after = await replay(history, { from: START + BROKEN.from });
  expect(before).toMatchObject({ same: true, pages: [] });
  expect(after).toMatchObject({ same: true, pages: whole.pages, stateHash: whole.stateHash });
  expect(after.entries).toBeLessThan(entries.length);
});

test('what retention has left is decided again from its snapshot', async () => {
  await using folder = await temporaryFolder();
  const entries = brokenRekorEntries();
  await recordHistory(folder.path, entries, { snapshotEvery: 50 });
  {
    await using log = await openLog({ path: folder.path, engine: engine.version });
    expect(await log.prune({ before: START + 40_000 })).toBeGreaterThan(0);
  }
  await using history = await openHistory(folder.path);
  expect(await replay(history)).toMatchObject({ same: true });
});

test('an empty log has nothing to replay, and says so', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, []);
  await using history = await openHistory(folder.path);
  await expect(replay(history)).rejects.toMatchObject({ code: 'empty' });
});
