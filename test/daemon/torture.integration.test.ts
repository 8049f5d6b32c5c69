import { expect, test } from 'vitest';
import { Outbox } from '../../src/daemon/outbox.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { MemoryStore, memoryLog } from '../../src/log/memory-log.ts';
import type { Entry, SentFact } from '../../src/model/entry.ts';
import type { ChannelId } from '../../src/model/ids.ts';
import type { Delivery } from '../../src/ports/channel-kind.ts';
import type { Commit, OutboxItem } from '../../src/ports/log.ts';
import { random } from '../core/support/simulation.ts';
import { sha256 } from './support/heard.ts';
import { toldChannel, untilAborted } from './support/kinds.ts';
import type { Attempt } from './support/kinds.ts';
import { makeItem } from './support/makers.ts';

const INCIDENTS = 1000;
const LIVES = 25;
const CHANNELS = ['hook', 'mail', 'chat'] as ChannelId[];
const SEED = 20_261_122;
const ENGINE = 'torture';

/** What one channel's receiver got, in order: also what was sent again because we died before we knew. */
type Received = Map<ChannelId, Attempt[]>;

/** A world in which channels fail at random, until somebody mends them all. */
function unreliable(next: () => number) {
  const received: Received = new Map();
  const state = { mended: false };
  const channels = new Map(
    CHANNELS.map((id) => {
      const got: Attempt[] = [];
      received.set(id, got);
      const react = (attempt: Attempt, signal: AbortSignal): Promise<Delivery> | Delivery => {
        const chance = state.mended ? 0 : next();
        if (chance > 0.9) throw new Error('a bug of the channel');
        if (chance > 0.85) return untilAborted(signal, () => ({ kind: 'retry', error: 'stalled' }));
        if (chance > 0.4) return { kind: 'retry', error: '503' };
        got.push(attempt);
        // Some answers are lost on their way back: the receiver has it, and we do not know.
        if (chance > 0.3) return { kind: 'retry', error: 'the connection was reset' };
        return { kind: 'delivered', thread: attempt.sequence };
      };
      return [id, { kind: toldChannel((attempt, { signal }) => react(attempt, signal)).kind, options: {} }] as const;
    }),
  );
  return { channels, received, state };
}

/** One life of the daemon's delivering half: what it commits is in the store, and when it is killed nothing more is. */
function life(store: MemoryStore, channels: ReturnType<typeof unreliable>['channels']) {
  const log = memoryLog({ engine: ENGINE, store });
  const { recovered } = log;
  const wakeUps = new WakeUps(
    () => performance.now(),
    (thrown) => expect.fail(String(thrown)),
    1,
  );
  let n = recovered.lastN;
  let alive = true;
  let commits = Promise.resolve();
  const waiting = new Set<() => void>();
  let delivered = 0;
  const commit = (fact: SentFact | { readonly kind: 'tick' }, more: Partial<Commit>): Promise<void> => {
    const entry = { ...fact, n: ++n, at: Math.max(Date.now(), recovered.lastAt ?? 0) } as Entry;
    const empty = { decisions: [], outboxPut: [], outboxDone: [], threads: [], memories: [], decisionHash: sha256('') };
    commits = commits.then(() => log.commit({ entries: [entry], ...empty, ...more }));
    return commits;
  };
  const outbox = new Outbox({
    wall: () => Date.now(),
    wakeUps,
    needsDown: () => false,
    health: { took: () => undefined, refused: () => undefined, lost: () => undefined },
    emit: () => undefined,
    threads: recovered.threads,
    limits: { retryMs: [1, 2, 5], attemptMs: 20, updateEveryMs: 1 },
    record: (fact, alongside) => {
      if (!alive) return;
      delivered++;
      void commit(fact, { outboxDone: alongside.outboxDone ?? [], threads: alongside.threads ?? [] });
      for (const look of waiting) look();
    },
  });
  outbox.setChannels(channels);
  outbox.put(recovered.outbox);
  return {
    outbox,
    /** As the sequencer does: nothing leaves before it is on disk. */
    say: async (items: readonly OutboxItem[]) => {
      await commit({ kind: 'tick' }, { outboxPut: items });
      outbox.put(items);
    },
    /** When so many deliveries have ended, one way or another. */
    until: (wanted: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!wanted()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    ended: () => delivered,
    /** Nothing that happens from here on is known to the next life. */
    kill: async () => {
      alive = false;
      await commits;
      await outbox[Symbol.asyncDispose]();
      wakeUps[Symbol.dispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

test(`a thousand incidents by failing channels and a daemon that is killed at random (seed ${SEED}): nothing is lost, invented, or out of order`, async () => {
  const next = random(SEED);
  const store = new MemoryStore();
  const { channels, received, state } = unreliable(next);
  const perLife = INCIDENTS / LIVES;
  const open: string[] = [];
  for (let index = 0; index < LIVES; index++) {
    const now = life(store, channels);
    for (let count = 0; count < perLife; count++) {
      const incident = `root-${index * perLife + count}`;
      open.push(incident);
      await now.say(messages('page', incident, 1));
      if (next() < 0.5) await now.say(messages('update', incident, 2));
      // Some end in this life, some in a later one.
      const ending = next() < 0.5 ? open.splice(Math.floor(next() * open.length), 1) : [];
      for (const each of ending) await now.say(messages('resolve', each, 3));
    }
    const enough = Math.floor(next() * perLife);
    await now.until(() => now.ended() >= enough || now.outbox.remaining === 0);
    await now.kill();
  }
  state.mended = true;
  const last = life(store, channels);
  for (const incident of open) await last.say(messages('resolve', incident, 3));
  await last.until(() => last.outbox.remaining === 0);
  await last.kill();

  expect(store.outbox.size).toBe(0);
  const sent = store.entries.filter((entry) => entry.kind === 'sent');
  expect(new Set(sent.map(({ result }) => result))).toEqual(new Set(['delivered', 'superseded']));
  for (const [channel, got] of received) {
    const byIncident = Map.groupBy(got, ({ incident }) => incident);
    expect(byIncident.size, `${channel} heard of every incident and of no other`).toBe(INCIDENTS);
    for (const [incident, heard] of byIncident) {
      const sequences = heard.map(({ sequence }) => sequence);
      expect(sequences, `${incident} on ${channel} is in order`).toEqual(sequences.toSorted((a, b) => a - b));
      expect(heard.at(-1)?.event, `${incident} on ${channel} ends with its resolve`).toBe('resolve');
      const page = sent.find((s) => s.incident === incident && s.channel === channel && s.event === 'page');
      expect(page, `what became of the page about ${incident} on ${channel} is known`).toBeDefined();
      // It arrived, or its resolve says it all in one late message.
      expect(heard.some(({ event }) => event === 'page') || page?.result === 'superseded').toBe(true);
    }
  }
});

function messages(event: 'page' | 'update' | 'resolve', incident: string, sequence: number): readonly OutboxItem[] {
  return CHANNELS.map((channel) => makeItem(event, incident, sequence, { channel }));
}
