import { describe, expect, it } from 'vitest';
import type { SentFact } from '../../src/model/entry.ts';
import type { ChannelId } from '../../src/model/ids.ts';
import type { DaemonEvent } from '../../src/ports/telemetry.ts';
import type { Alongside } from '../../src/daemon/log-record.ts';
import { Outbox } from '../../src/daemon/outbox.ts';
import type { OutboxLimits } from '../../src/daemon/outbox.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { Heard } from './support/heard.ts';
import { toldChannel, untilAborted } from './support/kinds.ts';
import { makeItem } from './support/makers.ts';

const HOOK = 'hook' as ChannelId;
const MAIL = 'mail' as ChannelId;
const QUICK: Partial<OutboxLimits> = { retryMs: [10, 20, 30], attemptMs: 100, updateEveryMs: 0 };

interface World {
  readonly channels: Readonly<Record<string, ReturnType<typeof toldChannel>>>;
  readonly limits?: Partial<OutboxLimits>;
  readonly needsDown?: (channel: ChannelId) => boolean;
  readonly threads?: ReadonlyMap<string, unknown>;
}

function world({ channels, limits = {}, needsDown = () => false, threads = new Map() }: World) {
  const sent = new Heard<SentFact & Alongside>();
  const events = new Heard<DaemonEvent>();
  const wakeUps = new WakeUps(
    () => performance.now(),
    (thrown) => events.hear({ kind: 'problem', where: 'timer', message: String(thrown) }),
    5,
  );
  const outbox = new Outbox({
    wall: () => Date.now(),
    wakeUps,
    record: (fact, alongside) => sent.hear({ ...fact, ...alongside }),
    needsDown,
    health: { took: () => undefined, refused: () => undefined, lost: () => undefined },
    emit: events.hear,
    threads,
    limits: { ...QUICK, ...limits },
  });
  outbox.setChannels(
    new Map(Object.entries(channels).map(([id, { kind }]) => [id as ChannelId, { kind, options: {} }])),
  );
  return {
    outbox,
    sent,
    events,
    async [Symbol.asyncDispose]() {
      await outbox[Symbol.asyncDispose]();
      wakeUps[Symbol.dispose]();
    },
  };
}

describe('a message', () => {
  it('is delivered, recorded, and leaves the outbox in the same breath', async () => {
    const hook = toldChannel(() => ({ kind: 'delivered', detail: '200' }));
    await using w = world({ channels: { hook } });
    const item = makeItem('page', 'rekor-1', 1);
    w.outbox.put([item]);
    const fact = await w.sent.until(() => true);
    expect(fact).toMatchObject({ result: 'delivered', attempts: 1, detail: '200', outboxDone: [item.effect.id] });
    expect(hook.heard.all).toMatchObject([{ event: 'page', key: item.effect.id }]);
    expect(hook.heard.all[0]!.sentAt).toMatch(/^\d{4}-.*Z$/);
    expect(w.outbox.oldestAt()).toBeNull();
  });

  it('is taken once, however often it is put', async () => {
    const hook = toldChannel();
    await using w = world({ channels: { hook } });
    const item = makeItem('page', 'rekor-1', 1);
    w.outbox.put([item, item]);
    w.outbox.put([item]);
    await w.sent.until(() => true);
    expect(hook.heard.all).toHaveLength(1);
  });

  it('that is refused for now is tried again under the same key until it is taken', async () => {
    let refusals = 3;
    const hook = toldChannel(() => (refusals-- > 0 ? { kind: 'retry', error: '503' } : { kind: 'delivered' }));
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    expect(await w.sent.until(() => true)).toMatchObject({ result: 'delivered', attempts: 4 });
    expect(new Set(hook.heard.all.map((attempt) => attempt.key)).size).toBe(1);
  });

  it('waits as long as the receiver asked', async () => {
    const at: number[] = [];
    const hook = toldChannel(() => {
      at.push(performance.now());
      return at.length === 1 ? { kind: 'retry', error: '429', afterMs: 200 } : { kind: 'delivered' };
    });
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    await w.sent.until(() => true);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(199);
  });

  it('that is refused for good is recorded as failed', async () => {
    const hook = toldChannel(() => ({ kind: 'failed', error: '404' }));
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    expect(await w.sent.until(() => true)).toMatchObject({ result: 'failed', detail: '404' });
  });

  it('that nobody took for a day is given up', async () => {
    const hook = toldChannel(() => ({ kind: 'retry', error: '503' }));
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1, { at: Date.now() - 86_400_000 })]);
    const fact = await w.sent.until(() => true);
    expect(fact.result).toBe('failed');
    expect(fact.detail).toContain('503');
  });

  it('for a channel that throws is tried again', async () => {
    let throws = 1;
    const hook = toldChannel(() => {
      if (throws-- > 0) throw new Error('a bug');
      return { kind: 'delivered' };
    });
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    expect(await w.sent.until(() => true)).toMatchObject({ result: 'delivered', attempts: 2 });
  });

  it('for a channel that is not there fails, instead of waiting for ever', async () => {
    await using w = world({ channels: {} });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    expect(await w.sent.until(() => true)).toMatchObject({ result: 'failed' });
  });
});

