import { expect, test } from 'vitest';
import { Deadman } from '../../src/daemon/deadman.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { Secret } from '../../src/model/secret.ts';
import type { DaemonEvent } from '../../src/ports/telemetry.ts';
import { Heard } from './support/heard.ts';

const SETTINGS = { url: new Secret('https://watch.example/me'), everyMs: 20 };

function world() {
  const pings = new Heard<string>();
  const events = new Heard<DaemonEvent>();
  const wakeUps = new WakeUps(
    () => performance.now(),
    () => undefined,
    5,
  );
  const told: { doubt: string | undefined; refusing: boolean } = { doubt: undefined, refusing: false };
  const deadman = new Deadman({
    wakeUps,
    ping: async (url) => {
      pings.hear(url.reveal());
      if (told.refusing) throw new Error('503');
    },
    doubt: () => told.doubt,
    emit: events.hear,
  });
  return {
    deadman,
    pings,
    events,
    told,
    [Symbol.dispose]() {
      deadman[Symbol.dispose]();
      wakeUps[Symbol.dispose]();
    },
  };
}

test('while all is well the watcher is pinged at once, and again and again', async () => {
  using w = world();
  w.deadman.set(SETTINGS);
  expect(new Set(await w.pings.untilCount(3))).toEqual(new Set(['https://watch.example/me']));
  expect(w.events.all).toEqual([]);
});

test('it falls silent while pages cannot be relied on, says so once, and speaks again afterwards', async () => {
  using w = world();
  w.told.doubt = 'no probe has run for 3 min';
  w.deadman.set(SETTINGS);
  const said = await w.events.until(() => true);
  expect(said).toMatchObject({ where: 'deadman', message: 'not pinged: no probe has run for 3 min' });
  expect(w.pings.all).toEqual([]);
  w.told.doubt = undefined;
  await w.pings.untilCount(2);
  expect(w.events.all).toHaveLength(1);
});

test('a watcher that does not take pings is told once, without its address', async () => {
  using w = world();
  w.told.refusing = true;
  w.deadman.set(SETTINGS);
  await w.pings.untilCount(3);
  expect(w.events.all).toMatchObject([{ where: 'deadman', message: 'pinging it failed: 503' }]);
});

test('a configuration without one ends it', async () => {
  using w = world();
  w.deadman.set(SETTINGS);
  await w.pings.untilCount(1);
  w.deadman.set(undefined);
  const before = w.pings.all.length;
  w.deadman.set({ ...SETTINGS, url: new Secret('https://other.example') });
  await w.pings.until((url) => url === 'https://other.example');
  expect(w.pings.all.filter((url) => url === 'https://watch.example/me')).toHaveLength(before);
});
