import { describe, expect, it } from 'vitest';
import type { Effect, ReprobeEffect } from '../../src/model/effect.ts';
import type { Entry, Fact } from '../../src/model/entry.ts';
import type { ProbeId } from '../../src/model/ids.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Commit, OutboxItem } from '../../src/ports/log.ts';
import { LogError } from '../../src/ports/log.ts';
import type { DaemonEvent } from '../../src/ports/telemetry.ts';
import type { CommitLimits } from '../../src/daemon/commit-writer.ts';
import { extendDecisionHash, firstDecisionHash } from '../../src/core/decision-hash.ts';
import { EntryClock } from '../../src/daemon/entry-clock.ts';
import { Sequencer } from '../../src/daemon/sequencer.ts';
import { WakeUps } from '../../src/daemon/wake-ups.ts';
import { Heard, HeldClock, REAL_CLOCK, sha256 } from './support/heard.ts';
import { makeItem, makeObservation } from './support/makers.ts';
import { scriptedEngine } from './support/scripted-engine.ts';
import type { ScriptState } from './support/scripted-engine.ts';

const TICK: Fact = { kind: 'tick' };
const CHANGE: Fact = { kind: 'change', service: 's' as never, summary: 'a deploy', changedAt: 1 };
const PAGE = makeItem('page', 'rekor-1', 1).effect;
const DECIDE: Effect = { kind: 'decide', incident: PAGE.incident, decision: 'opened', reason: 'three failures' };

/** A disk that refuses, or hangs, while it is told to. */
class Disk {
  readonly commits = new Heard<Commit>();
  refusing: LogError['code'] | null = null;
  gate: Promise<void> = Promise.resolve();

  async commit(commit: Commit): Promise<void> {
    await this.gate;
    if (this.refusing !== null) throw new LogError(this.refusing, `told to refuse: ${this.refusing}`);
    this.commits.hear(commit);
  }

  get entries(): readonly Entry[] {
    return this.commits.all.flatMap((commit) => commit.entries);
  }
}

interface World {
  readonly react?: (entry: Entry) => readonly Effect[];
  readonly deadlines?: readonly number[];
  readonly clock?: Clock;
  readonly limits?: Partial<CommitLimits>;
  readonly fromN?: number;
}

function world({ react, deadlines = [], clock: source = REAL_CLOCK, limits = {}, fromN = 0 }: World = {}) {
  const disk = new Disk();
  const events = new Heard<DaemonEvent>();
  const delivered = new Heard<OutboxItem>();
  const reprobes: ReprobeEffect[] = [];
  let resumed = 0;
  const engine = scriptedEngine(react, deadlines);
  const clock = new EntryClock(source, null);
  const wakeUps = new WakeUps(
    () => clock.now(),
    (thrown) => events.hear({ kind: 'problem', where: 'timer', message: String(thrown) }),
  );
  const sequencer = new Sequencer<ScriptState>({
    engine,
    from: { state: engine.initial(), n: fromN, at: null, decisionHash: firstDecisionHash(sha256) },
    log: disk,
    clock,
    monotonic: source.monotonic,
    wakeUps,
    hash: sha256,
    emit: events.hear,
    reprobe: (effect) => reprobes.push(effect),
    deliver: (items) => items.forEach(delivered.hear),
    resumed: () => resumed++,
    limits,
  });
  return {
    disk,
    events,
    delivered,
    reprobes,
    sequencer,
    resumed: () => resumed,
    async [Symbol.asyncDispose]() {
      await sequencer.close(1000);
      wakeUps[Symbol.dispose]();
    },
  };
}

