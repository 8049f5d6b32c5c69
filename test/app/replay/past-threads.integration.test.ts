import { expect, test } from 'vitest';
import { figuresOf } from '../../../src/app/replay/figures-of.ts';
import { openHistory } from '../../../src/app/replay/history.ts';
import { PastThreads } from '../../../src/app/replay/past-threads.ts';
import { readSentRules } from '../../../src/app/replay/read-rules.ts';
import { START } from '../../core/support/simulation.ts';
import { temporaryFolder } from '../../log/temporary-folder.ts';
import { brokenRekorEntries } from '../support/broken-rekor.ts';
import { recordHistory } from '../support/record-history.ts';

const SPAN = { from: START, to: START + 120_000 };

test('a thread gives the figures that the same question gives here', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using past = new PastThreads(folder.path);
  await using history = await openHistory(folder.path);
  const figures = await past.figures(SPAN);
  expect(figures).toEqual(await figuresOf(history, SPAN));
  expect(figures).toMatchObject({ pages: 1 });
});

test('an empty log is nothing to count, and said so', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, []);
  await using past = new PastThreads(folder.path);
  expect(await past.figures(SPAN)).toEqual({
    kind: 'not-found',
    message: 'the log holds no entries yet: nothing to replay',
  });
});

test('what takes too long is given up, and the next question is answered by a thread of its own', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using past = new PastThreads(folder.path, { answerMs: 1 });
  const [first, second] = await Promise.all([past.figures(SPAN), past.figures(SPAN)]);
  expect(first).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('within 0.001 s') });
  expect(second).toEqual(first);
});

test('more questions than may wait are refused at once, and closing answers those that wait', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  const past = new PastThreads(folder.path);
  const asked = Array.from({ length: 6 }, () => past.figures(SPAN));
  expect(await asked[5]).toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('still being answered'),
  });
  await past[Symbol.asyncDispose]();
  expect(await Promise.all(asked)).toContainEqual({ kind: 'unavailable', message: 'the daemon is stopping' });
});

test('a thread replays the log as it was, and under rules that were sent', async () => {
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries());
  await using past = new PastThreads(folder.path);
  expect(await past.replay({})).toMatchObject({ same: true, pages: [{ incident: 'rekor-1' }] });
  const rules = { 'tocsin.yaml': 'services: { registry: { probe: "https://registry.example/" } }' };
  expect(await past.replay({ rules })).toMatchObject({ same: false, removed: [{ incident: 'rekor-1' }] });
});

test('nothing of this machine gets into rules that were sent, and mistakes in them are told with their places', async () => {
  const withReference = (url: string) => ({ 'tocsin.yaml': `services: { registry: { probe: "https://${url}/" } }` });
  const read = await readSentRules(withReference('${env:HOME}.example'));
  expect(JSON.stringify(read)).toContain('HOME');
  expect(JSON.stringify(read)).not.toContain(`https://${String(process.env['HOME'])}`);
  await using folder = await temporaryFolder();
  await recordHistory(folder.path, brokenRekorEntries(1000));
  await using past = new PastThreads(folder.path);
  expect(await past.replay({ rules: { 'tocsin.yaml': 'services: { a: { tier: 9 } }' } })).toMatchObject({
    kind: 'invalid',
    message: expect.stringMatching(/^rules: tocsin\.yaml:1:\d+: /),
  });
});