describe('channels are independent', () => {
  it('one that stalls, whether or not it heeds its signal, delays no other', async () => {
    const hook = toldChannel(() => new Promise(() => {}));
    const mail = toldChannel((_attempt, { signal }) =>
      untilAborted(signal, () => ({ kind: 'retry', error: 'aborted' })),
    );
    const chat = toldChannel();
    await using w = world({ channels: { hook, mail, chat }, limits: { attemptMs: 3_600_000 } });
    w.outbox.put([HOOK, MAIL, 'chat' as ChannelId].map((channel, n) => makeItem('page', 'rekor-1', n, { channel })));
    expect(await w.sent.until(() => true)).toMatchObject({ channel: 'chat', result: 'delivered' });
    // What was stuck keeps its row: nothing was recorded about it. The stalled one is not waited for.
    expect(w.sent.all).toHaveLength(1);
  });

  it('a stalled attempt ends at its deadline and is tried again', async () => {
    let stalls = 1;
    const hook = toldChannel(() => (stalls-- > 0 ? new Promise(() => {}) : { kind: 'delivered' }));
    await using w = world({ channels: { hook }, limits: { attemptMs: 30 } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    expect(await w.sent.until(() => true)).toMatchObject({ result: 'delivered', attempts: 2 });
  });
});

describe('within an incident and channel', () => {
  it('order is kept, though the first is refused for a while', async () => {
    let refusals = 2;
    const hook = toldChannel(({ event }) =>
      event === 'ticket' && refusals-- > 0 ? { kind: 'retry', error: '503' } : { kind: 'delivered' },
    );
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('ticket', 'rekor-1', 1), makeItem('page', 'rekor-1', 2)]);
    const facts = await w.sent.untilCount(2);
    expect(facts.map((fact) => [fact.event, fact.result])).toEqual([
      ['ticket', 'delivered'],
      ['page', 'delivered'],
    ]);
  });

  it('another incident need not wait for one that is refused', async () => {
    const hook = toldChannel(({ incident }) =>
      incident === 'rekor-1' ? { kind: 'retry', error: '503' } : { kind: 'delivered' },
    );
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1), makeItem('page', 'kv-1', 2)]);
    expect(await w.sent.until(() => true)).toMatchObject({ incident: 'kv-1', result: 'delivered' });
  });

  it('a resolve before the page was delivered becomes one late message', async () => {
    let down = true;
    const hook = toldChannel(() => (down ? { kind: 'retry', error: '503' } : { kind: 'delivered' }));
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    await hook.heard.untilCount(2);
    w.outbox.put([makeItem('update', 'rekor-1', 2), makeItem('resolve', 'rekor-1', 3)]);
    down = false;
    const facts = await w.sent.untilCount(3);
    expect(facts.filter((fact) => fact.result === 'delivered')).toMatchObject([{ event: 'resolve' }]);
    expect(
      facts
        .filter((fact) => fact.result === 'superseded')
        .map((fact) => fact.event)
        .sort(),
    ).toEqual(['page', 'update']);
  });

  it('a resolve after the page was delivered is a message of its own, in its thread', async () => {
    const hook = toldChannel(({ event }) => ({
      kind: 'delivered',
      ...(event === 'page' ? { thread: 'message-7' } : {}),
    }));
    await using w = world({ channels: { hook } });
    w.outbox.put([makeItem('page', 'rekor-1', 1)]);
    expect((await w.sent.until(() => true)).threads).toEqual([{ key: 'hook rekor-1', value: 'message-7' }]);
    w.outbox.put([makeItem('resolve', 'rekor-1', 2)]);
    const [, resolved] = await w.sent.untilCount(2);
    expect(hook.heard.all.map((attempt) => attempt.thread)).toEqual([null, 'message-7']);
    expect(resolved!.threads, 'nobody answers to a resolved incident').toEqual([{ key: 'hook rekor-1', value: null }]);
  });

  it('a thread outlives a restart', async () => {
    const hook = toldChannel();
    await using w = world({ channels: { hook }, threads: new Map([['hook rekor-1', 'message-7']]) });
    w.outbox.put([makeItem('update', 'rekor-1', 2)]);
    await w.sent.until(() => true);
    expect(hook.heard.all[0]!.thread).toBe('message-7');
  });

  it('updates are held to their pace, and only the newest of an incident goes', async () => {
    const hook = toldChannel();
    await using w = world({ channels: { hook }, limits: { updateEveryMs: 150 } });
    w.outbox.put([makeItem('update', 'rekor-1', 1)]);
    await hook.heard.untilCount(1);
    w.outbox.put([2, 3, 4].map((n) => makeItem('update', 'rekor-1', n)));
    await hook.heard.untilCount(2);
    expect(hook.heard.all.map((attempt) => attempt.sequence)).toEqual([1, 4]);
  });
});