describe('a fact', () => {
  it('gets the next number and a time that never runs backwards, and is reduced at once', async () => {
    await using w = world({ fromN: 41 });
    const entries = [TICK, CHANGE, TICK].map((fact) => w.sequencer.append(fact)!);
    expect(entries.map((entry) => entry.n)).toEqual([42, 43, 44]);
    expect(
      entries.every((entry, index) => entry.at >= (entries[index - 1]?.at ?? 0) && Number.isInteger(entry.at)),
    ).toBe(true);
    expect(w.sequencer.state.seen).toEqual(['42 tick', '43 change', '44 tick']);
  });

  it('is on disk together with what it decided, and its page leaves only after that', async () => {
    const gate = Promise.withResolvers<void>();
    await using w = world({ react: (entry) => (entry.kind === 'observation' ? [DECIDE, PAGE] : []) });
    w.disk.gate = gate.promise;
    const entry = w.sequencer.append(makeObservation({ outcome: 'fail' }))!;
    let isDelivered = false;
    const leaves = w.delivered.until(() => true).then(() => (isDelivered = true));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(isDelivered).toBe(false);
    gate.resolve();
    await leaves;
    expect(w.disk.commits.all).toMatchObject([
      {
        entries: [{ n: entry.n }],
        decisions: [{ ...DECIDE, n: entry.n, at: entry.at }],
        outboxPut: [{ n: entry.n, effect: PAGE }],
      },
    ]);
  });

  it('that asks for a re-run gets it without waiting for the disk', async () => {
    const ask: Effect = { kind: 'reprobe', probe: 's/a' as ProbeId, cause: 'confirm', notBefore: 5 };
    await using w = world({ react: () => [ask] });
    w.sequencer.append(makeObservation());
    expect(w.reprobes).toEqual([ask]);
  });

  it('that nobody waits for shares its commit with what comes within the batch', async () => {
    await using w = world({ limits: { batchMs: 50 } });
    for (let index = 0; index < 10; index++) w.sequencer.append(makeObservation());
    await w.sequencer.committed(10);
    expect(w.disk.commits.all).toHaveLength(1);
  });

  it('that somebody waits for takes along what is there, at once', async () => {
    await using w = world({ limits: { batchMs: 3_600_000 } });
    w.sequencer.append(makeObservation());
    const change = w.sequencer.append(CHANGE)!;
    await w.sequencer.committed(change.n);
    expect(w.disk.entries.map((entry) => entry.kind)).toEqual(['observation', 'change']);
  });

  it('may carry what ends with it: an outbox row, a thread, a memory', async () => {
    await using w = world();
    const alongside = {
      outboxDone: ['id'],
      threads: [{ key: 'k', value: 1 }],
      memories: [{ probe: 's/a' as ProbeId, value: 2 }],
    };
    const entry = w.sequencer.append(CHANGE, alongside)!;
    await w.sequencer.committed(entry.n);
    expect(w.disk.commits.all[0]).toMatchObject(alongside);
  });
});

describe('the rolling hash', () => {
  it('covers every decision and message in order, and nothing else', async () => {
    const ask: Effect = { kind: 'reprobe', probe: 's/a' as ProbeId, cause: 'confirm', notBefore: 5 };
    await using w = world({ react: (entry) => (entry.n === 2 ? [DECIDE, ask, PAGE] : [ask]) });
    for (const fact of [TICK, TICK, CHANGE]) w.sequencer.append(fact);
    await w.sequencer.committed(3);
    const expected = extendDecisionHash(firstDecisionHash(sha256), 2, [DECIDE, PAGE], sha256);
    expect(w.disk.commits.all.at(-1)!.decisionHash).toBe(expected);
    expect(expected).not.toBe(firstDecisionHash(sha256));
  });
});

describe('deadlines', () => {
  it('fire by a tick when nothing else happens', async () => {
    const at = Date.now() + 100;
    await using w = world({ deadlines: [at] });
    w.sequencer.append(CHANGE);
    const commit = await w.disk.commits.until(({ entries }) => entries.some((entry) => entry.kind === 'tick'));
    expect(commit.entries.find((entry) => entry.kind === 'tick')!.at).toBeGreaterThanOrEqual(at);
  });

  it('that another entry carried out write no tick', async () => {
    const clock = new HeldClock(Date.now());
    await using w = world({ deadlines: [clock.wall() + 5000], clock });
    w.sequencer.append(CHANGE);
    clock.pass(6000);
    w.sequencer.append(CHANGE);
    await w.sequencer.close(1000);
    expect(w.disk.entries.map((entry) => entry.kind)).toEqual(['change', 'change']);
  });
});

describe('time that nobody lived through', () => {
  it('is told by a start entry before anything else, with the last time before it', async () => {
    const clock = new HeldClock(1_700_000_000_000);
    await using w = world({ clock });
    const before = w.sequencer.append(CHANGE)!;
    clock.pass(20_000);
    w.sequencer.append(makeObservation());
    await w.sequencer.close(1000);
    expect(w.disk.entries.slice(1)).toMatchObject([
      { kind: 'start', reason: 'stall', lastAt: before.at, at: before.at + 20_000 },
      { kind: 'observation' },
    ]);
    expect(w.resumed()).toBe(1);
    expect(w.events.all).toContainEqual({ kind: 'stalled', gapMs: 20_000, reason: 'stall' });
  });

  it('is noticed by looking, and a wall clock that went ahead is caught up with', async () => {
    const clock = new HeldClock(1_700_000_000_000);
    await using w = world({ clock });
    w.sequencer.append(CHANGE);
    clock.step(3_600_000);
    w.sequencer.checkClock();
    w.sequencer.checkClock();
    await w.sequencer.close(1000);
    expect(w.disk.entries.slice(1)).toMatchObject([
      { kind: 'start', reason: 'clock-step', at: 1_700_003_600_000, wallAt: 1_700_003_600_000 },
    ]);
  });
});

