import { expect, test } from 'vitest';
import { ChannelHealth } from '../../src/daemon/channel-health.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import type { ChannelId } from '../../src/model/ids.ts';
import { Heard } from './support/heard.ts';

const HOOK = 'hook' as ChannelId;

function world(more: { readonly failing?: readonly ChannelId[]; readonly needsDown?: () => boolean } = {}) {
  const told = new Heard<string>();
  const wakeUps = new WakeUps(
    () => performance.now(),
    () => undefined,
  );
  const health = new ChannelHealth({
    wakeUps,
    needsDown: more.needsDown ?? (() => false),
    tell: (channel, state, message) => told.hear(`${channel} ${state}: ${message}`),
    failing: more.failing ?? [],
    failingAfterMs: 30,
  });
  return {
    health,
    told,
    [Symbol.dispose]() {
      health[Symbol.dispose]();
      wakeUps[Symbol.dispose]();
    },
  };
}

test('three refused attempts are told when they have gone on for long enough, once', async () => {
  using w = world();
  for (const said of ['503', '503', '504']) w.health.refused(HOOK, said);
  expect(w.told.all).toEqual([]);
  expect(await w.told.until(() => true)).toBe('hook begin: 3 attempts in a row were not taken; the last said: 504');
  w.health.refused(HOOK, '503');
  expect(w.told.all).toHaveLength(1);
  w.health.took(HOOK);
  expect(w.told.all.at(-1)).toBe('hook end: it takes messages again');
  w.health.took(HOOK);
  expect(w.told.all).toHaveLength(2);
});

test('a channel that took one in between is not failing', async () => {
  using w = world();
  w.health.refused(HOOK, '503');
  w.health.refused(HOOK, '503');
  w.health.took(HOOK);
  w.health.refused(HOOK, '503');
  w.health.refused('other' as ChannelId, '500');
  w.health.refused('other' as ChannelId, '500');
  w.health.refused('other' as ChannelId, '500');
  await w.told.until(() => true);
  expect(w.told.all.filter((text) => text.startsWith('hook'))).toEqual([]);
});

test('one message that is refused for good is told at once', () => {
  using w = world();
  w.health.lost(HOOK, '404');
  expect(w.told.all).toEqual(['hook begin: 404']);
});

test('what its needs explain is not told', () => {
  using w = world({ needsDown: () => true });
  w.health.lost(HOOK, '404');
  expect(w.told.all).toEqual([]);
});

test('what was told before a restart is ended by the first message that is taken, or when the channel is gone', () => {
  using w = world({ failing: [HOOK, 'gone' as ChannelId] });
  w.health.lost(HOOK, 'still');
  w.health.keepOnly(new Set([HOOK]));
  w.health.took(HOOK);
  expect(w.told.all).toEqual([
    'gone end: it is not in the configuration any more',
    'hook end: it takes messages again',
  ]);
});
