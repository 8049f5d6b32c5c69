import { describe, expect, it } from 'vitest';
import { Outbox } from '../../src/daemon/outbox.ts';
import type { Alongside } from '../../src/daemon/log-record.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import type { SentFact } from '../../src/model/entry.ts';
import type { ChannelId } from '../../src/model/ids.ts';
import type { ChannelKind, Delivery } from '../../src/ports/channel-kind.ts';
import { Heard } from './support/heard.ts';
import { toldChannel } from './support/kinds.ts';
import { makeItem } from './support/makers.ts';

const AM = 'am' as ChannelId;

/** An outbox with one channel that repeats every 20 ms what it left. */
function world(repeat: (thread: unknown) => Promise<Delivery> | Delivery, threads = new Map<string, unknown>()) {
  const repeated = new Heard<unknown>();
  const sent = new Heard<SentFact & Alongside>();
  const told = toldChannel(({ event }) => ({ kind: 'delivered', thread: event }));
  const kind: ChannelKind = {
    ...told.kind,
    upkeep: {
      everyMs: 20,
      repeat: async (_options, thread) => {
        const said = repeat(thread);
        repeated.hear(thread);
        return said;
      },
    },
  };
  const wakeUps = new WakeUps(
    () => performance.now(),
    () => undefined,
    5,
  );
  const outbox = new Outbox({
    wall: () => Date.now(),
    wakeUps,
    record: (fact, alongside) => sent.hear({ ...fact, ...alongside }),
    needsDown: () => false,
    health: { took: () => undefined, refused: () => undefined, lost: () => undefined },
    emit: () => undefined,
    threads,
    limits: { retryMs: [10] },
  });
  outbox.setChannels(new Map([[AM, { kind, options: {} }]]));
  return {
    outbox,
    repeated,
    sent,
    told,
    async [Symbol.asyncDispose]() {
      await outbox[Symbol.asyncDispose]();
      wakeUps[Symbol.dispose]();
    },
  };
}

/** Resolves when `heard` has heard so many. */
async function times<Item>(heard: Heard<Item>, count: number): Promise<void> {
  await heard.untilCount(count);
}

describe('what a channel with upkeep left', () => {
  it('is repeated as long as the incident lasts', async () => {
    await using w = world(() => ({ kind: 'delivered' }));
    w.outbox.put([makeItem('page', 'rekor-1', 1, { channel: AM })]);
    await times(w.repeated, 3);
    expect(w.repeated.all.slice(0, 3)).toEqual(['page', 'page', 'page']);
  });

  it('is repeated after a restart', async () => {
    await using w = world(() => ({ kind: 'delivered' }), new Map([['am rekor-1', 'page']]));
    await times(w.repeated, 1);
    expect(w.repeated.all[0]).toBe('page');
  });

  it('is repeated after the resolve too, until the channel leaves nothing', async () => {
    let left = 2;
    await using w = world((thread) => ({
      kind: 'delivered',
      ...(thread === 'resolve' && --left <= 0 ? { thread: null } : {}),
    }));
    w.outbox.put([makeItem('page', 'rekor-1', 1, { channel: AM })]);
    await times(w.sent, 1);
    w.outbox.put([makeItem('resolve', 'rekor-1', 2, { channel: AM })]);
    await w.repeated.until(() => left === 0);
    w.outbox.put([makeItem('page', 'kv-1', 3, { channel: AM })]);
    await w.repeated.untilCount(1, (thread) => w.sent.all.length > 2 && thread === 'page');
    w.outbox.put([makeItem('update', 'kv-1', 4, { channel: AM })]);
    await times(w.sent, 4);
    expect(w.repeated.all.filter((thread) => thread === 'resolve')).toHaveLength(2);
    expect(w.sent.all.flatMap(({ threads = [] }) => threads)).toContainEqual({ key: 'am rekor-1', value: null });
  });

  it('is repeated again after a round that reached nobody', async () => {
    let refusals = 2;
    await using w = world(() => (refusals-- > 0 ? { kind: 'retry', error: 'refused' } : { kind: 'delivered' }));
    w.outbox.put([makeItem('page', 'rekor-1', 1, { channel: AM })]);
    await times(w.repeated, 3);
    expect(w.repeated.all.slice(0, 3)).toEqual(['page', 'page', 'page']);
  });

  it('never overtakes a newer word: a delivery waits for the repetition that is under way', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using w = world(async () => {
      await held;
      return { kind: 'delivered' };
    });
    w.outbox.put([makeItem('page', 'rekor-1', 1, { channel: AM })]);
    await times(w.repeated, 1);
    w.outbox.put([makeItem('resolve', 'rekor-1', 2, { channel: AM })]);
    w.outbox.put([makeItem('page', 'kv-1', 1, { channel: AM })]);
    await times(w.sent, 2);
    expect(w.told.heard.all.map(({ event, incident }) => `${event} ${incident}`)).toEqual([
      'page rekor-1',
      'page kv-1',
    ]);
    release();
    await times(w.sent, 3);
    expect(w.told.heard.all.at(-1)).toMatchObject({ event: 'resolve', incident: 'rekor-1' });
  });
});