describe('an entry on which the engine throws', () => {
  const throwing = (entry: Entry): readonly Effect[] => {
    if (entry.kind === 'observation') throw new Error('a bug');
    return [];
  };

  it('is kept and passed over, and trouble is raised once', async () => {
    await using w = world({ react: throwing });
    w.sequencer.append(makeObservation());
    w.sequencer.append(makeObservation());
    await w.sequencer.close(1000);
    expect(w.disk.entries.map((entry) => entry.kind)).toEqual(['observation', 'trouble', 'observation']);
    expect(w.disk.entries[1]).toMatchObject({ what: 'reduce', state: 'begin' });
    expect(w.sequencer.state.seen).toEqual(['2 trouble']);
  });

  it('does not throw for ever when it throws on the trouble too', async () => {
    await using w = world({
      react: () => {
        throw new Error('a bug');
      },
    });
    w.sequencer.append(makeObservation());
    await w.sequencer.close(1000);
    expect(w.disk.entries.map((entry) => entry.kind)).toEqual(['observation', 'trouble']);
  });

  it('is forgiven after ten minutes without another', async () => {
    const clock = new HeldClock(1_700_000_000_000);
    await using w = world({ react: throwing, clock });
    w.sequencer.append(makeObservation());
    for (let second = 0; second < 601; second++) {
      clock.pass(1000);
      w.sequencer.checkClock();
    }
    w.sequencer.append(TICK);
    await w.sequencer.close(1000);
    expect(w.disk.entries.map((entry) => (entry.kind === 'trouble' ? entry.state : entry.kind))).toEqual([
      'observation',
      'begin',
      'end',
      'tick',
    ]);
  });
});

