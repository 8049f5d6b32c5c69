import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ping } from '../../src/probes/ping.ts';
import { measurePing } from '../../src/probes/ping/measure.ts';
import { temporaryFolder } from '../servers/child-program.ts';
import { missing } from '../servers/programs.ts';
import { probe, runContext } from './run-context.ts';

describe.skipIf(missing('ping').length > 0)("the system's ping", () => {
  test('answers from loopback, and gives assertions its times', async () => {
    const { judgement, measured } = await probe(ping, { host: '127.0.0.1', count: 2 });
    expect(judgement).toMatchObject({ outcome: 'pass', variables: { lossPercent: 0 } });
    expect(judgement.variables?.['rttMs']).toBeGreaterThan(0);
    expect(measured.facts['addresses']).toEqual(['127.0.0.1']);
  });

  test('is given addresses, never names', async () => {
    const names = { 'host.test': ['127.0.0.1', '127.0.0.2'] };
    const { measured } = await probe(ping, { host: 'host.test', count: 1 }, { names });
    expect(measured.attempts.map((attempt) => attempt.summary?.received)).toEqual([1, 1]);
  });

  test('that is not done in time had no answer', async () => {
    const deadline = AbortSignal.timeout(100);
    const { judgement } = await probe(ping, { host: '127.0.0.1', count: 10 }, { signal: deadline });
    expect(judgement).toMatchObject({ outcome: 'fail', class: 'connect.timeout' });
  });

  test('is called off when the monitor stops, and nobody is blamed', async () => {
    const controller = new AbortController();
    const running = probe(ping, { host: '127.0.0.1', count: 10 }, { signal: controller.signal });
    controller.abort(new Error('the daemon stops'));
    expect((await running).measured.ownFault?.class).toBe('probe.resources');
  });
});

test('an address that may not be reached is not pinged', async () => {
  const guard = () => ({ allowed: false, reason: 'denied' }) as const;
  const { measured } = await probe(ping, { host: '127.0.0.1' }, { guard });
  expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
});

test('where there is no ping, nothing can be known', async () => {
  const measured = await measurePing(ping.schema.parse({ host: '127.0.0.1' }), runContext(), { PATH: '/nowhere' });
  expect(measured.ownFault).toMatchObject({ class: 'probe.misconfigured' });
});

test.each<[string, string, number, string | undefined, string | undefined]>([
  ['no answer is a timeout', '3 packets transmitted, 0 received, 100% packet loss', 1, 'connect.timeout', undefined],
  ['one answer of three passes', '3 packets transmitted, 1 received, 66% packet loss', 0, undefined, undefined],
  ['what could not be sent is our own trouble', 'connect: Network is unreachable', 2, undefined, 'probe.network'],
])('%s', async (_rule, words, exit, expected, own) => {
  await using folder = await temporaryFolder('ping');
  await writeFile(join(folder.path, 'ping'), `#!/bin/sh\necho '${words}'\nexit ${exit}\n`, { mode: 0o755 });
  const options = ping.schema.parse({ host: '127.0.0.1' });
  const measured = await measurePing(options, runContext(), { PATH: folder.path });
  expect(measured.ownFault?.class).toBe(own);
  expect(ping.judge(measured, options).class).toBe(expected);
});

test('a name that does not exist is told by the name server, not by ping', async () => {
  expect((await probe(ping, { host: 'absent.test' })).judgement.class).toBe('dns.nxdomain');
});

test.each(['-f', '--help', 'a b', '$(id)', '127.0.0.1;id'])('%s is no host', (host) => {
  expect(ping.schema.safeParse({ host }).success).toBe(false);
});