describe('a fallback', () => {
  const fallback = (afterMs: number) => ({ fallback: { afterMs, to: [MAIL] } });

  it('takes over after a final failure, and the row stays until it has', async () => {
    const hook = toldChannel(() => ({ kind: 'failed', error: '404' }));
    const mail = toldChannel();
    await using w = world({ channels: { hook, mail } });
    const item = makeItem('page', 'rekor-1', 1, fallback(3_600_000));
    w.outbox.put([item]);
    const [failed, delivered] = await w.sent.untilCount(2);
    expect(failed).toMatchObject({ channel: 'hook', result: 'failed' });
    expect(failed!.outboxDone).toBeUndefined();
    expect(delivered).toMatchObject({ channel: 'mail', result: 'delivered', outboxDone: [item.effect.id] });
  });

  it('takes over when the channel did not take it in time, while the channel is still tried', async () => {
    let down = true;
    const hook = toldChannel(() => (down ? { kind: 'retry', error: '503' } : { kind: 'delivered' }));
    const mail = toldChannel();
    await using w = world({ channels: { hook, mail } });
    const item = makeItem('page', 'rekor-1', 1, fallback(50));
    w.outbox.put([item]);
    expect(await w.sent.until(() => true)).toMatchObject({ channel: 'mail', result: 'delivered' });
    down = false;
    const [, late] = await w.sent.untilCount(2);
    expect(late).toMatchObject({ channel: 'hook', result: 'delivered', outboxDone: [item.effect.id] });
  });

  it('takes over at once where what the channel travels through is down', async () => {
    const hook = toldChannel(() => ({ kind: 'retry', error: '503' }));
    const mail = toldChannel();
    await using w = world({ channels: { hook, mail }, needsDown: (channel) => channel === HOOK });
    w.outbox.put([makeItem('page', 'rekor-1', 1, fallback(3_600_000))]);
    expect(await w.sent.until(() => true)).toMatchObject({ channel: 'mail', result: 'delivered' });
  });

  it('is not used when the channel took it', async () => {
    const hook = toldChannel();
    const mail = toldChannel();
    await using w = world({ channels: { hook, mail } });
    w.outbox.put([makeItem('page', 'rekor-1', 1, fallback(0)), makeItem('page', 'kv-1', 2, fallback(3_600_000))]);
    await w.sent.until((fact) => fact.incident === 'kv-1');
    expect(mail.heard.all.filter((attempt) => attempt.incident === 'kv-1')).toEqual([]);
  });
});

