import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runDaemon } from '../../src/app/run-daemon.ts';
import type { RunningTocsin } from '../../src/app/run-daemon.ts';
import { systemClock } from '../../src/app/system-clock.ts';
import { startHttpReceiver } from '../servers/http-receiver.ts';
import { startStubServices } from '../servers/stub-services.ts';
import { receiveMessages } from '../servers/told.ts';
import { probed, RULES } from './support/scenario.ts';

const HOUR_MS = 3_600_000;

/** Outcome 33 of docs/engine.md 8, with the real loops, log, probes and webhook, and a clock that jumped. */
test('a daemon that was down for an hour pages nothing about the past; what was open is looked at anew, then resolved or left open', async () => {
  await using stubs = await startStubServices({ db: [], queue: [], app: ['db'] });
  await using receiver = await startHttpReceiver({ kind: 'answer', status: 200 });
  const told = receiveMessages(receiver);
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-hour-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const file = join(folder, 'tocsin.yaml');
  const backup =
    '  backup: { tier: 0, probes: { beat: { kind: heartbeat, every: 10m, grace: 1m, token: a-token-for-one-beat } } }\n';
  const services = `${probed('db', stubs.url('db'))}${probed('queue', stubs.url('queue'))}${probed('app', stubs.url('app'), ['db'])}${backup}`;
  await writeFile(file, `${RULES.replaceAll('HOOK_URL', `${receiver.url}/hook`)}services:\n${services}`);
  const started = (laterMs: number) => start(file, join(folder, 'data'), laterMs);

  {
    await using tocsin = await started(0);
    await tocsin.daemon.ready;
    stubs.turn('db', 'broken');
    stubs.turn('queue', 'broken');
    for (const root of ['db', 'queue']) await told.message((m) => m.event === 'page' && m.incident?.root.id === root);
  }
  stubs.turn('db', 'well');
  {
    await using tocsin = await started(HOUR_MS);
    const resolve = await told.message((m) => m.event === 'resolve' && m.incident?.root.id === 'db');
    expect(Date.parse(resolve.sentAt) - Date.parse(resolve.incident?.startedAt ?? '')).toBeGreaterThan(HOUR_MS);
    await tocsin.daemon.ready;
    const open = tocsin.daemon.view.incidents().filter(({ state }) => state !== 'resolved');
    expect(open.map(({ id }) => id)).toEqual(['queue-1']);
    stubs.turn('queue', 'well');
    await told.message((m) => m.event === 'resolve' && m.incident?.root.id === 'queue');
  }
  const loud = told.messages.filter((m) => m.event === 'page' || m.event === 'ticket').map((m) => m.incident?.id);
  expect(new Set(loud), 'no heartbeat is missed that could not have been heard').toEqual(new Set(['db-1', 'queue-1']));
  expect(loud).toHaveLength(2);
});

/** The daemon in this process, its wall clock ahead by so much. */
async function start(file: string, data: string, laterMs: number): Promise<RunningTocsin> {
  const started = await runDaemon({
    paths: [file],
    data,
    listen: { host: '127.0.0.1', port: 0 },
    env: {},
    screen: { write: () => undefined, colour: false, columns: 80 },
    logs: { write: () => undefined, readable: false, colour: false, level: 'silent' },
    clock: { ...systemClock, wall: () => systemClock.wall() + laterMs },
  });
  if (started.kind === 'refused') throw new Error(JSON.stringify(started.diagnostics));
  return started.tocsin;
}
