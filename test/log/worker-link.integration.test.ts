import { expect, test } from 'vitest';
import { WorkerLink } from '../../src/log/worker-link.ts';
import type { FragileCalls } from './fragile-worker.ts';

function link(maxPending = 100): WorkerLink<FragileCalls> {
  return new WorkerLink('./fragile-worker', import.meta.url, 'the fragile worker', maxPending);
}

test('calls are answered in order, and a refusal keeps its code', async () => {
  const worker = link();
  const answers: unknown[] = [];
  await Promise.all([
    worker.call('echo', 'a').then((answer) => answers.push(answer)),
    worker.call('refuse', null).catch((error: unknown) => answers.push(error)),
    worker.call('echo', 'b').then((answer) => answers.push(answer)),
  ]);
  expect(answers).toMatchObject(['a', { name: 'LogError', code: 'full', message: 'the disk is full' }, 'b']);
  await worker.close();
});

test('a worker that crashes rejects all that waits and all that comes later, and says why', async () => {
  const worker = link();
  const calls = [worker.call('crash', null), worker.call('echo', 'a'), worker.call('echo', 'b')];
  const [, ...waiting] = await Promise.allSettled(calls);
  expect(waiting.some(({ status }) => status === 'rejected')).toBe(true);
  await expect(worker.call('echo', 'c')).rejects.toMatchObject({ code: 'io' });
  await expect(worker.call('echo', 'c')).rejects.toThrow('the fragile worker failed: RangeError: out of everything');
  await worker.close();
});

test('more calls than may wait are refused as busy', async () => {
  const worker = link(2);
  const ignored = Promise.allSettled([worker.call('ignore', null), worker.call('echo', 'a')]);
  await expect(worker.call('echo', 'b')).rejects.toMatchObject({ name: 'LogError', code: 'busy' });
  await worker.terminate();
  expect(await ignored).toMatchObject([
    { status: 'rejected', reason: { code: 'io' } },
    { status: 'rejected', reason: { code: 'io' } },
  ]);
});

test('a call that is not answered in its time is given up as busy', async () => {
  const worker = link();
  await expect(worker.call('ignore', null, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'busy' });
  await worker.terminate();
});