it('a channel that left the configuration still delivers what it owes', async () => {
  const hook = toldChannel();
  await using w = world({ channels: { hook } });
  w.outbox.setChannels(new Map());
  w.outbox.put([makeItem('resolve', 'rekor-1', 1)]);
  expect(await w.sent.until(() => true)).toMatchObject({ result: 'delivered' });
});

it('draining waits for what can be delivered, and not for what must wait', async () => {
  const hook = toldChannel(async ({ incident }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return incident === 'dead-1' ? { kind: 'retry', error: '503' } : { kind: 'delivered' };
  });
  await using w = world({ channels: { hook }, limits: { concurrency: 1, retryMs: [3_600_000] } });
  w.outbox.put(['dead-1', 'a-1', 'b-1', 'c-1'].map((incident, n) => makeItem('page', incident, n)));
  await w.outbox.drain(5000);
  expect(w.sent.all.map((fact) => fact.incident)).toEqual(['a-1', 'b-1', 'c-1']);
});

it('draining gives what was refused one last attempt, and counts what remains', async () => {
  let down = true;
  const hook = toldChannel(({ incident }) =>
    down || incident === 'dead-1' ? { kind: 'retry', error: '503' } : { kind: 'delivered' },
  );
  await using w = world({ channels: { hook }, limits: { retryMs: [3_600_000] } });
  w.outbox.put(['dead-1', 'a-1'].map((incident, n) => makeItem('page', incident, n)));
  await w.events.untilCount(2, (event) => event.kind === 'delivery' && event.result === 'retry');
  down = false;
  await w.outbox.drain(5000);
  expect(w.sent.all).toMatchObject([{ incident: 'a-1', result: 'delivered', attempts: 2 }]);
  expect(hook.heard.all.filter(({ incident }) => incident === 'dead-1')).toHaveLength(2);
  expect(w.outbox.remaining).toBe(1);
});

it('a test is one real message past the queue, and is written down', async () => {
  const hook = toldChannel(() => ({ kind: 'delivered', detail: '200' }));
  const mail = toldChannel(() => ({ kind: 'retry', error: '503' }));
  await using w = world({ channels: { hook, mail } });
  expect(await w.outbox.test(HOOK, 'prod', 'a test')).toEqual({ kind: 'delivered', detail: '200' });
  expect(await w.outbox.test(MAIL, 'prod', 'a test')).toEqual({ kind: 'retry', error: '503' });
  expect(await w.outbox.test('none' as ChannelId, 'prod', 'a test')).toBeUndefined();
  expect(hook.heard.all).toMatchObject([{ event: 'test', incident: 'none' }]);
  expect(w.sent.all).toMatchObject([
    { channel: 'hook', event: 'test', result: 'delivered' },
    { channel: 'mail', event: 'test', result: 'failed', detail: '503' },
  ]);
  expect(w.outbox.lastDeliveries.get(MAIL)).toMatchObject({ event: 'test', result: 'failed', detail: '503' });
});