describe('while the log takes nothing', () => {
  const QUICK = { failingAfterMs: 100, batchMs: 10, settledAfterMs: 0 };
  const react = (entry: Entry): readonly Effect[] => (entry.kind === 'change' ? [PAGE] : []);

  it.each(['full', 'busy', 'io'] as const)(
    '(%s) nothing is lost: it is tried again until it works, in order',
    async (code) => {
      await using w = world();
      w.disk.refusing = code;
      for (let index = 0; index < 5; index++) w.sequencer.append(makeObservation());
      await w.events.until((event) => event.kind === 'commit-failed' && event.code === code);
      w.disk.refusing = null;
      await w.sequencer.committed(5);
      expect(w.disk.entries.map((entry) => entry.n)).toEqual([1, 2, 3, 4, 5]);
    },
  );

  it('pages are held back for a while, then delivered from memory; the trouble begins and ends in the log', async () => {
    await using w = world({ limits: QUICK, react });
    w.disk.refusing = 'full';
    w.sequencer.append(CHANGE);
    await w.events.until((event) => event.kind === 'commit-failed');
    expect(w.delivered.all).toEqual([]);
    await w.delivered.until((item) => item.effect.id === PAGE.id);
    expect(w.sequencer.logTrouble).toContain('full');
    w.disk.refusing = null;
    await w.disk.commits.until(({ entries }) =>
      entries.some((entry) => entry.kind === 'trouble' && entry.state === 'end'),
    );
    expect(w.disk.entries).toMatchObject([
      { kind: 'change' },
      { kind: 'trouble', what: 'log', state: 'begin' },
      { kind: 'trouble', what: 'log', state: 'end' },
    ]);
    expect(w.delivered.all).toHaveLength(1);
    expect(w.sequencer.logTrouble).toBeUndefined();
  });

  it('a disk at its edge, which takes one commit and refuses the next, is one trouble', async () => {
    await using w = world({ limits: { ...QUICK, settledAfterMs: 3_600_000 }, react });
    for (let episode = 1; episode <= 3; episode++) {
      w.disk.refusing = 'full';
      w.sequencer.append(CHANGE);
      await w.delivered.untilCount(episode);
      w.disk.refusing = null;
      await w.sequencer.committed(w.sequencer.position.n);
    }
    expect(w.disk.entries.filter((entry) => entry.kind === 'trouble')).toMatchObject([{ what: 'log', state: 'begin' }]);
  });

  it('a log that does not answer at all counts as failing too', async () => {
    const gate = Promise.withResolvers<void>();
    await using w = world({ limits: QUICK, react });
    w.disk.gate = gate.promise;
    w.sequencer.append(CHANGE);
    await w.delivered.until((item) => item.effect.id === PAGE.id);
    gate.resolve();
    await w.sequencer.committed(1);
    expect(w.delivered.all).toHaveLength(1);
  });

  it('a page delivered before it was written leaves no row to be delivered again', async () => {
    await using w = world({ limits: QUICK, react });
    w.disk.refusing = 'full';
    w.sequencer.append(CHANGE);
    await w.delivered.until(() => true);
    const sent = w.sequencer.append(
      {
        kind: 'sent',
        notification: PAGE.id,
        incident: PAGE.incident,
        channel: PAGE.channel,
        event: 'page',
        sequence: 1,
        result: 'delivered',
        attempts: 1,
      },
      { outboxDone: [PAGE.id] },
    )!;
    w.disk.refusing = null;
    await w.sequencer.committed(sent.n);
    expect(w.disk.commits.all[0]).toMatchObject({ outboxPut: [], outboxDone: [PAGE.id] });
  });

  it('old passing runs lose their bulk first; failures and decisions lose nothing', async () => {
    const bulk = { measured: { facts: {}, status: 200 }, phases: { dns: 1 } };
    await using w = world({ limits: { ...QUICK, backlog: 2 } });
    w.disk.refusing = 'full';
    w.sequencer.append(makeObservation({ ...bulk, outcome: 'fail' }));
    for (let index = 0; index < 4; index++) w.sequencer.append(makeObservation(bulk));
    w.disk.refusing = null;
    await w.sequencer.committed(5);
    const lost = { facts: {}, omitted: [''] };
    const kept = w.disk.entries.map((entry) => (entry.kind === 'observation' ? entry.measured : undefined));
    expect(kept).toEqual([bulk.measured, lost, lost, bulk.measured, bulk.measured]);
    expect(w.disk.entries.map((entry) => entry.n)).toEqual([1, 2, 3, 4, 5]);
  });

  it('a backlog that is full takes no more observations, but still takes a word', async () => {
    await using w = world({ limits: { ...QUICK, most: 3 } });
    w.disk.refusing = 'full';
    for (let index = 0; index < 3; index++) expect(w.sequencer.append(makeObservation())).toBeDefined();
    expect(w.sequencer.append(makeObservation())).toBeUndefined();
    const word = w.sequencer.append(CHANGE)!;
    w.disk.refusing = null;
    await w.sequencer.committed(word.n);
    expect(w.disk.entries.map((entry) => entry.n)).toEqual([1, 2, 3, 4]);
  });

  it('a long backlog is written in transactions of bounded size', async () => {
    await using w = world({ limits: { chunk: 10 } });
    w.disk.refusing = 'busy';
    for (let index = 0; index < 35; index++) w.sequencer.append(makeObservation());
    await w.events.until((event) => event.kind === 'commit-failed');
    w.disk.refusing = null;
    await w.sequencer.committed(35);
    expect(w.disk.commits.all.map((commit) => commit.entries.length)).toEqual([10, 10, 10, 5]);
  });
});

describe('closing', () => {
  it('writes what is there with a snapshot of its end, and takes no more facts', async () => {
    await using w = world({ limits: { batchMs: 3_600_000 } });
    w.sequencer.append(makeObservation());
    w.sequencer.append(makeObservation());
    expect(await w.sequencer.close(1000)).toBe(true);
    expect(w.disk.commits.all.at(-1)).toMatchObject({ snapshot: { n: 2, engine: 'scripted-1' } });
    expect(w.sequencer.append(TICK)).toBeUndefined();
  });

  it('says so when the log does not take it in time', async () => {
    await using w = world();
    w.disk.refusing = 'full';
    w.sequencer.append(CHANGE);
    expect(await w.sequencer.close(50)).toBe(false);
  });
});

it('a snapshot is taken every ten thousand entries', async () => {
  await using w = world();
  for (let index = 0; index < 10_001; index++) w.sequencer.append(TICK);
  await w.sequencer.committed(10_001);
  expect(w.disk.commits.all.flatMap((commit) => commit.snapshot ?? [])).toMatchObject([{ n: 10_000 }]);
});
