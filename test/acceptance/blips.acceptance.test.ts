import { expect, test } from 'vitest';
import { startTocsin } from '../servers/daemon.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { began, INTERVAL_MS, probed, RULES, runsOf, untilRuns } from './support/scenario.ts';

test('one 503, and later one freeze shorter than an interval, page nobody and are both recorded', async () => {
  await using stubs = await startStubServices({ kv: [], app: ['kv'] });
  await using tocsin = await startTocsin(`${RULES}
services:
${probed('kv', stubs.url('kv'))}
${probed('app', stubs.url('app'), ['kv'])}
`);
  await tocsin.ready();
  const passesAgain = (): Promise<unknown> => untilRuns(tocsin, 'kv/get', 2, began(Date.now(), 'pass'));

  stubs.next('kv', 'broken');
  const [refused] = await untilRuns(tocsin, 'kv/get', 1, began(0, 'fail'));
  expect(refused?.class).toBe('http.5xx');
  await passesAgain();

  const frozenAt = Date.now();
  stubs.next('kv', 'silent');
  const [frozen] = await untilRuns(tocsin, 'kv/get', 1, began(frozenAt, 'fail'));
  expect(frozen?.class).toBe('latency.timeout');
  await passesAgain();
  // A page would leave after the second failure and a hold of at most two intervals.
  await untilRuns(tocsin, 'app/get', 3, began(Date.now() + INTERVAL_MS));

  const failures = (await runsOf(tocsin, 'kv/get')).filter((run) => run.outcome === 'fail');
  expect(failures.map((run) => run.class)).toEqual(['latency.timeout', 'http.5xx']);
  expect(tocsin.messages()).toEqual([]);
});
